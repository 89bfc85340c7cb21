/** Keeps samples as they come, each once for ever. */
import { Fault, type Sample } from "@servereye/contract";
import { sql } from "kysely";
import { packSample } from "../../../core/history/codec/sample.ts";
import { timesOf } from "../../../core/history/times.ts";
import type { Ingest } from "../../../core/ports/history.ts";
import type { Ground } from "./ground.ts";
import type { Boot, Layout, Names } from "./names.ts";
import { pacer } from "./pace.ts";
import type { Parts } from "./parts.ts";
import { dayOf } from "./units.ts";

/** Samples in one statement at most; and the bytes of their values from which on no more are added. */
const MOST_SAMPLES = 1_000;
const MUCH_BYTES = 512 * 1024;

interface Row {
  serverId: string;
  boot: Boot;
  layout: Layout;
  sample: Sample;
  at: number;
}

export function keeperIn(ground: Ground, names: Names, parts: Parts) {
  const { db, clock, log } = ground;

  async function rowsOf(batches: readonly Ingest[]): Promise<Row[]> {
    const rows: Row[] = [];
    // What one call has of a boot before counts as known: the second batch follows the first.
    const newest = new Map<Boot, { seq: number; at: number }>();
    for (const ingest of batches) {
      const { serverId, batch, arrived } = ingest;
      const server = await names.server(serverId);
      if (server === undefined) {
        log.info("history.server_unknown", { serverId, samples: batch.samples.length });
        continue;
      }
      const boot = await names.boot(server, batch.boot);
      const layout = await names.layout(server, batch.series, arrived);
      const before = newest.get(boot) ?? boot.newest;
      const times = timesOf(ingest, before);
      for (const [n, sample] of batch.samples.entries()) {
        const at = times[n] ?? arrived;
        rows.push({ serverId, boot, layout, sample, at });
        const last = newest.get(boot) ?? boot.newest;
        if (last === undefined || sample.seq > last.seq) newest.set(boot, { seq: sample.seq, at });
      }
    }
    return rows;
  }

  /** Gives those whose boots are not known any more. */
  async function keepRows(rows: readonly Row[], packed: readonly Uint8Array[]): Promise<Row[]> {
    const day = dayOf(clock.now());
    await parts.need("history_samples", day);
    let end = 0;
    const ends = packed.map((bytes) => {
      end += bytes.length;
      return end;
    });
    const { rows: told } = await sql<{ unknown: number[] }>`select history_keep(
      ${day}, ${rows.map(({ boot }) => boot.id)}::integer[],
      ${rows.map(({ sample }) => sample.seq)}::bigint[], ${rows.map(({ at }) => at)}::bigint[],
      ${rows.map(({ layout }) => layout.id)}::integer[], ${ends}::integer[], ${Buffer.concat(packed)}
    ) as unknown`.execute(db);
    const unknown = new Set(told[0]?.unknown ?? []);
    if (unknown.size > 0) {
      for (const { serverId, boot } of rows) if (unknown.has(boot.id)) names.forget(serverId);
      return [...rows];
    }
    for (const { boot, sample, at } of rows)
      if (boot.newest === undefined || sample.seq > boot.newest.seq) boot.newest = { seq: sample.seq, at };
    return [];
  }

  async function pass(batches: readonly Ingest[]): Promise<Set<string>> {
    const left = new Set<string>();
    const breathe = pacer();
    const all = await rowsOf(batches);
    for (let from = 0; from < all.length; ) {
      const packed: Uint8Array[] = [];
      const rows: Row[] = [];
      let bytes = 0;
      while (from < all.length && rows.length < MOST_SAMPLES && bytes < MUCH_BYTES) {
        const row = all[from++];
        if (row === undefined) break;
        const one = packSample(row.sample.values, row.layout.quanta);
        rows.push(row);
        packed.push(one);
        bytes += one.length;
        await breathe();
      }
      for (const { serverId } of await keepRows(rows, packed)) left.add(serverId);
    }
    return left;
  }

  return async (batches: readonly Ingest[]): Promise<void> => {
    let left = batches;
    // A server that was removed and added again has other numbers: one more pass finds them.
    for (let tries = 0; tries < 3; tries++) {
      const again = await pass(left);
      if (again.size === 0) return;
      left = left.filter(({ serverId }) => again.has(serverId));
    }
    throw new Fault("STORE_UNAVAILABLE", "servers come and go faster than their samples are kept");
  };
}
