/** `servereye up`: the hub and this machine's agent, started, watched and stopped together. */
import { dataFolder, settings } from "../surroundings.ts";
import { startAgent } from "./agent.ts";
import { startHub } from "./hub.ts";

/** Both have this long to end by themselves; whoever asked waits under 2 s, ms. */
const AGENT_MS = 1_400;
const HUB_MS = 1_900;

export async function up(): Promise<number> {
  const env = settings();
  const dataDir = dataFolder(env);
  let agent: ReturnType<typeof startAgent> | undefined;
  let agentUrl = "";

  const hub = startHub(
    { ...process.env, SERVEREYE_LOCAL_AGENT: env.SERVEREYE_LOCAL_AGENT ?? "on" },
    (notice) => {
      if (notice.type === "progress") process.stderr.write(`· ${notice.text}\n`);
      else if (notice.type === "ready") process.stdout.write(`${notice.lines.join("\n")}\n`);
      else if (notice.type === "failed") process.stderr.write(`${notice.line}\n`);
      else if (notice.url !== agentUrl) {
        // A hub started again on any free port is somewhere else now.
        void agent?.stop(AGENT_MS);
        agentUrl = notice.url;
        agent = startAgent({ ...notice, dataDir });
      }
    },
  );

  const stopping = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, resolve);
  });
  void stopping.then(() => hub.stop(HUB_MS));
  await Promise.race([hub.ended, stopping]);
  const [code] = await Promise.all([hub.ended, agent?.stop(AGENT_MS)]);
  return code;
}
