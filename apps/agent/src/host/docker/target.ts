/** The path and query of a call: each part checked by Docker's grammar, then encoded. */
import {
  ContainerId,
  ContainerName,
  type EngineCall,
  ImageId,
  ImageReference,
  ROUTES,
  VolumeName,
} from "@servereye/commands/agent";
import { Fault } from "@servereye/contract";

type Check = (text: string) => boolean;

const PARTS: Readonly<Record<string, Check>> = {
  id: (text) => ContainerId.safeParse(text).success,
  image: (text) => ImageId.safeParse(text).success || ImageReference.safeParse(text).success,
  volume: (text) => VolumeName.safeParse(text).success,
  network: (text) => VolumeName.safeParse(text).success,
};

/** Of the query's values, those that are names. The others are numbers, times, switches and filters. */
const VALUES: Readonly<Record<string, Check>> = {
  name: (text) => ContainerName.safeParse(text).success,
  fromImage: (text) => ImageReference.safeParse(text).success,
  tag: (text) => /^(\w[\w.-]{0,127}|sha256:[0-9a-f]{64})$/.test(text),
  // The engine gives these to ps on its machine: columns and switches, nothing that names a file.
  ps_args: (text) => /^[a-zA-Z0-9,=_ -]{1,100}$/.test(text),
};

/** No part is longer; what is, is not even looked at. */
const LONGEST_PART = 255;
/** Characters of one value of the query: filters may name some hundred containers. */
const LONGEST_VALUE = 16_384;

/** `/containers/0123456789ab/json?size=true`, without the API's version. Throws INVALID_COMMAND. */
export function targetOf({ route, path = {}, query = {} }: EngineCall): string {
  if (!Object.hasOwn(ROUTES, route)) throw refused(`there is no route "${shown(route)}"`);
  const { path: form, query: names } = ROUTES[route];
  const wanted = new Set<string>();
  const filled = form.replace(/\{(\w+)\}/g, (_, name: string) => {
    wanted.add(name);
    const value = Object.hasOwn(path, name) ? path[name] : undefined;
    if (typeof value !== "string" || value.length > LONGEST_PART || !PARTS[name]?.(value))
      throw refused(`${route}: {${name}} is none: ${shown(value)}`);
    return encodeURIComponent(value);
  });
  for (const name of Object.keys(path))
    if (!wanted.has(name)) throw refused(`${route} has no part "${shown(name)}"`);
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (!(names as readonly string[]).includes(name)) throw refused(`${route} takes no "${shown(name)}"`);
    const text = textOf(value);
    if (text === undefined || text.length > LONGEST_VALUE || VALUES[name]?.(text) === false)
      throw refused(`${route}: ${name} can not be ${shown(text)}`);
    pairs.push(`${name}=${encodeURIComponent(text)}`);
  }
  return pairs.length === 0 ? filled : `${filled}?${pairs.join("&")}`;
}

/** Undefined for what has no text, or one that can not be sent: control characters, half characters. */
function textOf(value: string | number | boolean | object): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /\p{Cc}/u.test(text) || !text.isWellFormed() ? undefined : text;
}

const refused = (detail: string): Fault => new Fault("INVALID_COMMAND", detail);

/** As much of it as a log line may hold. */
function shown(value: unknown): string {
  const text = JSON.stringify(String(value).slice(0, 40));
  return String(value).length > 40 ? `${text} ...` : text;
}
