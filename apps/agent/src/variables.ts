/** The names of the agent's environment variables, and the nearest of them to a misspelled one. */

export const VARIABLES = [
  "SERVEREYE_AGENT_HUB",
  "SERVEREYE_AGENT_HUB_KEY",
  "SERVEREYE_AGENT_KEY_FILE",
  "SERVEREYE_AGENT_ENROL",
  "SERVEREYE_AGENT_PAIR",
  "SERVEREYE_AGENT_DATA_DIR",
  "SERVEREYE_AGENT_ALLOW",
  "SERVEREYE_AGENT_PROTECT",
  "SERVEREYE_AGENT_BIND_ROOTS",
  "SERVEREYE_AGENT_INTERVAL",
  "SERVEREYE_AGENT_SAMPLES",
  "SERVEREYE_AGENT_BUFFER_MB",
  "SERVEREYE_AGENT_DOCKER_HOST",
  "SERVEREYE_AGENT_NAME",
  "SERVEREYE_AGENT_SETTINGS_FILE",
] as const;
export type Variable = (typeof VARIABLES)[number];

const PREFIX = "SERVEREYE_AGENT_";

/** One fault for each name with the agent's prefix that it does not know. Other names are none of its business. */
export function foreignNames(names: readonly string[]): string[] {
  const known: readonly string[] = VARIABLES;
  return names
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => `${name} is not a setting of the agent; did you mean ${closest(name, known)}?`);
}

/** The nearest of `known` when it is near enough to be meant (at most a third of it differs). */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(word, known);
  return distance(word, best) <= Math.max(1, best.length / 3) ? best : undefined;
}

const closest = (word: string, known: readonly string[]): string =>
  known.reduce((best, name) => (distance(word, name) < distance(word, best) ? name : best));

/**
 * Characters to insert, leave out or change until one is the other (Levenshtein), row by row. The hub's package for it
 * is made for long texts, and would be a hundredth of what a server downloads.
 */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 0; i < one.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++) {
      const changed = (row[j] ?? 0) + (one[i] === other[j] ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
