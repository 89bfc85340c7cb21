/** A hundred servers in one process: the agent's own link and serving, each with a key and a journal of its own. */
import { join } from "node:path";
import { collectors } from "@servereye/commands/agent";
import { systemClock } from "../../apps/agent/src/clock.ts";
import { machineFacts } from "../../apps/agent/src/host/facts.ts";
import { nodeDisk } from "../../apps/agent/src/host/files.ts";
import { linuxHost } from "../../apps/agent/src/host/linux.ts";
import { serverKey } from "../../apps/agent/src/key.ts";
import { link } from "../../apps/agent/src/link/link.ts";
import { HubTime } from "../../apps/agent/src/serve/hub-time.ts";
import { Journal } from "../../apps/agent/src/serve/journal.ts";
import { Serve } from "../../apps/agent/src/serve/serve.ts";
import { absentDocker } from "../../packages/commands/src/kernel/fake-host.ts";

const [, , url = "", hubKey = "", ...folders] = process.argv;
const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const host = linuxHost({ statfs: [process.execPath], docker: absentDocker() });

for (const folder of folders) {
  const { identity } = await serverKey(nodeDisk, join(folder, "server.key"), process.getuid?.() ?? -1);
  const hubTime = new HubTime(systemClock);
  const journal = await Journal.open(nodeDisk, join(folder, "seen.log"), quiet);
  const serve = new Serve({
    ...{ identity, collectors, host, journal, hubTime },
    allow: [],
    clock: systemClock,
    log: quiet,
  });
  link({
    ...{ url, identity, hubKey, serve, hubTime },
    pin: undefined,
    enrol: undefined,
    pair: false,
    facts: () => ({ version: "0.1.0", ...machineFacts(), allow: [], commands: [] }),
    keepPin: async () => undefined,
    clock: systemClock,
    random: Math.random,
    WebSocket,
    diagnose: async () => "",
    log: quiet,
  });
}
process.on("disconnect", () => process.exit());
