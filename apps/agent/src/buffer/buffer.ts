/**
 * Samples on disk until the hub has them: written as they come, read again oldest first, bounded in bytes.
 *
 * A sample is handed to the system as soon as it is measured, so the end of this process loses none, and a cut in the
 * middle of a write that one alone. The disk is asked to have it once a minute: the sudden end of the machine may lose
 * the last minute. While the disk takes nothing, samples wait in memory, fewer of them.
 */
import { MOST_BATCH_BYTES, type SampleBatch, utf8 } from "@servereye/contract";
import type { Clock } from "../clock.ts";
import type { Appendix, Disk } from "../disk.ts";
import { type Log, reasonOf } from "../log.ts";
import type { Measured, SampleSink } from "../sampling/sample.ts";
import { Columns } from "./columns.ts";
import type { Ranges, Run } from "./ranges.ts";
import { linesOf, type Row, rowsOf, written } from "./record.ts";
import { leftIn, rangesOf, type Segment, segmentPath, segmentsIn } from "./segment.ts";

/** A file ends when it has so many bytes: what goes when there is no room, and what is read at a time. */
const SEGMENT_BYTES = 524_288;
/** One whose samples are all kept ends sooner, so that a start reads little. */
const SPENT_BYTES = 65_536;
/** Values that wait in memory while the disk takes none, about 5 MB: 3 hours of 200 each 10 s. */
export const MOST_VALUES_IN_MEMORY = 200_000;
/** An agent that starts over and over begins a file each time. */
const MOST_FILES = 1_024;
const SYNC_MS = 60_000;
/** A disk that refused is tried again after this. */
export const RETRY_MS = 30_000;

export interface BufferParts {
  disk: Disk;
  folder: string;
  /** The machine's boot. */
  boot: string;
  /** A number that no agent can have come to in this boot: seconds since then, as samples come at most one a second. */
  first: number;
  mostBytes: number;
  clock: Clock;
  log: Log;
}

interface OpenFile {
  path: string;
  appendix: Appendix;
  bytes: number;
  /** Those that stand in it. */
  layouts: Set<number>;
}

export class SampleBuffer implements SampleSink {
  readonly #p: BufferParts;
  readonly #columns: Columns;
  #next: number;
  /** Files that end before the present one, oldest first. */
  #segments: Segment[] = [];
  /** Samples of the present file that are not kept. */
  #rows: Row[] = [];
  /** Samples that stand in no file yet. */
  #fresh: Row[] = [];
  /** What was kept and is not noted yet. */
  #marks: Run[] = [];
  #file: OpenFile | undefined;
  #number = 0;
  #writing: Promise<void> | undefined;
  #syncedAt: number;
  /** When the disk refused last. */
  #brokenAt: number | undefined;
  #lost = 0;
  #crowded = false;
  #decoded: { path: string; rows: Row[] } | undefined;
  #listener: ((batch: SampleBatch) => void) | undefined;

  private constructor(parts: BufferParts) {
    this.#p = parts;
    this.#columns = new Columns(parts.boot);
    this.#next = parts.first;
    this.#syncedAt = parts.clock.monotonic();
  }

  /** Never rejects: a buffer that can not be read begins in memory. */
  static async open(parts: BufferParts): Promise<SampleBuffer> {
    const buffer = new SampleBuffer(parts);
    const { disk, folder, log, boot } = parts;
    try {
      const { segments, next, unread } = await leftIn(disk, folder, boot);
      buffer.#next = Math.max(parts.first, next);
      buffer.#segments = segments;
      buffer.#number = Number(segments.at(-1)?.path.slice(-12, -4) ?? 0);
      if (unread > 0) log.error("buffer.unread", { path: folder, files: unread });
      if (buffer.waiting > 0) log.info("buffer.opened", { samples: buffer.waiting });
    } catch (error) {
      buffer.#failed(error);
    }
    return buffer;
  }

  /** Samples that the hub has not kept. */
  get waiting(): number {
    return this.#segments.reduce(
      (sum, { unkept }) => sum + unkept.size,
      this.#rows.length + this.#fresh.length,
    );
  }

  /** Samples that had to go unkept, since the agent started. */
  get lost(): number {
    return this.#lost;
  }

  get diskless(): boolean {
    return this.#brokenAt !== undefined;
  }

  /** `listener` is told each sample as it comes. */
  listen(listener: (batch: SampleBatch) => void): void {
    this.#listener = listener;
  }

  add({ at, values: measured }: Measured): void {
    const placed = this.#columns.place(measured);
    if (placed === undefined) return;
    const { layout, values, beyond } = placed;
    if (beyond > 0 && !this.#crowded) this.#p.log.error("buffer.too_many_series", { beyond });
    this.#crowded = beyond > 0;
    const row: Row = { layout, seq: this.#next++, at: Math.round(at), values };
    this.#fresh.push(row);
    this.#fit();
    this.#listener?.(batchOf([row]));
    this.#write();
  }

  /**
   * The oldest samples that are neither kept nor in `skip`, at most `most`, of one layout and without a gap between
   * them; undefined when there are none.
   */
  async oldest(skip: Ranges, most: number): Promise<SampleBatch | undefined> {
    for (const segment of [...this.#segments]) {
      const left = segment.unkept.without(skip);
      if (left.size === 0) continue;
      const rows = await this.#rowsIn(segment);
      const batch = firstOf(rows, (row) => left.has(row.layout.boot, row.seq) && has(segment, row), most);
      if (batch !== undefined) return batch;
      // Known of and not there: spoilt since it was written, or taken away.
      this.#gone(
        left.runs().reduce((sum, run) => sum + segment.unkept.cut(run), 0),
        "unread",
      );
    }
    return firstOf([...this.#rows, ...this.#fresh], ({ layout, seq }) => !skip.has(layout.boot, seq), most);
  }

  /** The hub has these for good. */
  kept(run: Run): void {
    this.#forget(run);
    this.#marks.push(run);
  }

  /** These can not be sent. */
  refused(run: Run): void {
    this.#gone(this.#forget(run), "refused");
    this.#marks.push(run);
  }

  /** Resolves when what was added stands in the file, or could not be brought there. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async close(): Promise<void> {
    this.#write();
    await this.#writing;
    await this.#file?.appendix.close();
    this.#file = undefined;
  }

  #forget(run: Run): number {
    const before = this.waiting;
    const isIn = ({ layout, seq }: Row): boolean =>
      layout.boot === run.boot && run.from <= seq && seq <= run.to;
    for (const { unkept } of this.#segments) unkept.cut(run);
    this.#rows = this.#rows.filter((row) => !isIn(row));
    this.#fresh = this.#fresh.filter((row) => !isIn(row));
    return before - this.waiting;
  }

  #gone(samples: number, why: string): void {
    if (samples === 0) return;
    this.#lost += samples;
    this.#p.log.error("buffer.lost", { samples, why });
  }

  /** While the disk takes nothing, memory holds so much and the oldest goes. */
  #fit(): void {
    let values = this.#fresh.reduce((sum, row) => sum + row.values.length, 0);
    let samples = 0;
    while (values > MOST_VALUES_IN_MEMORY && this.#fresh.length > 1) {
      values -= this.#fresh.shift()?.values.length ?? 0;
      samples += 1;
    }
    this.#gone(samples, "memory");
  }

  /** One write at a time; what comes meanwhile goes with the next. */
  #write(): void {
    const { clock } = this.#p;
    if (this.#writing !== undefined) return;
    if (this.#brokenAt !== undefined && clock.monotonic() - this.#brokenAt < RETRY_MS) return;
    this.#writing = this.#bring()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#writing = undefined;
        // Came when all was written and this not yet noted.
        if (this.#fresh.length > 0) this.#write();
      });
  }

  async #bring(): Promise<void> {
    while (this.#fresh.length > 0 || this.#marks.length > 0) {
      const file = this.#file ?? (await this.#begin());
      const [rows, marks] = [this.#fresh, this.#marks];
      const layouts = new Set(file.layouts);
      const text = textOf(rows, marks, layouts);
      await file.appendix.write(text);
      file.bytes += utf8(text).length;
      file.layouts = layouts;
      // Some may have been kept, or let go of, while they were written.
      const still = new Set(this.#fresh);
      const done = new Set(rows);
      this.#rows.push(...rows.filter((row) => still.has(row)));
      this.#fresh = this.#fresh.filter((row) => !done.has(row));
      this.#marks = this.#marks.filter((mark) => !marks.includes(mark));
      if (this.#brokenAt !== undefined) this.#p.log.info("buffer.well");
      this.#brokenAt = undefined;
      const spent = this.#rows.length === 0 && file.bytes >= SPENT_BYTES;
      if (spent || file.bytes >= SEGMENT_BYTES) this.#seal();
      await this.#tidy();
    }
    if (this.#p.clock.monotonic() - this.#syncedAt >= SYNC_MS) await this.#sync();
  }

  async #begin(): Promise<OpenFile> {
    const { disk, folder, boot } = this.#p;
    await disk.folder(folder);
    const path = segmentPath(folder, ++this.#number);
    const appendix = await disk.append(path);
    const text = written(["next", boot, this.#fresh[0]?.seq ?? this.#next]);
    this.#file = { path, appendix, bytes: text.length, layouts: new Set() };
    await appendix.write(text);
    return this.#file;
  }

  /** The present file ends; what is in it and not kept is read from it from now on. */
  #seal(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    this.#segments.push({ path: file.path, bytes: file.bytes, unkept: rangesOf(this.#rows) });
    this.#rows = [];
    file.appendix.close().catch((error: unknown) => {
      this.#p.log.warn("buffer.unclosed", { path: file.path, reason: reasonOf(error) });
    });
  }

  /** Files that nobody needs go, and the oldest when all are more than there may be. */
  async #tidy(): Promise<void> {
    // A file stands at all times that knows the next number.
    if (this.#file === undefined) return;
    for (const segment of this.#segments.filter(({ unkept }) => unkept.size === 0))
      await this.#remove(segment);
    const tooMuch = (): boolean =>
      this.#segments.length > MOST_FILES ||
      this.#segments.reduce((sum, segment) => sum + segment.bytes, this.#file?.bytes ?? 0) >
        this.#p.mostBytes;
    for (let [oldest] = this.#segments; oldest !== undefined && tooMuch(); [oldest] = this.#segments) {
      this.#lose(oldest, "room");
      await this.#p.disk.remove(oldest.path);
    }
  }

  async #remove(segment: Segment): Promise<void> {
    await this.#p.disk.remove(segment.path);
    this.#segments = this.#segments.filter((one) => one !== segment);
  }

  #lose(segment: Segment, why: string): void {
    this.#segments = this.#segments.filter((one) => one !== segment);
    this.#gone(segment.unkept.size, why);
  }

  /** To the disk itself; and whether the folder still has what was written to it. */
  async #sync(): Promise<void> {
    this.#syncedAt = this.#p.clock.monotonic();
    await this.#file?.appendix.sync();
    const there = new Set(await segmentsIn(this.#p.disk, this.#p.folder));
    for (const segment of this.#segments.filter(({ path }) => !there.has(path)))
      this.#lose(segment, "vanished");
    if (this.#file === undefined || there.has(this.#file.path)) return;
    this.#p.log.error("buffer.vanished", { path: this.#file.path });
    await this.#file.appendix.close();
    this.#file = undefined;
    this.#fresh = [...this.#rows, ...this.#fresh];
    this.#rows = [];
    this.#fit();
    await this.#bring();
  }

  /** What stands in the present file is read from it; the rest waits in memory. */
  #failed(error: unknown): void {
    if (this.#brokenAt === undefined)
      this.#p.log.error("buffer.memory_only", { path: this.#p.folder, reason: reasonOf(error) });
    this.#brokenAt = this.#p.clock.monotonic();
    this.#seal();
  }

  async #rowsIn(segment: Segment): Promise<Row[]> {
    if (this.#decoded?.path === segment.path) return this.#decoded.rows;
    let text: string | undefined;
    try {
      text = await this.#p.disk.read(segment.path);
    } catch (error) {
      this.#p.log.warn("buffer.unreadable", { path: segment.path, reason: reasonOf(error) });
    }
    const rows = rowsOf(linesOf(text ?? ""));
    this.#decoded = { path: segment.path, rows };
    return rows;
  }
}

const has = (segment: Segment, { layout, seq }: Row): boolean => segment.unkept.has(layout.boot, seq);

/** `layouts`: those that stand in the file; what is added to it is added there. */
function textOf(rows: readonly Row[], marks: readonly Run[], layouts: Set<number>): string {
  let text = "";
  for (const { layout, seq, at, values } of rows) {
    if (!layouts.has(layout.number)) text += written(["layout", layout.number, layout.boot, layout.series]);
    layouts.add(layout.number);
    text += written(["row", layout.number, seq, at, values]);
  }
  for (const { boot, from, to } of marks) text += written(["kept", boot, from, to]);
  return text;
}

const batchOf = (rows: readonly [Row, ...Row[]]): SampleBatch => ({
  boot: rows[0].layout.boot,
  series: [...rows[0].layout.series],
  samples: rows.map(({ seq, at, values }) => ({ seq, at, values: [...values] })),
});

/** The first rows that are wanted, as far as they fit together into one batch. */
function firstOf(rows: readonly Row[], wanted: (row: Row) => boolean, most: number): SampleBatch | undefined {
  const start = rows.findIndex(wanted);
  const first = rows[start];
  if (first === undefined) return undefined;
  const found: [Row, ...Row[]] = [first];
  const size = (value: unknown): number => utf8(JSON.stringify(value)).length;
  let bytes = size(first.layout) + size(first);
  for (const row of rows.slice(start + 1)) {
    const fits = row.layout.number === first.layout.number && row.seq === first.seq + found.length;
    if (found.length >= most || !fits || !wanted(row)) break;
    bytes += size(row.values) + 48;
    if (bytes > MOST_BATCH_BYTES) break;
    found.push(row);
  }
  return batchOf(found);
}
