/** /create_container in one line: the options of `docker run` that are known here, read strictly. */
import { type HOST_NAMESPACES, VolumeName } from "@servereye/commands/hub";
import { nearest } from "../nearest.ts";
import { shellWords } from "./shell.ts";
import {
  echo,
  imageOf,
  nameOf,
  type Parsed,
  portOf,
  restartOf,
  variableOf,
  volumeOf,
  type Wrong,
} from "./values.ts";
import { nothing, type Wanted, withMore } from "./wanted.ts";

export interface Line {
  wanted: Wanted;
  /** The server, as typed after `--server`. */
  server: string | undefined;
}

/** Takes an option's value into what is wanted so far. */
type Option = (line: Line, value: string) => Line | Wrong;

const set =
  <T>(parse: (typed: string) => Parsed<T>, put: (wanted: Wanted, value: T) => Wanted | Wrong): Option =>
  (line, typed) => {
    const parsed = parse(typed);
    if ("wrong" in parsed) return parsed;
    const wanted = put(line.wanted, parsed.value);
    return "wrong" in wanted ? wanted : { ...line, wanted };
  };

type Namespace = (typeof HOST_NAMESPACES)[number];
const withHost = (wanted: Wanted, namespace: Namespace): Wanted => ({
  ...wanted,
  hostNamespaces: [...new Set([...(wanted.hostNamespaces ?? []), namespace])],
});

/** `--pid host`: of these, only the machine's own can be asked for. */
const hostOnly =
  (namespace: Namespace): Option =>
  (line, typed) =>
    typed === "host"
      ? { ...line, wanted: withHost(line.wanted, namespace) }
      : { wrong: "wizard-wrong-namespace", values: { typed: echo(typed) } };

const networkOf = (typed: string): Parsed<string> =>
  VolumeName.safeParse(typed).success
    ? { value: typed }
    : { wrong: "wizard-wrong-network", values: { typed: echo(typed) } };

const capabilityOf = (typed: string): Parsed<string> => {
  const name = typed.toUpperCase().replace(/^CAP_/, "");
  return /^[A-Z][A-Z_]{2,31}$/.test(name)
    ? { value: name }
    : { wrong: "wizard-wrong-capability", values: { typed: echo(typed) } };
};

const deviceOf = (typed: string): Parsed<string> =>
  /^\/dev\/[A-Za-z0-9._/-]{1,255}$/.test(typed) && !typed.includes("..")
    ? { value: typed }
    : { wrong: "wizard-wrong-device", values: { typed: echo(typed) } };

const name = set(nameOf, (wanted, value) => ({ ...wanted, name: value }));
const publish = set(portOf, (wanted, value) => withMore(wanted, "ports", [value]));
const env = set(variableOf, (wanted, value) => withMore(wanted, "env", [value]));
const volume = set(volumeOf, (wanted, value) => withMore(wanted, "volumes", [value]));
const network = set(networkOf, (wanted, value) =>
  value === "host" ? withHost(wanted, "network") : { ...wanted, network: value },
);
const server: Option = (line, typed) => ({ ...line, server: typed });

const OPTIONS: ReadonlyMap<string, Option> = new Map([
  ["--name", name],
  ["-p", publish],
  ["--publish", publish],
  ["-e", env],
  ["--env", env],
  ["-v", volume],
  ["--volume", volume],
  ["--restart", set(restartOf, (wanted, value) => ({ ...wanted, restart: value }))],
  ["--network", network],
  ["--net", network],
  ["--pid", hostOnly("pid")],
  ["--ipc", hostOnly("ipc")],
  ["--uts", hostOnly("uts")],
  ["--userns", hostOnly("user")],
  [
    "--cap-add",
    set(capabilityOf, (wanted, value) => ({
      ...wanted,
      capAdd: [...new Set([...(wanted.capAdd ?? []), value])],
    })),
  ],
  [
    "--device",
    set(deviceOf, (wanted, value) => ({
      ...wanted,
      devices: [...new Set([...(wanted.devices ?? []), value])],
    })),
  ],
  ["--server", server],
]);

/** Those without a value. A created container runs in the background anyway: `-d` says what is so. */
const FLAGS: ReadonlyMap<string, (line: Line) => Line> = new Map([
  ["--privileged", (line: Line): Line => ({ ...line, wanted: { ...line.wanted, privileged: true } })],
  ["-d", (line: Line): Line => line],
  ["--detach", (line: Line): Line => line],
]);

const NAMES = [...OPTIONS.keys(), ...FLAGS.keys()];

/** Whether a line that was not understood may hold values of the environment: then the message it came in has to go. */
export const mayHoldValues = (text: string): boolean => /=|(?:^|\s)(?:-e|(?:--|—|–)env)(?=\s)/.test(text);

/**
 * Options stand before the image or behind it; the first other word behind it begins the command, as does all behind a
 * `--`.
 */
export function readLine(text: string): Line | Wrong {
  const split = shellWords(text);
  if ("unclosed" in split) return { wrong: "wizard-wrong-quote", values: { quote: split.unclosed } };
  const words = [...split.words];
  let line: Line = { wanted: nothing("no"), server: undefined };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--" && line.wanted.image !== undefined) break;
    if (!word.startsWith("-") || word === "-") {
      if (line.wanted.image !== undefined) {
        words.unshift(word);
        break;
      }
      const image = imageOf(word);
      if ("wrong" in image) return image;
      line = { ...line, wanted: { ...line.wanted, image: image.value } };
      continue;
    }
    const next = option(line, word, words);
    if ("wrong" in next) return next;
    line = next;
  }
  if (line.wanted.image === undefined) return { wrong: "wizard-wrong-no-image" };
  if (words.length === 0) return line;
  return { ...line, wanted: { ...line.wanted, command: words } };
}

/** `--name web`, `--name=web`, `-p 80:80`, `-p80:80`. Takes its value off the words when it stands apart. */
function option(line: Line, word: string, words: string[]): Line | Wrong {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  const long = at < 0 ? word : word.slice(0, at);
  const short = word.startsWith("--") ? long : word.slice(0, 2);
  const flag = FLAGS.get(word);
  if (flag !== undefined) return flag(line);
  const known = OPTIONS.get(short);
  if (known === undefined) return unknown(word.startsWith("--") ? long : word);
  const joined = at >= 0 ? word.slice(at + 1) : word.startsWith("--") ? "" : word.slice(2).replace(/^=/, "");
  const value = joined === "" && at < 0 ? words.shift() : joined;
  if (value === undefined) return { wrong: "wizard-wrong-value", values: { option: short } };
  return known(line, value);
}

/** Of an option that is not known only the name is told: behind it could stand anything. */
function unknown(word: string): Wrong {
  const [named = ""] = /^-{1,2}[A-Za-z][A-Za-z-]{0,30}/.exec(word) ?? [];
  const near = nearest(named, NAMES);
  return near === undefined
    ? { wrong: "wizard-wrong-option", values: { option: named || "-" } }
    : { wrong: "wizard-wrong-option-near", values: { option: named, near } };
}
