/** Samples as a remote-write request (1.0): a protobuf `WriteRequest`, in one snappy block. */
import { Writer } from "protobufjs/minimal.js";
import { compress } from "snappyjs";
import { metricName } from "../../core/history/metric.ts";
import type { Ingest } from "../../core/ports/history.ts";

/** Samples of one batch, and when they were: epoch ms, in their order. */
export interface Timed {
  serverId: string;
  batch: Ingest["batch"];
  times: readonly number[];
}

/** A field's number and how it is written, as protobuf has them in one byte. */
const LENGTH = 2;
const field = (number: number, how: number): number => (number << 3) | how;
const SERIES = field(1, LENGTH);
const LABEL = field(1, LENGTH);
const LABEL_NAME = field(1, LENGTH);
const LABEL_VALUE = field(2, LENGTH);
const SAMPLE = field(2, LENGTH);
const SAMPLE_VALUE = field(1, 1);
const SAMPLE_TIME = field(2, 0);

export function encoded(batches: readonly Timed[]): Uint8Array<ArrayBuffer> {
  const out = Writer.create();
  for (const { serverId, batch, times } of batches) {
    for (const [place, { key, of }] of batch.series.entries()) {
      const told = batch.samples.flatMap(({ values }, n) => {
        const value = values[place] ?? null;
        const at = times[n];
        return value === null || at === undefined ? [] : [{ at, value }];
      });
      if (told.length === 0) continue;
      // Samples of a series go by time, and labels by name: receivers rely on it.
      told.sort((a, b) => a.at - b.at);
      out.uint32(SERIES).fork();
      label(out, "__name__", metricName(key));
      if (of !== undefined) label(out, "of", of.toWellFormed());
      label(out, "server", serverId);
      for (const { at, value } of told)
        out.uint32(SAMPLE).fork().uint32(SAMPLE_VALUE).double(value).uint32(SAMPLE_TIME).int64(at).ldelim();
      out.ldelim();
    }
  }
  return compress(out.finish());
}

function label(out: Writer, name: string, value: string): void {
  out.uint32(LABEL).fork().uint32(LABEL_NAME).string(name).uint32(LABEL_VALUE).string(value).ldelim();
}
