/** The agent as a process: reads its settings, ties the parts together, and ends well. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { collectors, createJobs, FINE_POLICIES, samplers, settleUpdates } from "@servereye/commands/agent";
import type { AgentFacts } from "@servereye/contract";
import { SampleBuffer } from "./buffer/buffer.ts";
import { systemClock } from "./clock.ts";
import { type Config, dataFolderOf, parseConfig } from "./config.ts";
import { keptIn } from "./docker/kept.ts";
import { ContainerWatch } from "./docker/watch.ts";
import { flagsOf, HELP } from "./flags.ts";
import { machineDocker } from "./host/docker/docker.ts";
import { endProcess } from "./host/exit.ts";
import { machineBoot, machineFacts } from "./host/facts.ts";
import { nodeDisk } from "./host/files.ts";
import { type LinuxHost, linuxHost } from "./host/linux.ts";
import { signerOf, verifierInPlace } from "./host/signing.ts";
import { printSpace } from "./host/statfs.ts";
import { type Identity, StartRefused, serverKey } from "./key.ts";
import { diagnose } from "./link/diagnose.ts";
import { type Link, link } from "./link/link.ts";
import { SampleSender } from "./link/samples.ts";
import { type Log, lineLog, reasonOf } from "./log.ts";
import { readPin, writePin } from "./pin.ts";
import { DEFAULT_ALLOW, unknownActions } from "./policy.ts";
import { Sampling } from "./sampling/loop.ts";
import { HubTime } from "./serve/hub-time.ts";
import { Journal } from "./serve/journal.ts";
import { Serve } from "./serve/serve.ts";
import { VERSION } from "./version.ts";

/** Asked for nothing that could be done: wrong settings, or a hub that does not want this server. */
const EXIT_REFUSED = 2;
/** Goodbye may take this long before the process ends without it, ms. */
const FAREWELL_MS = 700;

const argv = process.argv.slice(2);
const user = process.getuid?.() ?? -1;
const log = lineLog((line) => process.stderr.write(line), {
  friendly: process.stderr.isTTY === true,
  now: Date.now,
});

const [first, mount] = argv;
if (first === "--statfs" && mount !== undefined) printSpace(mount);
else if (flagsOf(argv).switches.has("help")) process.stdout.write(HELP);
else if (flagsOf(argv).switches.has("version")) process.stdout.write(`${VERSION}\n`);
else await start();

async function start(): Promise<void> {
  try {
    const config = await settings();
    if (config === undefined) {
      process.exitCode = EXIT_REFUSED;
      return;
    }
    await run(config);
  } catch (error) {
    if (error instanceof StartRefused) process.stderr.write(`${error.message}\n`);
    else log.error("agent.failed", { reason: reasonOf(error) });
    process.exitCode = error instanceof StartRefused ? EXIT_REFUSED : 1;
  }
}

/** The settings, or undefined after saying every fault. */
async function settings(): Promise<Config | undefined> {
  const fallback =
    user === 0
      ? "/var/lib/servereye-agent"
      : join(process.env.XDG_STATE_HOME || join(homedir(), ".local/state"), "servereye-agent");
  const data = resolve(dataFolderOf({ argv, env: process.env }, fallback));
  await nodeDisk.folder(data);
  const file = await nodeDisk.inspect(join(data, "agent.env"));
  if (file !== undefined && (file.mode & 0o007) !== 0)
    log.warn("agent.env_open", { path: join(data, "agent.env"), advice: "others can read it: chmod 600 it" });
  const { config, faults } = parseConfig({ argv, env: process.env, file: file?.text }, data);
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  return config;
}

async function run(config: Config): Promise<void> {
  const { identity, created } = await serverKey(nodeDisk, config.keyFile, user, signerOf);
  log.info("agent.started", { version: VERSION, serverId: identity.serverId });
  if (created) log.info("key.created", { path: config.keyFile });
  if (config.exposed) log.warn("link.unencrypted", { hub: new URL(config.url).host });
  const docker = machineDocker({
    address: config.dockerHost,
    policy: config.policy,
    jobs: createJobs(systemClock),
    log,
  });
  const host = linuxHost({ statfs: [process.execPath, ...ownScript(), "--statfs"], docker });
  const agent = await connectTo(config, identity, host);
  void settleLeft(host);
  let leaving = false;
  const leave = async (reason: string): Promise<void> => {
    if (leaving) return;
    leaving = true;
    log.info("agent.stopping", { reason });
    setTimeout(() => endProcess(0, host.stuck()), FAREWELL_MS);
    await agent.stop();
    endProcess(0, host.stuck());
  };
  process.on("SIGTERM", () => leave("SIGTERM"));
  process.on("SIGINT", () => leave("SIGINT"));
  if (config.withParent) {
    process.stdin.on("end", () => leave("its parent is gone"));
    process.stdin.on("error", () => leave("its parent is gone"));
    process.stdin.resume();
  }
  const code = await agent.ended;
  if (!leaving) endProcess(code, host.stuck());
}

async function connectTo(config: Config, identity: Identity, host: LinuxHost): Promise<Link> {
  const pinFile = join(config.data, "hub.json");
  const pin = await readPin(nodeDisk, pinFile);
  if (pin !== undefined && config.hubKey !== undefined && pin.hubKey !== config.hubKey) {
    throw new StartRefused(`This server belongs to another hub. To move it to this one, delete ${pinFile}.`);
  }
  if (pin === undefined && config.hubKey === undefined && !config.pair) {
    throw new StartRefused(
      "Which hub may be trusted? Give --hub-key as /add shows it, or --pair to see a code.",
    );
  }
  const journal = await Journal.open(nodeDisk, join(config.data, "seen.log"), log);
  const hubTime = new HubTime(systemClock);
  const serve = new Serve({
    identity,
    collectors,
    host,
    allow: config.policy.allow,
    policyPlace: config.policyPlace,
    journal,
    hubTime,
    clock: systemClock,
    log,
  });
  if (config.allowTold) warnOfUnknownActions(config.policy.allow, log);
  const { bootId } = machineFacts();
  const keptAt = join(config.data, "episodes.json");
  const watch = new ContainerWatch({
    ...{ docker: host.docker, clock: systemClock, log, uuid: () => crypto.randomUUID() },
    ...{ disk: nodeDisk, path: keptAt, left: await keptIn(nodeDisk, keptAt, log) },
    queue: { identity, hubTime, bootId },
  });
  watch.start();
  const buffer = await SampleBuffer.open({
    ...{ disk: nodeDisk, folder: join(config.data, "samples"), ...machineBoot() },
    ...{ mostBytes: config.bufferBytes, clock: systemClock, log },
  });
  const sampling = new Sampling({
    ...{ samplers: config.samples === "off" ? [] : samplers, wish: { cores: config.samples === "cores" } },
    ...{ host, sink: buffer, clock: systemClock, log },
    ...{ intervalMs: config.intervalS * 1_000, phase: phaseOf(identity) },
  });
  const going = link({
    url: config.url,
    identity,
    hubKey: config.hubKey,
    pin,
    enrol: config.enrol,
    pair: config.pair,
    facts: () => facts(config),
    serve,
    hubTime,
    events: watch.events,
    samples: new SampleSender({ buffer, clock: systemClock, log }),
    keepPin: (seen) => writePin(nodeDisk, pinFile, seen),
    clock: systemClock,
    verifierOf: verifierInPlace,
    random: Math.random,
    WebSocket,
    diagnose,
    log,
  });
  sampling.start();
  return {
    ended: going.ended,
    stop: async () => {
      sampling.stop();
      await Promise.all([going.stop(), watch.stop()]);
      await buffer.close();
    },
  };
}

/** Ends the updates of containers that an agent before this one was in the middle of. */
async function settleLeft(host: LinuxHost): Promise<void> {
  try {
    for (const { name, how } of await settleUpdates(host)) log.warn("update.settled", { name, how });
  } catch (error) {
    // The next update of the same container tries again.
    log.warn("update.unsettled", { reason: reasonOf(error) });
  }
}

function facts(config: Config): AgentFacts {
  const machine = machineFacts();
  return {
    version: VERSION,
    ...machine,
    hostname: config.name ?? machine.hostname,
    allow: [...config.policy.allow],
    commands: collectors.map((one) => one.command.name),
  };
}

/** In [0, 1), of each server its own and always the same. */
function phaseOf({ keyPair: { publicKey } }: Identity): number {
  return ((publicKey[0] ?? 0) * 256 + (publicKey[1] ?? 0)) / 65_536;
}

function warnOfUnknownActions(allow: readonly string[], to: Log): void {
  const policies = collectors.flatMap(({ command }) => command.policy ?? []);
  const known = new Set([...DEFAULT_ALLOW, ...policies, ...FINE_POLICIES]);
  for (const unknown of unknownActions(allow, [...known])) to.warn("policy.unknown", unknown);
}

/** The script this runtime was given; compiled to one executable, there is none. */
function ownScript(): string[] {
  const script = process.argv[1];
  return script === undefined || process.versions.bun ? [] : [script];
}
