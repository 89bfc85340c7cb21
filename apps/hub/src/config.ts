/** The hub's configuration: read from the environment once, every fault listed at once. */
import { distance } from "fastest-levenshtein";
import { otherRegions, type RegionAddress } from "./adapters/broker/redis/others.ts";
import { REDIS_URL_FORMS as forms, redisPlace, redisSecrets } from "./adapters/broker/redis/place.ts";
import { VICTORIA_URL_FORMS, victoriaPlace, victoriaSecrets } from "./adapters/history/victoria/place.ts";
import { remoteWritePlace } from "./adapters/remote-write/send.ts";
import { addressFault } from "./adapters/store/address.ts";
import { DEADLINES } from "./adapters/store/connection.ts";
import { RETENTION, type Retention } from "./adapters/store/history/history.ts";
import { POOL_SIZE } from "./adapters/store/store.ts";
import type { LogLevel } from "./adapters/telemetry/log.ts";

export interface Config {
  dataDir: string;
  http: { host: string; port: number };
  /** Without a slash at the end; undefined: the address that was bound. */
  publicUrl: string | undefined;
  /** Telegram user ids. */
  admins: string[];
  registration: "closed" | "open";
  logLevel: LogLevel;
  localAgent: boolean;
  region: string;
  /** Undefined: the hub's own private PostgreSQL. */
  databaseUrl: string | undefined;
  /** How long the audit log is kept, days; 0: for ever. */
  auditDays: number;
  /** How long the store keeps samples as they came, every value packed, and roll-ups. */
  history: Retention;
  /** A VictoriaMetrics that keeps samples in the store's stead. */
  historyUrl: string | undefined;
  /** Where samples go besides, and the file with a bearer token for it. */
  remoteWrite: { url: string; tokenFile: string | undefined } | undefined;
  database: {
    /** Connections to it at most. */
    poolSize: number;
    /** For a connection, ms. */
    poolWaitMs: number;
    /** For one statement, ms. */
    statementMs: number;
    /** Certificates (PEM) to trust. */
    caFile: string | undefined;
    replicaUrls: string[];
  };
  /**
   * Undefined: passing messages in process, for one hub alone. `caFile`: certificates (PEM) to trust. `regions`: the
   * Redis of each other region.
   */
  redis: { url: string; caFile: string | undefined; regions: RegionAddress[] } | undefined;
  telegram:
    | { token: string; apiRoot: string; webhook: { url: string; secret: string } | undefined }
    | undefined;
}

/** Every fault of the configuration, one line each, and what to do. */
export class ConfigFault extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.name = "ConfigFault";
    this.faults = faults;
  }
}

/** Names of ours that other processes read. They are known here so that they are not called a mistake. */
const OTHERS = /^SERVEREYE_AGENT_[A-Z_]+$/;

const NAMES = [
  "SERVEREYE_DATA_DIR",
  "SERVEREYE_HTTP_HOST",
  "SERVEREYE_HTTP_PORT",
  "SERVEREYE_PUBLIC_URL",
  "SERVEREYE_ADMINS",
  "SERVEREYE_REGISTRATION",
  "SERVEREYE_LOG_LEVEL",
  "SERVEREYE_LOCAL_AGENT",
  "SERVEREYE_REGION",
  "SERVEREYE_AUDIT_DAYS",
  "SERVEREYE_HISTORY_HOT_HOURS",
  "SERVEREYE_HISTORY_FULL_DAYS",
  "SERVEREYE_HISTORY_ROLLUP_DAYS",
  "SERVEREYE_HISTORY_URL",
  "SERVEREYE_REMOTE_WRITE_URL",
  "SERVEREYE_REMOTE_WRITE_TOKEN_FILE",
] as const;

/** Named in the design and not built yet: set, they are refused, because to ignore them would be worse. */
const LATER: Record<string, string> = {
  OTEL_EXPORTER_OTLP_ENDPOINT: "the export of traces",
};

/** Mean something with a database of one's own only. */
const OF_A_DATABASE = [
  "DATABASE_POOL_SIZE",
  "DATABASE_POOL_WAIT_MS",
  "DATABASE_STATEMENT_TIMEOUT_MS",
  "DATABASE_CA_FILE",
  "DATABASE_REPLICA_URLS",
];

const LEVELS = ["debug", "info", "warn", "error"] as const;

export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = [];
  const read = (name: string): string | undefined => {
    const value = env[name]?.trim();
    return value === "" ? undefined : value;
  };
  const oneOf = <T extends string>(name: string, known: readonly T[], usual: T): T => {
    const value = read(name);
    if (value === undefined) return usual;
    const found = known.find((one) => one === value.toLowerCase());
    if (found === undefined) faults.push(`${name} is "${value}": use one of ${known.join(", ")}.`);
    return found ?? usual;
  };
  const url = (name: string, schemes: readonly string[]): string | undefined => {
    const value = read(name);
    if (value === undefined) return undefined;
    const parsed = URL.parse(value);
    if (parsed === null || !schemes.includes(parsed.protocol.slice(0, -1))) {
      // The value itself may hold a password: it is not repeated.
      faults.push(
        `${name} is not an address of the form ${schemes.map((scheme) => `${scheme}://…`).join(" or ")}.`,
      );
      return undefined;
    }
    return value.replace(/\/+$/, "");
  };

  unknownNames(env, faults);
  for (const [name, what] of Object.entries(LATER))
    if (read(name) !== undefined) faults.push(`${name}: ${what} is not in this version yet. Unset it.`);

  const portText = read("SERVEREYE_HTTP_PORT") ?? "8080";
  const port = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || port > 65_535)
    faults.push(`SERVEREYE_HTTP_PORT is "${portText}": use a number from 0 (any free one) to 65535.`);

  const admins = (read("SERVEREYE_ADMINS") ?? "").split(/[\s,;]+/).filter((id) => id !== "");
  for (const id of admins)
    if (!/^[1-9]\d{0,19}$/.test(id))
      faults.push(
        `SERVEREYE_ADMINS has "${id}": list Telegram user ids, numbers divided by commas (/debug shows yours).`,
      );

  const region = read("SERVEREYE_REGION") ?? "";
  if (!/^[A-Za-z0-9_-]{0,32}$/.test(region))
    faults.push(`SERVEREYE_REGION is "${region}": use up to 32 letters, digits, _ and -.`);

  const daysText = read("SERVEREYE_AUDIT_DAYS") ?? "400";
  const auditDays = Number(daysText);
  if (!/^\d{1,5}$/.test(daysText) || (auditDays !== 0 && auditDays < 30))
    faults.push(`SERVEREYE_AUDIT_DAYS is "${daysText}": use a number of days from 30, or 0 for ever.`);

  const config: Config = {
    dataDir: read("SERVEREYE_DATA_DIR") ?? "./data",
    http: { host: read("SERVEREYE_HTTP_HOST") ?? "127.0.0.1", port },
    publicUrl: url("SERVEREYE_PUBLIC_URL", ["http", "https"]),
    admins,
    registration: oneOf("SERVEREYE_REGISTRATION", ["closed", "open"], "closed"),
    logLevel: oneOf("SERVEREYE_LOG_LEVEL", LEVELS, "info"),
    localAgent: ["on", "true", "1", "yes"].includes(
      oneOf("SERVEREYE_LOCAL_AGENT", ["on", "off", "true", "false", "1", "0", "yes", "no"], "off"),
    ),
    region,
    auditDays,
    history: historyOf(read, faults),
    ...historyElsewhere(read, faults),
    ...databaseOf(read, url, faults),
    redis: redisOf(read, otherRegions(env, { region, address: read("REDIS_URL") }, faults), faults),
    telegram: telegramOf(read, url, faults),
  };
  if (faults.length > 0) throw new ConfigFault(faults);
  return config;
}

/** What of a configuration must never be written anywhere, also as it stands in URLs. */
export function secretsOf(config: Config): string[] {
  const databases = [config.databaseUrl ?? "", ...config.database.replicaUrls].map((text) => URL.parse(text));
  const passwords = databases.flatMap((url) => [
    url?.password ?? "",
    url?.searchParams.get("password") ?? "",
  ]);
  const { token, webhook } = config.telegram ?? {};
  const remote = URL.parse(config.remoteWrite?.url ?? "")?.password ?? "";
  const redis = [config.redis?.url ?? "", ...(config.redis?.regions ?? []).map(({ url }) => url)];
  return [
    token ?? "",
    webhook?.secret ?? "",
    ...redis.flatMap(redisSecrets),
    ...victoriaSecrets(config.historyUrl ?? ""),
    ...[...passwords, remote].flatMap((text) => [text, decoded(text)]),
  ];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that stands for itself.
    return text;
  }
}

/** Reads whole numbers within bounds. */
const numberBy =
  (read: (name: string) => string | undefined, faults: string[]) =>
  (name: string, usual: number, least: number, most: number): number => {
    const text = read(name);
    if (text === undefined) return usual;
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
    faults.push(`${name} is "${text}": use a number from ${least} to ${most}.`);
    return usual;
  };

function historyOf(read: (name: string) => string | undefined, faults: string[]): Retention {
  const number = numberBy(read, faults);
  const kept = {
    // An agent sends a day's samples late, and they are sealed after that.
    hotHours: number("SERVEREYE_HISTORY_HOT_HOURS", RETENTION.hotHours, 26, 720),
    // Late samples join the chunk of their hour for a week.
    fullDays: number("SERVEREYE_HISTORY_FULL_DAYS", RETENTION.fullDays, 8, 3_650),
    rollupDays: number("SERVEREYE_HISTORY_ROLLUP_DAYS", RETENTION.rollupDays, 8, 3_650),
  };
  if (kept.rollupDays < kept.fullDays)
    faults.push(
      `SERVEREYE_HISTORY_ROLLUP_DAYS is ${kept.rollupDays}: use at least SERVEREYE_HISTORY_FULL_DAYS, ${kept.fullDays}.`,
    );
  return kept;
}

/** Mean something for history in the store only. */
const OF_THE_STORE = [
  "SERVEREYE_HISTORY_HOT_HOURS",
  "SERVEREYE_HISTORY_FULL_DAYS",
  "SERVEREYE_HISTORY_ROLLUP_DAYS",
];

function historyElsewhere(
  read: (name: string) => string | undefined,
  faults: string[],
): Pick<Config, "historyUrl" | "remoteWrite"> {
  const historyUrl = read("SERVEREYE_HISTORY_URL");
  // The values themselves may hold passwords: they are not repeated.
  if (historyUrl !== undefined && victoriaPlace(historyUrl) === undefined)
    faults.push(`SERVEREYE_HISTORY_URL is not an address of the form ${VICTORIA_URL_FORMS}.`);
  for (const name of OF_THE_STORE)
    if (historyUrl !== undefined && read(name) !== undefined)
      faults.push(
        `${name} is for history in the store: with SERVEREYE_HISTORY_URL, VictoriaMetrics is told how long.`,
      );
  const url = read("SERVEREYE_REMOTE_WRITE_URL");
  const tokenFile = read("SERVEREYE_REMOTE_WRITE_TOKEN_FILE");
  const place = url === undefined ? undefined : remoteWritePlace(url, tokenFile);
  if (url !== undefined && place === undefined)
    faults.push("SERVEREYE_REMOTE_WRITE_URL is not an address of the form http://… or https://….");
  if (tokenFile !== undefined && url === undefined)
    faults.push("SERVEREYE_REMOTE_WRITE_TOKEN_FILE needs SERVEREYE_REMOTE_WRITE_URL.");
  if (tokenFile !== undefined && place !== undefined && (place.user !== "" || place.password !== ""))
    faults.push(
      "SERVEREYE_REMOTE_WRITE_URL has a user or password, and there is a token file: use one of both.",
    );
  return { historyUrl, remoteWrite: url === undefined ? undefined : { url, tokenFile } };
}

function databaseOf(
  read: (name: string) => string | undefined,
  url: (name: string, schemes: readonly string[]) => string | undefined,
  faults: string[],
): Pick<Config, "databaseUrl" | "database"> {
  const caFile = read("DATABASE_CA_FILE");
  const databaseUrl = url("DATABASE_URL", ["postgres", "postgresql"]);
  const replicaUrls = (read("DATABASE_REPLICA_URLS") ?? "").split(/[\s,]+/).filter((one) => one !== "");
  const check = (name: string, address: string) => {
    const fault = addressFault(address, caFile);
    if (fault !== undefined) faults.push(`${name} ${fault}`);
  };
  if (databaseUrl !== undefined) check("DATABASE_URL", databaseUrl);
  for (const [at, address] of replicaUrls.entries())
    check(`DATABASE_REPLICA_URLS, address ${at + 1} of ${replicaUrls.length},`, address);
  const number = numberBy(read, faults);
  const database = {
    poolSize: number("DATABASE_POOL_SIZE", POOL_SIZE, 2, 500),
    poolWaitMs: number("DATABASE_POOL_WAIT_MS", DEADLINES.connection, 100, 60_000),
    statementMs: number("DATABASE_STATEMENT_TIMEOUT_MS", DEADLINES.statement, 100, 600_000),
    caFile,
    replicaUrls,
  };
  // The private PostgreSQL is set up for its hub; to take no notice of what was meant for another would be worse.
  for (const name of OF_A_DATABASE)
    if (read("DATABASE_URL") === undefined && read(name) !== undefined)
      faults.push(`${name} needs DATABASE_URL: the hub's private PostgreSQL takes none of these.`);
  return { databaseUrl, database };
}

function redisOf(
  read: (name: string) => string | undefined,
  regions: RegionAddress[],
  faults: string[],
): Config["redis"] {
  const address = read("REDIS_URL");
  const caFile = read("REDIS_CA_FILE");
  const place = address === undefined ? undefined : redisPlace(address);
  // The value itself may hold a password: it is not repeated.
  if (address !== undefined && place === undefined)
    faults.push(`REDIS_URL is not an address of the form ${forms}.`);
  const tls = [place, ...regions.map(({ url }) => redisPlace(url))].some((one) => one?.tls);
  if (caFile !== undefined && !tls && (address === undefined || place !== undefined))
    faults.push("REDIS_CA_FILE needs a REDIS_URL that begins with rediss: nothing else has certificates.");
  return address === undefined || place === undefined ? undefined : { url: address, caFile, regions };
}

function telegramOf(
  read: (name: string) => string | undefined,
  url: (name: string, schemes: readonly string[]) => string | undefined,
  faults: string[],
): Config["telegram"] {
  const token = read("TELEGRAM_BOT_TOKEN");
  const apiRoot = url("TELEGRAM_API_ROOT", ["http", "https"]) ?? "https://api.telegram.org";
  const hook = url("TELEGRAM_WEBHOOK_URL", ["https", "http"]);
  const secret = read("TELEGRAM_WEBHOOK_SECRET");
  if (token !== undefined && !/^\d+:[A-Za-z0-9_-]{10,}$/.test(token))
    faults.push(
      "TELEGRAM_BOT_TOKEN has not the form of a bot token (123456:ABC…): copy it again from @BotFather.",
    );
  if (token === undefined && (hook !== undefined || secret !== undefined))
    faults.push("TELEGRAM_WEBHOOK_URL and TELEGRAM_WEBHOOK_SECRET need TELEGRAM_BOT_TOKEN.");
  if (hook !== undefined && secret === undefined)
    faults.push(
      "TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET (1 to 256 of A-Z a-z 0-9 _ -), so that nobody else can post updates.",
    );
  if (secret !== undefined && !/^[A-Za-z0-9_-]{1,256}$/.test(secret))
    faults.push("TELEGRAM_WEBHOOK_SECRET may hold 1 to 256 of A-Z a-z 0-9 _ - only.");
  if (token === undefined) return undefined;
  return {
    token,
    apiRoot,
    webhook: hook !== undefined && secret !== undefined ? { url: hook, secret } : undefined,
  };
}

/** A misspelt name would silently do nothing: it is refused, with the nearest known one. */
function unknownNames(env: Readonly<Record<string, string | undefined>>, faults: string[]): void {
  for (const name of Object.keys(env)) {
    if (!name.startsWith("SERVEREYE_") || OTHERS.test(name)) continue;
    if (NAMES.some((known) => known === name)) continue;
    const near = [...NAMES].sort((a, b) => distance(a, name) - distance(b, name))[0];
    faults.push(`${name} is not a name I know. Did you mean ${near}?`);
  }
}
