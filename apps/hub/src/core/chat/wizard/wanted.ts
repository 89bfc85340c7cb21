/** A container as a person wants it so far: what the steps fill in, and the question to the agent in the end. */
import { create } from "@servereye/commands/hub";
import type { AskOf } from "@servereye/contract";
import * as z from "zod/mini";
import type { Wrong } from "./values.ts";

const { job: _job, image, name, ...rest } = create.ask.shape;

/** Its words and defaults are the contract's; the image and the name come with their steps. */
export const Wanted = z.object({ ...rest, image: z.optional(image), name: z.optional(name) });
export type Wanted = z.infer<typeof Wanted>;

/** Nothing said yet. `restart`: Docker's own default, or the one most people want. */
export const nothing = (restart: Wanted["restart"]): Wanted => ({
  ports: [],
  env: [],
  volumes: [],
  restart,
  start: true,
});

/** The names of its environment's variables: what is shown of them. */
export const variablesOf = ({ env: variables }: Wanted): string[] => variables.map(({ name: told }) => told);

/** The question to the agent; undefined while something is missing. */
export function askOf(wanted: Wanted, job: string): AskOf<typeof create> | undefined {
  const asked = create.ask.safeParse({ ...wanted, job });
  return asked.success ? asked.data : undefined;
}

type Lists = Pick<Wanted, "ports" | "env" | "volumes">;

/** At most this many of each: the contract's bounds. */
const MOST: Record<keyof Lists, number> = { ports: 64, env: 128, volumes: 32 };

/** What it is told apart by: a port outside, a variable's name, a place inside. */
const keys: { [K in keyof Lists]: (one: Lists[K][number]) => string } = {
  ports: ({ outside, inside, protocol, address = "" }) =>
    outside === undefined ? `*${inside}/${protocol}` : `${address}:${outside}/${protocol}`,
  env: ({ name: variable }) => variable,
  volumes: ({ to }) => to,
};

/** With more of them: what is said again takes the place of what was said. */
export function withMore<K extends keyof Lists>(
  wanted: Wanted,
  list: K,
  more: readonly Lists[K][number][],
): Wanted | Wrong {
  const byKey = new Map<string, Lists[K][number]>();
  for (const one of [...wanted[list], ...more]) byKey.set(keys[list](one), one);
  if (byKey.size > MOST[list]) return { wrong: "wizard-wrong-many", values: { most: String(MOST[list]) } };
  return { ...wanted, [list]: [...byKey.values()] };
}

/** `nginx` of `registry.example.com:5000/mirror/nginx:1.27`, the first that is not taken. */
export function proposedName(of: string, taken: ReadonlySet<string>): string {
  const path = of.replace(/@sha256:.*$/, "").replace(/^.*\//, "");
  const base = path.replace(/:.*$/, "").slice(0, 100) || "container";
  let proposed = base;
  for (let n = 2; taken.has(proposed); n++) proposed = `${base}-${n}`;
  return proposed;
}
