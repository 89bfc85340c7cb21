/** What the agent is told: flags over environment over `agent.env`, parsed once, every fault listed at once. */

import type { DockerPolicy } from "@servereye/commands/agent";
import { AGENT_PATH } from "@servereye/contract";
import { flagsOf } from "./flags.ts";
import { parseAddress } from "./host/docker/address.ts";
import { type PolicyPlace, policyOf } from "./policy.ts";
import { foreignNames, type Variable } from "./variables.ts";

export interface Config {
  /** The whole address to dial, `ws(s)://…/agent/v1`. */
  url: string;
  /** Not encrypted, and the hub is on another machine. */
  exposed: boolean;
  /** base64url of the hub's public key, when it was told. */
  hubKey: string | undefined;
  keyFile: string;
  /** A one-time token. A secret until spent. */
  enrol: string | undefined;
  pair: boolean;
  data: string;
  /** What this server allows. */
  policy: DockerPolicy;
  /** SERVEREYE_AGENT_ALLOW was set: what it names that is no action is worth a warning. */
  allowTold: boolean;
  /** Where it is changed. */
  policyPlace: PolicyPlace;
  /** Seconds between samples, 1..60. */
  intervalS: number;
  /** `cores`: each processor by itself too. */
  samples: Samples;
  /** What samples that no hub has kept may take on the disk, bytes. */
  bufferBytes: number;
  /** Where the container engine is, well formed; undefined: at one of the usual places. */
  dockerHost: string | undefined;
  /** The name to offer the hub instead of the host's. */
  name: string | undefined;
  withParent: boolean;
}

export type Outcome = { config: Config; faults: [] } | { config: undefined; faults: string[] };

/** Where the settings come from. `file` is the text of `agent.env` in the data folder, if there is one. */
export interface Sources {
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  file: string | undefined;
}

const SAMPLES = ["on", "cores", "off"] as const;
type Samples = (typeof SAMPLES)[number];

const KEY = /^[A-Za-z0-9_-]{43}$/;
const TOKEN = /^[A-Za-z0-9_-]{8,128}$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The folder for the agent's files, needed before `agent.env` in it can be read. */
export function dataFolderOf(sources: Omit<Sources, "file">, fallback: string): string {
  return flagsOf(sources.argv).values.data ?? sources.env.SERVEREYE_AGENT_DATA_DIR ?? fallback;
}

export function parseConfig(sources: Sources, data: string): Outcome {
  const flags = flagsOf(sources.argv);
  const file = envFileOf(sources.file ?? "");
  const faults = [
    ...flags.faults,
    ...file.faults,
    ...foreignNames(Object.keys(sources.env)),
    ...foreignNames(Object.keys(file.values)).map((fault) => `agent.env: ${fault}`),
  ];
  const told = (name: Variable, flag?: string): string | undefined =>
    (flag ?? (sources.env[name] || undefined) ?? file.values[name])?.trim() || undefined;
  const check = (value: string | undefined, form: RegExp, fault: string): string | undefined => {
    if (value !== undefined && !form.test(value)) faults.push(fault);
    return value;
  };

  const hub = hubUrl(told("SERVEREYE_AGENT_HUB", flags.values.hub), faults);
  const hubKey = check(
    told("SERVEREYE_AGENT_HUB_KEY", flags.values["hub-key"]),
    KEY,
    "--hub-key (SERVEREYE_AGENT_HUB_KEY) must be the hub's public key: 43 letters, digits, - and _.",
  );
  const enrol = check(
    told("SERVEREYE_AGENT_ENROL", flags.values.enrol),
    TOKEN,
    "--enrol (SERVEREYE_AGENT_ENROL) must be the one-time token that /add gave.",
  );
  // Unlike the others it counts when it is empty too: an empty list is nothing, and not whatever is usual.
  const listed = sources.env.SERVEREYE_AGENT_ALLOW;
  const allow = (listed ?? file.values.SERVEREYE_AGENT_ALLOW)?.trim();
  const policy = policyOf(
    {
      allow,
      bindRoots: told("SERVEREYE_AGENT_BIND_ROOTS"),
      protect: told("SERVEREYE_AGENT_PROTECT"),
    },
    faults,
  );
  const settingsFile = check(
    told("SERVEREYE_AGENT_SETTINGS_FILE"),
    /^\/[^\p{Cc}]{1,512}$/u,
    "SERVEREYE_AGENT_SETTINGS_FILE must be the whole path of the file in which these settings stand.",
  );
  const withParent = flags.switches.has("with-parent");
  // The environment goes before agent.env: a line added there would not count.
  const inEnvironment = listed !== undefined;
  const interval = told("SERVEREYE_AGENT_INTERVAL") ?? "10";
  const intervalS = /^\d{1,2}$/.test(interval) ? Number(interval) : 0;
  if (intervalS < 1 || intervalS > 60)
    faults.push(`SERVEREYE_AGENT_INTERVAL must be 1 to 60 (seconds), not "${interval}".`);
  const samplesText = told("SERVEREYE_AGENT_SAMPLES") ?? "on";
  const samples = SAMPLES.find((one) => one === samplesText) ?? "on";
  if (samples !== samplesText)
    faults.push('SERVEREYE_AGENT_SAMPLES must be "on", "cores" (each processor too) or "off".');
  const buffer = told("SERVEREYE_AGENT_BUFFER_MB") ?? "64";
  const bufferMb = /^\d{1,5}$/.test(buffer) ? Number(buffer) : 0;
  if (bufferMb < 1 || bufferMb > 65_536)
    faults.push(`SERVEREYE_AGENT_BUFFER_MB must be 1 to 65536 (MiB), not "${buffer}".`);
  const pairText = told("SERVEREYE_AGENT_PAIR") ?? "false";
  if (!/^(true|false)$/.test(pairText)) faults.push('SERVEREYE_AGENT_PAIR must be "true" or "false".');
  const name = check(
    told("SERVEREYE_AGENT_NAME", flags.values.name),
    /^[^\p{Cc}]{1,128}$/u,
    "--name (SERVEREYE_AGENT_NAME) must be 1 to 128 characters on one line.",
  );

  const dockerHost = told("SERVEREYE_AGENT_DOCKER_HOST");
  if (dockerHost !== undefined && parseAddress(dockerHost) === undefined)
    faults.push(
      "SERVEREYE_AGENT_DOCKER_HOST must be unix:///path/to/docker.sock, or tcp://host:port of a socket proxy.",
    );

  if (faults.length > 0 || hub === undefined) return { config: undefined, faults };
  return {
    faults: [],
    config: {
      ...hub,
      hubKey,
      enrol,
      pair: flags.switches.has("pair") || pairText === "true",
      data,
      keyFile: told("SERVEREYE_AGENT_KEY_FILE") ?? `${data}/server.key`,
      policy,
      allowTold: allow !== undefined,
      policyPlace: {
        file: settingsFile ?? (inEnvironment ? undefined : `${data}/agent.env`),
        restart: withParent ? "hub" : settingsFile === undefined ? "agent" : "service",
      },
      intervalS,
      samples,
      bufferBytes: bufferMb * 1_048_576,
      dockerHost,
      name,
      withParent,
    },
  };
}

/** The address to dial. http(s) means ws(s), and a plain host name means wss. */
function hubUrl(text: string | undefined, faults: string[]): { url: string; exposed: boolean } | undefined {
  if (text === undefined) {
    faults.push("Which hub? Give --hub wss://your.hub (or SERVEREYE_AGENT_HUB).");
    return undefined;
  }
  const spelled = text.includes("://") ? text : `wss://${text}`;
  const parsed = URL.parse(spelled.replace(/^http(s?):\/\//i, "ws$1://"));
  const odd = parsed && (parsed.username || parsed.password || parsed.search || parsed.hash);
  if (parsed === null || !/^wss?:$/.test(parsed.protocol) || odd) {
    faults.push("--hub (SERVEREYE_AGENT_HUB) must be an address like wss://your.hub, without user or query.");
    return undefined;
  }
  parsed.pathname = `${parsed.pathname.replace(/\/+$/, "").replace(AGENT_PATH, "")}${AGENT_PATH}`;
  return { url: parsed.href, exposed: parsed.protocol === "ws:" && !LOOPBACK.test(parsed.hostname) };
}

/** `NAME=value` lines; `#` begins a comment line, one pair of quotes around a value is taken off. */
export function envFileOf(text: string): { values: Record<string, string>; faults: string[] } {
  const values: Record<string, string> = {};
  const faults: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const match = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(line);
    const [, name, value] = match ?? [];
    // The line's text stays out of the message: it may be a secret.
    if (name === undefined || value === undefined)
      faults.push(`agent.env line ${index + 1}: not NAME=value.`);
    else values[name] = value.replace(/^(["'])(.*)\1$/, "$2");
  }
  return { values, faults };
}
