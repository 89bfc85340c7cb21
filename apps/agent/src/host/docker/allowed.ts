/**
 * The last look before the socket: may this very method and target be sent? It shares nothing with what made them
 * but the list of routes, so that a mistake there reaches no engine.
 */
import { ROUTES, type Route } from "@servereye/commands/agent";

/** What each part looks like once encoded. None can be `..`, or hold a `/`, `?`, `#` or `%` of its own. */
const PARTS: Readonly<Record<string, string>> = {
  id: "[0-9a-f]{12,64}",
  image: "[a-zA-Z0-9](?:[a-zA-Z0-9._-]|%(?:2F|3A|40)[a-zA-Z0-9_]){0,254}",
  volume: "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}",
  network: "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}",
};

/** Printable characters, encoded: no %00 to %1F, no %7F. */
const VALUE = /^(?:[a-zA-Z0-9_.!~*'()-]|%(?:[2-6][0-9A-F]|7[0-9A-E]|[89A-F][0-9A-F]))*$/;
const LONGEST_TARGET = 128 * 1024;

interface Pattern {
  method: string;
  path: RegExp;
  query: ReadonlySet<string>;
}

const PATTERNS: readonly Pattern[] = Object.values(ROUTES).map((route: Route) => {
  const path = route.path
    .split("/")
    .map((segment) => {
      const [, name] = /^\{(\w+)\}$/.exec(segment) ?? [];
      if (name === undefined) return segment.replaceAll(/[^a-z]/g, "\\$&");
      const part = PARTS[name];
      if (part === undefined) throw new Error(`the routes have a part {${name}} that nobody described`);
      return part;
    })
    .join("/");
  return {
    method: route.method,
    path: new RegExp(`^/v1\\.[1-9][0-9]?${path}$`),
    query: new Set(route.query),
  };
});

/** `target` is the request's path with version and query, as it would stand in the request's first line. */
export function allowed(method: string, target: string): boolean {
  if (target.length > LONGEST_TARGET) return false;
  // The one that is asked before the version is known.
  if (method === "GET" && target === "/version") return true;
  const [path = "", query, ...more] = target.split("?");
  if (more.length > 0) return false;
  return PATTERNS.some(
    (pattern) => pattern.method === method && pattern.path.test(path) && fits(query, pattern.query),
  );
}

function fits(query: string | undefined, names: ReadonlySet<string>): boolean {
  if (query === undefined) return true;
  const seen = new Set<string>();
  return query.split("&").every((pair) => {
    const at = pair.indexOf("=");
    const name = pair.slice(0, Math.max(at, 0));
    if (!names.has(name) || seen.has(name)) return false;
    seen.add(name);
    return VALUE.test(pair.slice(at + 1));
  });
}
