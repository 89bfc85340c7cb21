/** The agent's command line: `--name value`, `--name=value` and switches. */
import { nearest } from "./variables.ts";

const WITH_VALUE = ["hub", "hub-key", "enrol", "data", "name"] as const;
const SWITCHES = ["pair", "with-parent", "version", "help"] as const;
type WithValue = (typeof WITH_VALUE)[number];
type Switch = (typeof SWITCHES)[number];

export interface Flags {
  values: Partial<Record<WithValue, string>>;
  switches: Set<Switch>;
  faults: string[];
}

const isOneOf = <T extends string>(names: readonly T[], name: string): name is T =>
  names.some((one) => one === name);

export function flagsOf(argv: readonly string[]): Flags {
  const flags: Flags = { values: {}, switches: new Set(), faults: [] };
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, name, inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name !== undefined && isOneOf(WITH_VALUE, name)) {
      const value = inline ?? (rest[0]?.startsWith("--") ? undefined : rest.shift());
      if (value === undefined || value === "") flags.faults.push(`--${name} needs a value.`);
      else flags.values[name] = value;
    } else if (name !== undefined && isOneOf(SWITCHES, name)) {
      if (inline === undefined) flags.switches.add(name);
      else flags.faults.push(`--${name} takes no value.`);
    } else {
      // Only the flag's name is shown: a stray word may be a token.
      const near = name === undefined ? undefined : nearest(name, [...WITH_VALUE, ...SWITCHES]);
      const hint = near === undefined ? "See --help." : `Did you mean --${near}?`;
      flags.faults.push(name === undefined ? `A word too many. ${hint}` : `There is no --${name}. ${hint}`);
    }
  }
  return flags;
}

export const HELP = `Usage: servereye-agent --hub wss://your.hub [--pair | --hub-key KEY [--enrol TOKEN]]

  --hub URL        the hub to dial                              SERVEREYE_AGENT_HUB
  --pair           show a code to add this server with          SERVEREYE_AGENT_PAIR
  --hub-key KEY    the hub's public key, as /add shows it       SERVEREYE_AGENT_HUB_KEY
  --enrol TOKEN    the one-time token of /add; better given by  SERVEREYE_AGENT_ENROL
  --name NAME      the name to offer instead of the host's      SERVEREYE_AGENT_NAME
  --data DIR       where its few files are                      SERVEREYE_AGENT_DATA_DIR
  --with-parent    stop when standard input ends
  --version, --help

Also: SERVEREYE_AGENT_KEY_FILE, SERVEREYE_AGENT_ALLOW (actions it will do, with commas between; "none" or
empty: it only reads; unset: containers.start, .stop, .restart and .logs), SERVEREYE_AGENT_PROTECT (containers it never stops or removes),
SERVEREYE_AGENT_BIND_ROOTS (folders that created containers may mount), SERVEREYE_AGENT_INTERVAL (1 to 60 s),
SERVEREYE_AGENT_SAMPLES (on, cores, off), SERVEREYE_AGENT_DOCKER_HOST. They may stand in DIR/agent.env.
`;
