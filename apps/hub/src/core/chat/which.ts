/** Which server a person means by what they typed. */
import type { SeenServer } from "../ports/people.ts";
import { nearest } from "./nearest.ts";

export type Which =
  | { kind: "one"; server: SeenServer }
  | { kind: "several"; servers: SeenServer[] }
  | { kind: "none"; near: SeenServer | undefined };

const fold = (text: string): string => text.normalize("NFC").toLowerCase();

/**
 * By number, by whole name, by a beginning that only one has, or by the whole server id; in this order, so that
 * a name always beats another's beginning. A number that nobody has may still begin a name ("10-web").
 */
export function which(reference: string, servers: readonly SeenServer[]): Which {
  const wanted = fold(reference.trim());
  const byNumber = /^#?\d{1,6}$/.test(wanted)
    ? servers.find((server) => server.number === Number(wanted.replace("#", "")))
    : undefined;
  if (byNumber) return { kind: "one", server: byNumber };
  const whole = servers.filter((server) => fold(server.name) === wanted || server.id === wanted);
  const found = whole.length > 0 ? whole : servers.filter((server) => fold(server.name).startsWith(wanted));
  const [first] = found;
  if (first !== undefined && wanted !== "")
    return found.length === 1 ? { kind: "one", server: first } : { kind: "several", servers: found };
  const name = nearest(
    wanted,
    servers.map((server) => server.name),
  );
  return { kind: "none", near: servers.find((server) => server.name === name) };
}

/**
 * Splits typed words into a server reference and what follows: the longest beginning that names one server.
 * For commands of the form `<server> <something>` where a name may hold spaces.
 */
export function leading(
  words: readonly string[],
  servers: readonly SeenServer[],
): { which: Which; rest: string[] } {
  for (let size = words.length - 1; size > 1; size--) {
    const reference = fold(words.slice(0, size).join(" "));
    const exact = servers.filter((server) => fold(server.name) === reference);
    if (exact[0] && exact.length === 1)
      return { which: { kind: "one", server: exact[0] }, rest: words.slice(size) };
  }
  return { which: which(words[0] ?? "", servers), rest: words.slice(1) };
}
