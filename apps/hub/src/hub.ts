/** The one composition root: every part of a hub is made, tied and stopped here. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measures, readings } from "@servereye/commands/hub";
import { AGENT_PATH, type Health, type LocalHub, toBase64Url } from "@servereye/contract";
import { startApi } from "./adapters/api/server.ts";
import { issueLogin } from "./adapters/api/session.ts";
import { createPictures } from "./adapters/charts/pictures.ts";
import { createConsole } from "./adapters/console/console.ts";
import { createGateway } from "./adapters/gateway/gateway.ts";
import { lockDataFolder } from "./adapters/store/embedded/lock.ts";
import { openLog } from "./adapters/telemetry/log.ts";
import { openMetrics } from "./adapters/telemetry/metrics.ts";
import { hubBroker } from "./broker.ts";
import { createCleanup } from "./cleanup.ts";
import { systemChance, systemClock } from "./clock.ts";
import { type Config, secretsOf } from "./config.ts";
import { createChat } from "./core/chat/handler.ts";
import { createLive } from "./core/chat/live.ts";
import { menuFor } from "./core/chat/menu.ts";
import { languageFor } from "./core/chat/translate.ts";
import { createFleet } from "./core/fleet/ask.ts";
import { createEnrolment } from "./core/fleet/enrol.ts";
import { knowServers } from "./core/fleet/known.ts";
import { createOnline } from "./core/fleet/online.ts";
import { createIngest } from "./core/history/ingest.ts";
import { createScrapes } from "./core/history/scrape.ts";
import type { ChatHandler, ChatPort } from "./core/ports/chat.ts";
import type { Clock } from "./core/ports/process.ts";
import { openEpisodes } from "./episodes.ts";
import { createHealth } from "./health.ts";
import { openHistory } from "./history.ts";
import { hubKeyPair } from "./identity.ts";
import { takeSeat } from "./membership.ts";
import { openOriginals } from "./originals.ts";
import { hostGate, peerAddress } from "./peer.ts";
import { appointAdmins, ownerOf, setupSecret } from "./persons.ts";
import { hubServerId, hubVerifier } from "./signing.ts";
import { hubStore } from "./store.ts";
import { startSweeping } from "./sweep.ts";
import { openTelegram } from "./telegram.ts";
import { VERSION } from "./version.ts";

export interface HubOptions {
  config: Config;
  /** Told what takes long. */
  progress?: (text: string) => void;
  /** Told when the agent of this machine may start, if the configuration wants one. */
  localAgent?: (place: { url: string; hubKey: string; enrol: string }) => void;
  /** Logs to `<data>/logs/hub.log` when true, to standard output otherwise. */
  logToFile: boolean;
  /** The machine's own unless told: tests turn it. */
  clock?: Clock;
}

export interface Hub {
  /** `http://host:port` as bound. */
  url: string;
  /** base64url of the public key. */
  hubKey: string;
  /** One-time link to the page, for whoever started this hub. */
  loginLink: string;
  telegram: { link: string; setupLink: string | undefined } | undefined;
  logFile: string | undefined;
  health(): Promise<Health>;
  /** A one-time token with which an agent makes its server the owner's. */
  invite(): Promise<string>;
  /** Resolves when `/health` is 200 for the first time. */
  ready: Promise<void>;
  /** Notes a mistake that no part of the hub has caught, as an error in the log and a count. */
  mistake(kind: Mistake, error: unknown): void;
  /** Stops everything within 2 s; what failed on the way is logged. Safe to call twice. */
  stop(): Promise<void>;
}

/** A promise that nobody waited for was rejected, or an error was thrown where nobody could catch it. */
export type Mistake = "rejection" | "exception";

/** How long "ready" waits for this machine's agent before the hub is ready without it. */
const AGENT_PATIENCE_MS = 10_000;

/** Starts a hub. Rejects with a fault whose message says what to do; what was started by then is stopped again. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const cleanup = createCleanup();
  try {
    return await compose(options, cleanup);
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function compose(options: HubOptions, cleanup: ReturnType<typeof createCleanup>): Promise<Hub> {
  const { config } = options;
  const progress = options.progress ?? (() => undefined);
  const clock = options.clock ?? systemClock;
  const chance = systemChance;
  const startedAt = clock.now();

  const lock = lockDataFolder(config.dataDir);
  cleanup.add("data folder", () => lock.release());
  const logFile = options.logToFile ? join(lock.dataDir, "logs", "hub.log") : undefined;
  const log = openLog({ level: config.logLevel, ...(logFile === undefined ? {} : { file: logFile }) });
  for (const secret of secretsOf(config)) log.hide(secret);
  cleanup.add("log", () => log.flush());
  const metrics = openMetrics();

  const { store, connection } = await hubStore({
    config,
    dataDir: lock.dataDir,
    lock,
    clock,
    chance,
    log,
    progress,
    cleanup,
  });
  const hubKey = await hubKeyPair(store.settings);
  const hubKeyText = toBase64Url(hubKey.publicKey);
  const owner = await ownerOf(store);
  await appointAdmins(store, owner, config.admins);
  cleanup.add(
    "sweeping",
    startSweeping(store, clock, log, { auditDays: config.auditDays, also: () => log.turnOver() }),
  );

  const hubId = chance.uuid();
  const { settings, leases, arrivals } = store;
  const history = openHistory({ config, connection, leases, arrivals, hubId, clock, log, metrics });
  cleanup.add("history", () => history.stop());
  const ingest = createIngest({ history: history.history, clock, log, metrics });
  cleanup.add("samples", () => ingest.close());
  const { broker, presence } = await hubBroker({ config, settings, clock, log, metrics, cleanup });
  const seat = await takeSeat({
    hubs: store.hubs,
    hub: hubId,
    region: config.region,
    version: VERSION,
    broker: config.redis !== undefined,
    dataDir: lock.dataDir,
    clock,
    log,
    metrics,
    progress,
  });
  cleanup.add("seat", () => seat.leave());
  const known = knowServers(store.servers, clock);
  const fleet = createFleet({
    broker,
    presence,
    servers: { keys: store.servers.keys, byId: async (serverId) => (await known.look(serverId)).record },
    hubKey,
    hubId,
    clock,
    chance,
    log,
    metrics,
    verifierFor: hubVerifier,
  });
  // With the broker away the first ask tries again; a hub without it still serves the page and says what is wrong.
  await fleet.start().catch((error: unknown) => log.debug("fleet.not_started", { error }));
  const enrolment = createEnrolment({ store, known, broker, clock, chance, region: config.region, log });
  const ports = new Map<string, ChatPort>();
  const port = (channel: string): ChatPort => {
    const found = ports.get(channel);
    if (found === undefined) throw new Error(`there is no chat channel ${channel}`);
    return found;
  };
  const episodes = openEpisodes({ config, store, hubId, port, clock, chance, log, metrics });
  const online = createOnline({
    events: episodes.events,
    history: ingest,
    enrolment,
    broker,
    presence,
    servers: store.servers,
    known,
    hubKey,
    hubId,
    clock,
    log,
    metrics,
  });
  cleanup.add("online", () => online.close());
  const addressOf = peerAddress({ proxied: config.publicUrl !== undefined });
  const proofs = { verifierOf: hubVerifier, serverIdOf: hubServerId };
  const gateway = createGateway({ door: online, clock, chance, log, metrics, addressOf, proofs });

  const originals = openOriginals({
    door: online,
    broker,
    servers: { setFacts: store.servers.setFacts, byId: async (id) => (await known.look(id)).record },
    hubId,
    clock,
    log,
    metrics,
  });

  const pictures = createPictures({ clock, log, metrics });
  cleanup.add("pictures", () => pictures.close());

  let boundUrl = "";
  const publicUrl = () => config.publicUrl ?? boundUrl;
  const live = createLive({ clock, chance, store, log, metrics });
  const handler: ChatHandler = createChat({
    store,
    live,
    fleet,
    enrolment,
    history: history.history,
    readings,
    clock,
    chance,
    log,
    metrics,
    port,
    online: () => presence.count(),
    registration: config.registration,
    about: {
      version: VERSION,
      hubId,
      startedAt,
      hubKey: hubKeyText,
      publicUrl,
      botLink: () => telegram?.bot()?.link,
    },
  });
  const local = createConsole({ handler: () => handler, clock, personName: owner.name });
  ports.set("local", local.port);
  const telegram = await openTelegram({
    config,
    store,
    membership: seat,
    broker,
    handler,
    pictures,
    clock,
    log,
    metrics,
  });
  if (telegram !== undefined) ports.set("telegram", telegram.port);

  let waiting: string | undefined = "start";
  const { health } = createHealth({
    log,
    version: VERSION,
    startedAt,
    clock,
    store,
    broker,
    telegram: () => telegram?.health() ?? { status: "off" },
    agents: () => online.size(),
    waitingFor: () => waiting,
  });
  const consoleToken = chance.token(32);
  log.hide(consoleToken);
  const api = await startApi({
    host: config.http.host,
    port: config.http.port,
    version: VERSION,
    publicUrl,
    consoleToken,
    clock,
    chance,
    log,
    pageFolder: join(import.meta.dirname, "../../web/dist"),
    agentBundle: join(import.meta.dirname, "../../agent/dist/agent.mjs"),
    hubKey: hubKeyText,
    sessions: store.sessions,
    tickets: store.tickets,
    people: store.people,
    conversations: local.conversations,
    menu: (code) => menuFor(languageFor(null, code), "admin"),
    health: { health },
    metrics: () => metrics.expose(),
    prometheus: {
      measures,
      scrapes: createScrapes({
        ...{ tokens: store.scrapeTokens, people: store.people, history: history.history, clock },
      }),
    },
    routes: [...(telegram?.routes ?? []), ...originals.routes],
    addressOf,
    mayBeCalled: hostGate({
      listensOn: config.http.host,
      named: config.publicUrl !== undefined || config.telegram?.webhook !== undefined,
    }),
    upgradePath: AGENT_PATH,
    upgrade: gateway.upgrade,
  });
  boundUrl = api.url;
  cleanup.add("http", () => api.close());
  cleanup.add("gateway", () => {
    online.stopping();
    return gateway.close();
  });
  cleanup.add("original agents", async () => {
    // Their entries on the board stay for the hub they come to.
    online.stopping();
    api.refuse();
    await originals.close();
    await api.answered();
  });
  cleanup.add("fleet", () => fleet.close());

  if (telegram !== undefined) {
    cleanup.add("telegram", () => telegram.stop(), { mostMs: 550 });
    await telegram.start();
  }
  // Before the way out to Telegram closes: what is drawn no longer has to say so.
  cleanup.add("live messages", () => live.close());
  // Before the channels stop: what is on its way is shown, and noted so.
  cleanup.add("episodes", () => episodes.stop(), { mostMs: 300 });
  episodes.start();
  history.start();
  const setup = telegram === undefined ? undefined : await setupSecret(store, clock, chance);
  const setupLine = (link: string) => (setup === undefined ? undefined : `${link}?start=setup_${setup}`);
  const bot = telegram?.bot();

  announceLocally(lock.dataDir, { url: boundUrl, pid: process.pid, version: VERSION, consoleToken });
  const invite = async () => (await enrolment.invite(owner.id, "local:hub")).token;
  const agentIn = config.localAgent ? firstAgent(() => gateway.connected() > 0, clock) : Promise.resolve();
  if (config.localAgent)
    options.localAgent?.({ url: dialUrl(boundUrl), hubKey: hubKeyText, enrol: await invite() });
  const ready = agentIn.then(() => {
    waiting = undefined;
    log.info("hub.ready", { version: VERSION, ms: clock.now() - startedAt });
  });

  return {
    url: boundUrl,
    hubKey: hubKeyText,
    loginLink: `${publicUrl()}/#login=${await issueLogin(store.tickets, clock, chance)}`,
    telegram: bot === undefined ? undefined : { link: bot.link, setupLink: setupLine(bot.link) },
    logFile,
    health,
    invite,
    ready,
    mistake: (kind, error) => {
      log.error("hub.mistake", { kind, error });
      metrics.count("mistakes", { kind });
      if (kind === "exception") log.flush();
    },
    stop: async () => {
      for (const { name, error } of await cleanup.run())
        log.warn("hub.stop_incomplete", { name, error: String(error) });
      log.flush();
    },
  };
}

/** The address this machine's own agent dials: a wildcard address can be listened on, not dialled. */
function dialUrl(boundUrl: string): string {
  const url = new URL(boundUrl);
  if (url.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  if (url.hostname === "[::]") url.hostname = "[::1]";
  return `ws://${url.host}`;
}

/** Tells local terminals where this hub is: a file only this user can read. */
function announceLocally(dataDir: string, hub: LocalHub): void {
  const folder = join(dataDir, "run");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "hub.json");
  writeFileSync(file, JSON.stringify({ ...hub, url: dialUrl(hub.url).replace("ws:", "http:") }), {
    mode: 0o600,
  });
  chmodSync(file, 0o600);
}

/** Resolves when an agent is in, or after a while without: a hub whose own agent fails is still a hub. */
function firstAgent(isIn: () => boolean, clock: Clock): Promise<void> {
  const until = clock.monotonic() + AGENT_PATIENCE_MS;
  return new Promise((resolveReady) => {
    const look = () => {
      if (isIn() || clock.monotonic() > until) resolveReady();
      else clock.after(20, look);
    };
    look();
  });
}
