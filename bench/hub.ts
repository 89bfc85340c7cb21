/** A real hub and real agents, as processes of their own. */
import { join } from "node:path";
import { Health, HubNotice } from "@servereye/contract";
import { AGENT_NODE, HUB_NODE } from "../apps/cli/src/surroundings.ts";
import { type Child, startChild } from "./child.ts";
import { root } from "./folder.ts";

export interface RunningHub {
  readonly child: Child;
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  readonly hubKey: string;
  /** One-time token that makes a server the owner's. */
  readonly enrol: string | undefined;
}

/** Starts a hub on a free port; resolves as soon as agents may dial. */
export async function startHub(options: {
  dataDir: string;
  env?: Record<string, string>;
  node?: readonly string[];
}): Promise<RunningHub> {
  const child = startChild(join(root, "apps/hub/src/main.ts"), {
    cwd: options.dataDir,
    node: [...HUB_NODE, ...(options.node ?? [])],
    env: {
      SERVEREYE_DATA_DIR: options.dataDir,
      SERVEREYE_HTTP_PORT: "0",
      SERVEREYE_LOCAL_AGENT: "on",
      ...options.env,
    },
  });
  const notice = await child.told((message) => {
    const read = HubNotice.safeParse(message);
    if (!read.success) return undefined;
    if (read.data.type === "failed") throw new Error(read.data.line);
    return read.data.type === "agent" ? read.data : undefined;
  });
  return { child, url: notice.url.replace("ws:", "http:"), hubKey: notice.hubKey, enrol: notice.enrol };
}

export const agentBundle = join(root, "apps/agent/dist/agent.mjs");

/** The agent as it is installed: one file on plain Node, with the options that it is given everywhere. */
export function startAgent(hub: RunningHub, folder: string, env: Record<string, string> = {}): Child {
  const args = ["--hub", hub.url.replace("http:", "ws:"), "--hub-key", hub.hubKey, "--data", folder];
  return startChild(agentBundle, { args, env, node: AGENT_NODE });
}

/** Waits until so many agents are connected and the hub calls itself well. */
export async function agentsIn(hub: RunningHub, count: number): Promise<void> {
  const until = performance.now() + 30_000;
  for (;;) {
    const response = await fetch(`${hub.url}/health`);
    const health = Health.parse(await response.json());
    if (response.status === 200 && health.agents.connected >= count) return;
    if (performance.now() > until) throw new Error(`only ${health.agents.connected} of ${count} agents came`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
