/** Reads a backup and refuses what is not one, not whole, or not of this version's kind. */
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type * as z from "zod/mini";
import { BackupFault, EndLine, FORMAT, Header, type Row, SequenceLine, TableLine } from "./format.ts";

/** Bytes of one line at most: a row's values are texts of at most half a gigabyte in all, far above any of ours. */
const LONGEST_LINE = 256 * 1024 * 1024;

const CHUNK = 64 * 1024;

/** The first two bytes of all gzip, RFC 1952, section 2.3.1. */
const GZIP = "1f8b";

export type Part =
  | { kind: "header"; header: Header }
  | { kind: "table"; table: string; columns: string[] }
  | { kind: "rows"; rows: Row[] }
  | { kind: "sequence"; sequence: SequenceLine }
  | { kind: "end"; rows: Record<string, number> };

/**
 * The parts of a backup in order, `end` once all of it has proved whole. Reads from the file's beginning each time.
 *
 * @throws BackupFault, at the latest instead of `end`.
 */
export async function* readParts(file: FileHandle): AsyncGenerator<Part> {
  const digest = createHash("sha256");
  const counted: Record<string, number> = {};
  let place: "start" | "body" | "end" = "start";
  let table: { name: string; width: number } | undefined;

  for await (const lines of linesOf(file)) {
    let rows: Row[] = [];
    for (const bytes of lines) {
      if (place === "end") throw damaged("something follows its end");
      const value = parsed(bytes, place);
      const end = Array.isArray(value) ? undefined : EndLine.safeParse(value);
      if (end?.success) {
        if (rows.length > 0) yield { kind: "rows", rows };
        if (digest.digest("hex") !== end.data.sha256) throw damaged("its digest does not fit");
        if (!same(counted, end.data.rows)) throw damaged("rows are missing");
        place = "end";
        continue;
      }
      digest.update(bytes).update("\n");
      if (place === "start") {
        yield { kind: "header", header: headerOf(value) };
        place = "body";
      } else if (Array.isArray(value)) {
        if (table === undefined || !isRow(value, table.width)) throw damaged("a row fits no table");
        rows.push(value);
        counted[table.name] = (counted[table.name] ?? 0) + 1;
      } else {
        if (rows.length > 0) yield { kind: "rows", rows };
        rows = [];
        const sequence = SequenceLine.safeParse(value);
        if (sequence.success) {
          yield { kind: "sequence", sequence: sequence.data };
          continue;
        }
        const { table: name, columns } = shaped(TableLine, value);
        table = { name, width: columns.length };
        counted[name] ??= 0;
        yield { kind: "table", table: name, columns };
      }
    }
    if (rows.length > 0 && place !== "end") yield { kind: "rows", rows };
  }
  if (place !== "end") throw cutShort();
  yield { kind: "end", rows: counted };
}

/** Reads all of it once: its header and how many rows each table has. Throws as readParts does. */
export async function verify(
  file: FileHandle,
  signal?: AbortSignal,
): Promise<{ header: Header; rows: Record<string, number> }> {
  let header: Header | undefined;
  for await (const part of readParts(file)) {
    signal?.throwIfAborted();
    if (part.kind === "header") header = part.header;
    if (part.kind === "end" && header !== undefined) return { header, rows: part.rows };
  }
  throw cutShort();
}

/** Lines as bytes, as many at once as come: not by node:readline, which also breaks at U+2028. */
async function* linesOf(file: FileHandle): AsyncGenerator<Buffer[]> {
  const magic = await file.read(Buffer.alloc(2), 0, 2, 0);
  if (magic.buffer.toString("hex") !== GZIP) throw foreign();
  const source = Readable.from(bytesOf(file));
  const gunzip = createGunzip();
  source.once("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  let begun: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      const lines: Buffer[] = [];
      let from = 0;
      for (let to = chunk.indexOf(10); to >= 0; to = chunk.indexOf(10, from)) {
        lines.push(Buffer.concat([...begun, chunk.subarray(from, to)]));
        begun = [];
        length = 0;
        from = to + 1;
      }
      const rest = chunk.subarray(from);
      length += rest.length;
      if (length > LONGEST_LINE) throw damaged("a line has no end");
      if (rest.length > 0) begun.push(rest);
      yield lines;
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "Z_BUF_ERROR") throw cutShort(error);
    if (code === "Z_DATA_ERROR") throw damaged("it can not be unpacked", error);
    throw error;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  if (length > 0) throw cutShort();
}

/** From the beginning, by places of its own: a stream of the file would close it at its end. */
async function* bytesOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function headerOf(value: unknown): Header {
  const isOurs =
    typeof value === "object" && value !== null && "format" in value && value.format === FORMAT.format;
  if (!isOurs) throw foreign();
  if ("version" in value && typeof value.version === "number" && value.version > FORMAT.version)
    throw new BackupFault(
      `The backup has format ${value.version}, and this version of ServerEye reads up to ${FORMAT.version}: restore it with the version that made it, or a newer one.`,
    );
  return shaped(Header, value);
}

function parsed(bytes: Buffer, place: string): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw place === "start" ? foreign(cause) : damaged("a line is no JSON", cause);
  }
}

function shaped<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (!read.success) throw damaged("a line has another shape", read.error);
  return read.data;
}

const isRow = (value: unknown[], width: number): value is Array<string | null> =>
  value.length === width && value.every((text) => text === null || typeof text === "string");

const same = (a: Record<string, number>, b: Record<string, number>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((name) => a[name] === b[name]);

function foreign(cause?: unknown): BackupFault {
  return new BackupFault('The file is not a backup of ServerEye: give one that "servereye backup" wrote.', {
    cause,
  });
}

function cutShort(cause?: unknown): BackupFault {
  return new BackupFault(
    "The backup is cut short: copy it again from where it was made. Nothing was changed.",
    {
      cause,
    },
  );
}

function damaged(how: string, cause?: unknown): BackupFault {
  return new BackupFault(
    `The backup is damaged (${how}): copy it again from where it was made. Nothing was changed.`,
    { cause },
  );
}
