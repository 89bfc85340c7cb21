/** What VictoriaMetrics answers, read once at the border. */
import { Fault } from "@servereye/contract";
import * as z from "zod/mini";

const Labels = z.record(z.string(), z.string());
/** Seconds since the epoch, and the number as text. */
const Told = z.tuple([z.number(), z.string()]);

const Matrix = z.object({
  data: z.object({ result: z.array(z.object({ metric: Labels, values: z.array(Told) })) }),
});
const Vector = z.object({
  data: z.object({ result: z.array(z.object({ metric: Labels, value: Told })) }),
});
const Known = z.object({ data: z.array(Labels) });
/** One line of an export; null is no number. */
const Exported = z.object({
  metric: Labels,
  values: z.array(z.nullable(z.number())),
  timestamps: z.array(z.number()),
});

function read<T>(schema: z.ZodMiniType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Fault("STORE_UNAVAILABLE", "VictoriaMetrics answers in a form that is not known", { cause });
  }
}

export const matrixOf = (text: string) => read(Matrix, text).data.result;
export const vectorOf = (text: string) => read(Vector, text).data.result;
export const knownOf = (text: string) => read(Known, text).data;
export const exportOf = (text: string) =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => read(Exported, line));
