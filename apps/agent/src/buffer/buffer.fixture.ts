/** A buffer on a disk that tears, fills up and forgets, and what it hands out. */
import type { SampleBatch, Series } from "@servereye/contract";
import { MemoryDisk } from "../disk.fixture.ts";
import { watchedLog } from "../link/agent.fixture.ts";
import { TurnedClock } from "../turned-clock.fixture.ts";
import { type BufferParts, SampleBuffer } from "./buffer.ts";
import { Ranges } from "./ranges.ts";

export const BOOT = "0b1c2d3e-0000-4000-8000-000000000000";
export const FOLDER = "/data/samples";

/** Its next write puts down so many characters only, and fails. */
export class TearingDisk extends MemoryDisk {
  tearAt: number | undefined;
  #folder = 0;

  /** The folder is taken away: what is written to a file that was open goes nowhere. */
  vanish(): void {
    this.files.clear();
    this.#folder += 1;
  }

  override async append(path: string) {
    const whole = await super.append(path);
    const folder = this.#folder;
    return {
      ...whole,
      write: async (text: string) => {
        if (folder !== this.#folder) return undefined;
        const at = this.tearAt;
        if (at === undefined) return whole.write(text);
        this.tearAt = undefined;
        await whole.write(text.slice(0, at));
        throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      },
    };
  }
}

export async function openBuffer(more: Partial<BufferParts> & { disk?: TearingDisk } = {}) {
  const clock = more.clock instanceof TurnedClock ? more.clock : new TurnedClock();
  const disk = more.disk ?? new TearingDisk();
  const { log, events } = watchedLog();
  const parts = { folder: FOLDER, boot: BOOT, first: 0, mostBytes: 1 << 26, log, ...more, clock, disk };
  const buffer = await SampleBuffer.open(parts);
  let ticks = 0;
  return {
    ...{ buffer, clock, disk, events, log },
    /** One sample each 10 s, each with a value of its own. */
    async add(count = 1, of: readonly Series[] = [{ key: "cpu.usage" }]): Promise<void> {
      for (let n = 0; n < count; n++) {
        clock.turn(10_000);
        buffer.add({ at: clock.now(), values: of.map((series) => [series, ticks] as const) });
        ticks += 1;
        await buffer.settled();
      }
    },
    logged: (event: string) => events.filter((one) => one.event === event),
  };
}

/** All that waits, oldest first, as batches. */
export async function batchesOf(buffer: SampleBuffer, most = 120): Promise<SampleBatch[]> {
  const taken = new Ranges();
  const batches: SampleBatch[] = [];
  for (;;) {
    const batch = await buffer.oldest(taken, most);
    if (batch === undefined) return batches;
    taken.add(runOf(batch));
    batches.push(batch);
  }
}

export const runOf = ({ boot, samples }: SampleBatch) => ({
  boot,
  from: samples[0]?.seq ?? 0,
  to: samples.at(-1)?.seq ?? 0,
});

export const seqsOf = (batches: readonly SampleBatch[]): number[] =>
  batches.flatMap(({ samples }) => samples.map(({ seq }) => seq));

export const upTo = (count: number, from = 0): number[] => Array.from({ length: count }, (_, n) => from + n);
