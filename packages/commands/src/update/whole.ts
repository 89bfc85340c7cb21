/** A container with everything the engine tells of it, known or not: what is made again from it must lose nothing. */
import * as z from "zod/mini";
import { readContainer } from "../docker/calls.ts";
import { ContainerId } from "../docker/grammar.ts";
import type { Host } from "../host.ts";

const CALL_MS = 10_000;

const anything = z.record(z.string(), z.unknown());
const record = z.catch(anything, {});
const text = z.catch(z.string(), "");
const number = z.catch(z.number(), 0);
const yes = z.catch(z.boolean(), false);

const Mount = z.object({ Type: text, Name: text, Destination: text, RW: z.catch(z.boolean(), true) });

export const Whole = z.object({
  Id: ContainerId,
  /** Podman leaves out the slash. */
  Name: z.pipe(
    text,
    z.transform((name) => name.replace(/^\//, "")),
  ),
  /** The image's id; Podman leaves out the `sha256:`. */
  Image: z.pipe(
    text,
    z.transform((id) => (/^[0-9a-f]{64}$/.test(id) ? `sha256:${id}` : id)),
  ),
  /** Podman's: the pod it belongs to. */
  Pod: text,
  RestartCount: number,
  State: z.object({
    Status: text,
    Running: yes,
    Restarting: yes,
    ExitCode: number,
    Health: z.catch(
      z.optional(z.object({ Status: text, Log: z.catch(z.array(z.object({ Output: text })), []) })),
      undefined,
    ),
  }),
  Config: record,
  HostConfig: record,
  Mounts: z.catch(z.array(Mount), []),
  NetworkSettings: z.catch(z.object({ Networks: z.catch(z.record(z.string(), record), {}) }), {
    Networks: {},
  }),
});
export type Whole = z.infer<typeof Whole>;

/** Undefined: it is gone. */
export const wholeOf = (host: Host, id: string): Promise<Whole | undefined> =>
  readContainer(host, id, CALL_MS, Whole);

export const textIn = (from: Record<string, unknown>, name: string): string => {
  const value = from[name];
  return typeof value === "string" ? value : "";
};

/** Its entries that are texts. */
export const labelsIn = ({ Config }: Pick<Whole, "Config">): Record<string, string> => textsIn(Config.Labels);

export const textsIn = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(recordIn(value)).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );

export const recordIn = (value: unknown): Record<string, unknown> => anything.safeParse(value).data ?? {};

export const listIn = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
