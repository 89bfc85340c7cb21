/** Work that goes on after its answer: the agent has none yet. */
import type { Jobs } from "@servereye/commands/agent";
import { Fault } from "@servereye/contract";

export function createJobs(): Jobs {
  return {
    begin: () => {
      throw new Fault("UNSUPPORTED", "this agent has no jobs yet");
    },
    get: () => undefined,
  };
}
