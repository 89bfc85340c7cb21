/** How far the layers of an image have come, from what the engine tells while it pulls. */
import * as z from "zod/mini";
import type { JobStep } from "./engine.ts";
import { MOST_STEPS } from "./jobs.ts";

const maybe = z.catch(z.optional(z.number()), undefined);
const words = z.catch(z.optional(z.string()), undefined);

/** A line of `POST /images/create`. */
export const PullLine = z.object({
  /** Of a layer: 12 digits. Of other lines: a tag, or nothing. */
  id: words,
  status: words,
  progressDetail: z.catch(z.optional(z.object({ current: maybe, total: maybe })), undefined),
  error: words,
  errorDetail: z.catch(z.optional(z.object({ message: words })), undefined),
});
export type PullLine = z.infer<typeof PullLine>;

/** Layers known of one image; engines take 127. Of more nothing is told. */
export const MOST_LAYERS = 512;
const LAYER = /^[0-9a-f]{12}$/;
const WAITING = new Set(["Pulling fs layer", "Waiting"]);
const DONE = "Pull complete";
const THERE = "Already exists";

interface Layer extends JobStep {
  said: string;
}

export class Layers {
  readonly #layers = new Map<string, Layer>();
  /** Goes up with everything that is progress; a countdown to another try is none. */
  #moved = 0;
  #extracted = 0;

  get moved(): number {
    return this.#moved;
  }

  /** Layers told so far. */
  get count(): number {
    return this.#layers.size;
  }

  take({ id, status, progressDetail }: PullLine): void {
    if (id === undefined || status === undefined || !LAYER.test(id)) return;
    const before = this.#layers.get(id);
    if (before === undefined && this.#layers.size >= MOST_LAYERS) return;
    const { current = 0, total } = progressDetail ?? {};
    const bytes = Math.max(0, Math.floor(current));
    const next: Layer = { ...before, what: id, said: status, state: stateOf(status) };
    if (status === "Downloading") {
      if (bytes > (before?.bytes ?? 0)) this.#moved++;
      next.bytes = bytes;
      if (total !== undefined && total > 0) next.ofBytes = Math.floor(total);
    } else if (next.ofBytes !== undefined && !status.startsWith("Retrying") && !WAITING.has(status)) {
      // Whatever comes after the download: all of it is here.
      next.bytes = next.ofBytes;
    }
    if (status === "Extracting" && bytes !== this.#extracted) {
      this.#extracted = bytes;
      this.#moved++;
    }
    if (status !== before?.said && !status.startsWith("Retrying")) this.#moved++;
    this.#layers.set(id, next);
  }

  /** One step a layer; of more than fit, the last is the sum of the rest. */
  steps(): JobStep[] {
    const all = [...this.#layers.values()];
    if (all.length <= MOST_STEPS) return all;
    return [...all.slice(0, MOST_STEPS - 1), { ...sumOf(all.slice(MOST_STEPS - 1)), what: "more" }];
  }

  /** All of it as one step. */
  sum(what: string): JobStep {
    return { ...sumOf([...this.#layers.values()]), what };
  }
}

function stateOf(status: string): JobStep["state"] {
  if (status === THERE) return "skipped";
  if (WAITING.has(status)) return "waiting";
  return status === DONE ? "done" : "running";
}

function sumOf(layers: readonly JobStep[]): JobStep {
  const over = layers.every(({ state }) => state === "done" || state === "skipped");
  const sized = layers.filter(({ ofBytes }) => ofBytes !== undefined);
  return {
    what: "",
    state: over && layers.length > 0 ? "done" : "running",
    ...(sized.length === 0
      ? {}
      : {
          bytes: sized.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
          ofBytes: sized.reduce((sum, { ofBytes = 0 }) => sum + ofBytes, 0),
        }),
  };
}
