/** What the server's owner lets an agent do besides the commands themselves. */
import { Fault } from "@servereye/contract";
import type { DockerPolicy } from "./engine.ts";

/** Actions that are no commands: what a created container may be given beyond what any container is. */
export const FINE_POLICIES = ["create.privileged", "create.host", "create.capabilities", "create.devices"];

/** Whether what containers wrote may leave the server: their logs, and what their health checks said. */
export const mayTellLogs = ({ allow }: Pick<DockerPolicy, "allow">): boolean =>
  allow.includes("containers.logs");

/** Throws POLICY_REFUSED with the whole line to change unless the action is allowed. */
export function refuseUnlessAllowed({ allow }: Pick<DockerPolicy, "allow">, policy: string): void {
  if (allow.includes(policy)) return;
  throw refused(policy, `SERVEREYE_AGENT_ALLOW=${[...allow, policy].join(",")}`);
}

/** `line`: as it should stand in the agent's settings. */
export const refused = (policy: string, line: string): Fault =>
  new Fault("POLICY_REFUSED", `this server does not allow ${policy}`, { values: { policy, line } });
