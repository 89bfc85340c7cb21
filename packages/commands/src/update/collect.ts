/** update_container on the agent: looked at first, then the job; and what an agent that died has left of one. */
import { alone } from "../docker/claims.ts";
import type { Host } from "../host.ts";
import { collector } from "../kit.ts";
import { refuseChanged } from "./check.ts";
import { update } from "./contract.ts";
import { patiently, type Settled, settle } from "./settle.ts";
import { updateContainer } from "./work.ts";

export const updateCollector = collector(update, async (ask, host) => {
  const { docker } = host;
  const known = docker.jobs.get(ask.job);
  if (known !== undefined) return { ...known, steps: [...known.steps] };
  const { Id } = await refuseChanged(host, ask);
  const state = docker.jobs.begin(ask.job, update.name, (progress) =>
    alone(docker, Id, update.name, () =>
      // Meanwhile the name is another container's, which may not be updated too.
      alone(docker, `update of ${ask.name}`, update.name, async () => {
        await settle(host, ask.name);
        return updateContainer(host, ask, (steps) => progress.steps(steps));
      }),
    ),
  );
  return { ...state, steps: [...state.steps] };
});

/** For the agent's start: ends what it was in the middle of when it died. Nothing unless updates are allowed here. */
export async function settleUpdates(host: Host): Promise<Settled[]> {
  if (!host.docker.policy.allow.includes(update.policy ?? "")) return [];
  return patiently(host, () => settle(host));
}

export type { Settled } from "./settle.ts";
