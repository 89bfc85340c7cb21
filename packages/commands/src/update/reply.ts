/** update_container in the chat: its stages; the image it had and has, or that the old container is back and why. */
import type { JobState } from "../docker/job-state.ts";
import { type Blocks, bytesBlocks, fact, note, shortId, stagesBlocks, text } from "../job/shown.ts";
import type { Translate } from "../kit.ts";
import { plainName } from "../shown/names.ts";
import { UPDATE_STAGES, UpdateResult } from "./contract.ts";

const known = (what: unknown): what is string => UPDATE_STAGES.some((one) => one === what);
const stage = (t: Translate) => (what: string) =>
  known(what) ? t("update-stage", { what }) : plainName(what);

export const updateRunning = (t: Translate, { steps }: JobState): Blocks => [
  ...stagesBlocks(steps, stage(t)),
  ...bytesBlocks(
    t,
    steps.filter(({ state }) => state === "running"),
  ),
];

export function updateDone(t: Translate, { result }: JobState, server: string): Blocks | undefined {
  const read = UpdateResult.safeParse(result);
  if (!read.success) return undefined;
  const { id, name, image, from, to, changed, ended, state, left } = read.data;
  return [
    text(t("update-done", { name, server, changed: changed ? "yes" : "no", ended })),
    {
      type: "facts",
      rows: [
        ...fact(t("update-image"), image),
        ...(changed
          ? [...fact(t("update-from"), shortId(from), true), ...fact(t("update-to"), shortId(to), true)]
          : fact(t("update-same"), shortId(to), true)),
        ...fact(t("update-id"), shortId(id), true),
        ...fact(t("update-state"), t(`containers-${state}`)),
      ],
    },
    ...(left === undefined ? [] : [note(t("update-left", { left }))]),
  ];
}

/** What the agent itself says in place of the engine's words. */
const SAID = ["unhealthy", "gone", "not healthy in time"];

/** What of it has words of its own: the rest is the engine's. */
function howOf(told: string): { how: string; code: string } {
  const [, again, code = ""] = /^(restarting \()?exited (-?\d{1,10})\)?$/.exec(told) ?? [];
  if (code !== "") return { how: again === undefined ? "exited" : "restarting", code };
  if (SAID.includes(told)) return { how: told.replaceAll(" ", "-"), code };
  return { how: told === "" ? "none" : "said", code };
}

/** Rolled back, or not; undefined for what failed before anything was touched. */
export function updateFailed(t: Translate, { fault }: JobState, server: string): Blocks | undefined {
  const { name, stage: at, reason, back, aside, log } = fault?.values ?? {};
  if (fault?.code !== "CONTAINER_ACTION_FAILED" || typeof name !== "string" || back === undefined)
    return undefined;
  const told = plainName(String(reason ?? ""));
  const { how, code } = howOf(told);
  return [
    text(t("update-rolled", { name: plainName(name), server, back: back === "yes" ? "yes" : "no" })),
    text(
      t("update-why", {
        stage: known(at) ? t("update-stage", { what: at }) : "?",
        how,
        code,
        said: told,
      }),
    ),
    ...(typeof log === "string" && log.trim() !== ""
      ? [text(t("update-log")), { type: "code" as const, text: log.split("\n").map(plainName).join("\n") }]
      : []),
    ...(back === "yes"
      ? []
      : [text(t("update-aside", { aside: plainName(String(aside ?? "?")), name: plainName(name) }))]),
  ];
}

export { UpdateResult, update } from "./contract.ts";
