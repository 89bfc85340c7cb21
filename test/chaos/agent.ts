/**
 * An agent for runs under kills: the product's own link, proof, journal and serving, with one collector that tells
 * who it is. Each run writes a line to standard output before its answer is made, so that a run can be counted by the
 * id of the ask that began it, also when this process is killed right after.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { writeSync } from "node:fs";
import { join } from "node:path";
import { type Collector, collectors, type Host } from "@servereye/commands/agent";
import { systemClock } from "../../apps/agent/src/clock.ts";
import { parseConfig } from "../../apps/agent/src/config.ts";
import { flagsOf } from "../../apps/agent/src/flags.ts";
import { machineFacts } from "../../apps/agent/src/host/facts.ts";
import { nodeDisk } from "../../apps/agent/src/host/files.ts";
import { serverKey } from "../../apps/agent/src/key.ts";
import { diagnose } from "../../apps/agent/src/link/diagnose.ts";
import { link } from "../../apps/agent/src/link/link.ts";
import { lineLog } from "../../apps/agent/src/log.ts";
import { readPin, writePin } from "../../apps/agent/src/pin.ts";
import { HubTime } from "../../apps/agent/src/serve/hub-time.ts";
import { Journal } from "../../apps/agent/src/serve/journal.ts";
import { Serve } from "../../apps/agent/src/serve/serve.ts";
import { VERSION } from "../../apps/agent/src/version.ts";
import { runWord } from "./history.ts";

/** How long a run takes, ms: long enough that kills meet some on their way. */
const RUN_MS = 10;

const argv = process.argv.slice(2);
const data = flagsOf(argv).values.data ?? ".";
const { config, faults } = parseConfig({ argv, env: process.env, file: undefined }, data);
if (config === undefined) throw new Error(faults.join("\n"));
const name = config.name ?? "";
const log = lineLog((line) => process.stderr.write(line), { friendly: false, now: Date.now });

/** The ask that is being served: what runs within it belongs to it. */
const serving = new AsyncLocalStorage<string>();
/** Runs are numbered on over all lives of this agent. */
let run = Number(process.env.CHAOS_RUNS_BEFORE ?? 0);

async function told(): Promise<unknown> {
  run++;
  const mine = run;
  const line = { server: name, run: mine, ask: serving.getStore() ?? "none", at: Date.now() };
  writeSync(1, `${JSON.stringify(line)}\n`);
  await new Promise((resolve) => setTimeout(resolve, RUN_MS));
  const sensor = { chip: runWord(name, mine), label: "", part: "other", celsius: 20 };
  return {
    sensors: [sensor],
    left: 0,
    hottest: sensor,
    average: { celsius: 20, part: "other", count: 1 },
    silent: [],
    silentLeft: 0,
  };
}

const counted: Collector[] = collectors
  .filter(({ command }) => command.name === "temp")
  .map(({ command }) => ({ command, collect: told }));

const { identity } = await serverKey(nodeDisk, config.keyFile, process.getuid?.() ?? -1);
const pinFile = join(config.data, "hub.json");
const hubTime = new HubTime(systemClock);
const serve = new Serve({
  identity,
  collectors: counted,
  // The one collector looks at no machine.
  host: {} as Host,
  allow: [],
  journal: await Journal.open(nodeDisk, join(config.data, "seen.log"), log),
  hubTime,
  clock: systemClock,
  log,
});
const take = serve.take.bind(serve);
serve.take = (ask, verify) => serving.run(ask.id, () => take(ask, verify));

const going = link({
  url: config.url,
  identity,
  hubKey: config.hubKey,
  pin: await readPin(nodeDisk, pinFile),
  enrol: config.enrol,
  pair: false,
  facts: () => ({
    version: VERSION,
    ...machineFacts(),
    hostname: name,
    allow: [],
    commands: counted.map(({ command }) => command.name),
  }),
  serve,
  hubTime,
  keepPin: (seen) => writePin(nodeDisk, pinFile, seen),
  clock: systemClock,
  random: Math.random,
  WebSocket,
  diagnose,
  log,
});
process.on("SIGTERM", () => void going.stop());
// Whoever started it is gone: nobody would end it any more.
process.stdin.on("end", () => process.exit(0)).resume();
process.exit(await going.ended);
