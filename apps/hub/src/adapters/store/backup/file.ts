/** Where a backup is written: a file that appears whole or not at all, or a stream. */
import { link, lstat, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { BackupFault } from "./format.ts";

/** Whoever makes the bytes: calls `put` with each piece, and waits for it. */
export type Source<T> = (put: (bytes: Buffer) => Promise<void>) => Promise<T>;

/**
 * Writes a file of mode 600 under a name of its own beside `path`, flushes it to the disk, and gives it its name; what
 * fails on the way takes it away again. A file that is there already stays, unless `force`.
 *
 * @throws BackupFault
 */
export async function writeFile<T>(
  path: string,
  { force, signal }: { force: boolean; signal?: AbortSignal },
  source: Source<T>,
): Promise<T> {
  const final = resolve(path);
  const there = await lstat(final).catch(() => undefined);
  if (there !== undefined && !there.isFile())
    throw new BackupFault(`${path} is no file. Name one, or "-" for standard output.`);
  if (there !== undefined && !force) throw exists(path);
  const begun = join(dirname(final), `.${basename(final)}.${crypto.randomUUID().slice(0, 8)}.part`);
  const file = await open(begun, "wx", 0o600);
  try {
    const made = await writeTo(file.createWriteStream({ flush: true }), source, signal);
    if (force) await rename(begun, final);
    else await linkAnew(begun, final, path);
    await flushFolder(dirname(final));
    return made;
  } catch (error) {
    await file.close();
    throw error;
  } finally {
    await rm(begun, { force: true });
  }
}

/** Writes gzip to a stream, as fast as it takes it. */
export async function writeTo<T>(to: Writable, source: Source<T>, signal?: AbortSignal): Promise<T> {
  const gzip = createGzip();
  const written = pipeline(gzip, to, signal === undefined ? {} : { signal });
  // Seen below; until then a failure only ends the waiting in `put`.
  written.catch(() => undefined);
  const put = async (bytes: Buffer): Promise<void> => {
    if (gzip.write(bytes)) return;
    const free = Promise.withResolvers<void>();
    gzip.once("drain", free.resolve);
    try {
      // A pipeline that ends before its source does has failed.
      await Promise.race([free.promise, written]);
    } finally {
      gzip.off("drain", free.resolve);
    }
  };
  try {
    const made = await source(put);
    gzip.end();
    await written;
    return made;
  } catch (error) {
    gzip.destroy();
    // Why the stream failed tells more than that nothing could be written to it any more.
    const first = await written.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    throw isSystem(first) ? first : error;
  }
}

/** Gives the finished file its name where nothing has it yet; link() refuses a name that came to be meanwhile. */
async function linkAnew(begun: string, final: string, path: string): Promise<void> {
  try {
    await link(begun, final);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw exists(path);
    // A file system without hard links (FAT, some network ones): looked at, then renamed, which is nearly the same.
    if (await stat(final).catch(() => undefined)) throw exists(path);
    await rename(begun, final);
  }
}

/** So that the name, too, outlives a loss of power. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const exists = (path: string): BackupFault =>
  new BackupFault(`${path} is there already. Name another file, or write over it with --force.`);

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

const isSystem = (error: unknown): boolean => error instanceof Error && "syscall" in error;
