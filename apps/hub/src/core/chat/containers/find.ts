/** Which container a person means by what they typed. */
import { beginningWith, type Container } from "@servereye/commands/hub";
import { nearest } from "../nearest.ts";

export type FoundContainer =
  | { kind: "one"; container: Container }
  | { kind: "several"; containers: Container[] }
  | { kind: "none"; near: Container | undefined };

/** Digits of an id that are taken for one: fewer are sooner a name. */
const ID_LIKE = /^[0-9a-f]{4,64}$/;

/** By whole name, by a beginning that only one name has, or by a beginning of an id; in this order. */
export function findContainer(reference: string, among: readonly Container[]): FoundContainer {
  const whole = among.find(({ name, id }) => name === reference || id === reference);
  if (whole !== undefined) return { kind: "one", container: whole };
  const named = beginningWith(reference, among);
  const found =
    named.length === 0 && ID_LIKE.test(reference)
      ? among.filter(({ id }) => id.startsWith(reference))
      : named;
  const [first, ...others] = found;
  if (first !== undefined)
    return others.length === 0 ? { kind: "one", container: first } : { kind: "several", containers: found };
  return { kind: "none", near: nearTo(reference, among) };
}

/** By name, by as much of a name as was typed, or by its service in Compose: never taken without being asked. */
function nearTo(reference: string, among: readonly Container[]): Container | undefined {
  const known = new Map<string, Container>();
  for (const of of [
    ({ name }: Container) => name,
    ({ service }: Container) => service,
    ({ name }: Container) => name.slice(0, reference.length),
  ])
    for (const one of among) {
      const word = of(one);
      if (word !== undefined && !known.has(word)) known.set(word, one);
    }
  const near = nearest(reference, known.keys());
  return near === undefined ? undefined : known.get(near);
}
