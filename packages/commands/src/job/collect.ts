/** job on the agent: looks it up. */
import { Fault } from "@servereye/contract";
import { collector } from "../kit.ts";
import { job } from "./contract.ts";

/** JOB_UNKNOWN: never begun here, ended too long ago, or the agent has restarted since. */
export const jobCollector = collector(job, async (ask, { docker }) => {
  const state = docker.jobs.get(ask.job);
  if (state === undefined) throw new Fault("JOB_UNKNOWN", "this agent knows no job of that id");
  return { ...state, steps: [...state.steps] };
});
