/** Which measures a person means by what they typed: a key, a title, a command's name, a word of them. */

import type { Reading } from "@servereye/commands/hub";
import type { Measure } from "@servereye/contract";
import { nearest } from "../nearest.ts";
import { LANGUAGES, translator } from "../translate.ts";

export type Meant =
  | { kind: "measures"; measures: readonly Measure[]; rest: string[] }
  | { kind: "none"; near: string | undefined; rest: string[] };

/** Letters that a beginning needs to stand for a whole word. */
const LEAST = 3;

const fold = (text: string): string => text.normalize("NFC").toLowerCase().replaceAll("ё", "е");
const groupOf = ({ key }: Measure): string => key.slice(0, key.indexOf("."));
const nameOf = ({ key }: Measure): string => key.slice(key.lastIndexOf(".") + 1);

/** Message id of a measure's title. */
export const titleId = (key: string): string => `measure-${key.replaceAll(/[._]/g, "-")}`;

/** What a command or a group of measures is mainly about: its first; of what flows two ways, both ways. */
export function mainOf(measures: readonly Measure[]): readonly Measure[] {
  const [first] = measures;
  if (first === undefined) return [];
  const alike = (one: Measure) => one.worse === "none" && one.unit === first.unit && one.of === first.of;
  return first.worse === "none" ? measures.filter(alike).slice(0, 2) : [first];
}

/** Groups and commands with what they measure, in the order in which they are offered. */
export function groupsOf(readings: readonly Reading[]): ReadonlyMap<string, readonly Measure[]> {
  const groups = new Map<string, Measure[]>();
  for (const measure of readings.flatMap(({ measures }) => measures))
    groups.set(groupOf(measure), [...(groups.get(groupOf(measure)) ?? []), measure]);
  return groups;
}

/** @param taken whether a word is a server's own name: it is no part of a measure then */
export function meant(
  readings: readonly Reading[],
  words: readonly string[],
  taken: (word: string) => boolean,
): Meant {
  const all = readings.flatMap(({ measures }) => measures);
  const groups = groupsOf(readings);
  const [typed = ""] = words;
  const after = words.slice(1);
  const titles = LANGUAGES.flatMap((language) =>
    all.map((measure) => ({ measure, title: fold(translator(language)(titleId(measure.key))) })),
  );
  const synonyms = new Map(
    LANGUAGES.flatMap((language) => synonymsIn(translator(language)("chart-synonyms"))),
  );
  const head = synonyms.get(fold(typed)) ?? fold(typed);

  const whole = all.find(({ key }) => key === head);
  if (whole) return { kind: "measures", measures: [whole], rest: after };
  for (let size = words.length; size > 0; size--) {
    const phrase = fold(words.slice(0, size).join(" "));
    const titled = titles.find(({ title }) => title === phrase);
    if (titled) return { kind: "measures", measures: [titled.measure], rest: words.slice(size) };
  }
  const group = groupMeant(readings, groups, head);
  if (group !== undefined) return inGroup(group, after, taken);
  for (let size = words.length; size > 0; size--) {
    const phrase = fold(words.slice(0, size).join(" "));
    const titled = phrase.length < LEAST ? undefined : titles.find(({ title }) => title.startsWith(phrase));
    if (titled) return { kind: "measures", measures: [titled.measure], rest: words.slice(size) };
  }
  const named = byName(all, head);
  if (named) return { kind: "measures", measures: [named], rest: after };
  const near = nearest(head, [...groups.keys(), ...all.map(nameOf), ...all.map(({ key }) => key)]);
  return { kind: "none", near, rest: after };
}

/** By the first part of their keys, or by their command's name, whole or begun. */
function groupMeant(
  readings: readonly Reading[],
  groups: ReadonlyMap<string, readonly Measure[]>,
  head: string,
): readonly Measure[] | undefined {
  const one = groups.get(head) ?? groups.get(head.replace(/s$/, ""));
  const ofCommand = readings.find(({ command, measures }) => command.name === head && measures.length > 0);
  const begun = head.length < LEAST ? undefined : [...groups].find(([name]) => name.startsWith(head))?.[1];
  return one ?? ofCommand?.measures ?? begun;
}

/** "disk / inodes", "net eth0 in", "container nginx cpu": the word that names one of the group may stand anywhere. */
function inGroup(
  group: readonly Measure[],
  after: readonly string[],
  taken: (word: string) => boolean,
): Meant {
  for (const [at, word] of after.entries()) {
    const named = taken(word) ? undefined : byName(group, fold(word));
    if (named) return { kind: "measures", measures: [named], rest: after.filter((_, other) => other !== at) };
  }
  return { kind: "measures", measures: mainOf(group), rest: [...after] };
}

function byName(measures: readonly Measure[], word: string): Measure | undefined {
  const exact = measures.find((measure) => nameOf(measure) === word);
  if (exact !== undefined || word.length < LEAST) return exact;
  return measures.find((measure) => nameOf(measure).startsWith(word));
}

/** "mem=memory ram=memory" as pairs. */
const synonymsIn = (text: string): Array<[string, string]> =>
  text.split(/\s+/).flatMap((pair): Array<[string, string]> => {
    const [word, means] = pair.split("=");
    return word && means ? [[fold(word), means]] : [];
  });
