/** What a person is shown, free of any chat's markup: adapters render it as HTML, terminal text or a page. */
import * as z from "zod/mini";
import { Chart } from "./chart.ts";

export const Level = z.enum(["ok", "warn", "bad"]);

/** A run of text: plain, or marked. Plain strings are data, never markup. */
export const Inline = z.union([
  z.string(),
  z.object({ kind: z.literal("strong"), text: z.string() }),
  z.object({ kind: z.literal("code"), text: z.string() }),
  /** A moment. `at` in epoch seconds; shown in the reader's zone where the chat can, UTC otherwise. */
  z.object({ kind: z.literal("time"), at: z.int(), style: z.enum(["relative", "clock", "date", "full"]) }),
  z.object({ kind: z.literal("link"), text: z.string(), href: z.string() }),
]);
export type Inline = z.infer<typeof Inline>;

export const Block = z.union([
  /** A paragraph. */
  z.object({ type: z.literal("text"), text: z.array(Inline) }),
  /** Labelled values, one a line; `level` puts 🟢🟡🔴 before it. */
  z.object({
    type: z.literal("facts"),
    rows: z.array(z.object({ label: z.string(), value: z.array(Inline), level: z.optional(Level) })),
  }),
  /** Shares drawn as bars; `share` is 0..1. */
  z.object({
    type: z.literal("bars"),
    rows: z.array(
      z.object({ label: z.string(), share: z.number(), text: z.string(), level: z.optional(Level) }),
    ),
  }),
  /** Columns in a fixed-width face. Keep a row within 35 characters: that is a phone's width. No head: no such line. */
  z.object({
    type: z.literal("table"),
    columns: z.array(z.object({ head: z.string(), align: z.enum(["left", "right"]) })),
    rows: z.array(z.array(z.string())),
  }),
  /** Text to copy as it is. */
  z.object({ type: z.literal("code"), text: z.string() }),
  /** A small heading inside a view. */
  z.object({ type: z.literal("heading"), text: z.string() }),
  /** A quiet remark. */
  z.object({ type: z.literal("note"), text: z.array(Inline) }),
  /** Measures over time: a picture where the chat has pictures. */
  Chart,
]);
export type Block = z.infer<typeof Block>;

/** A button either presses a stored action by its opaque token, or opens a link. */
export const Button = z.union([
  z.object({ label: z.string(), token: z.string().check(z.maxLength(64)) }),
  z.object({ label: z.string(), href: z.string() }),
]);
export type Button = z.infer<typeof Button>;

export const View = z.object({
  /** The first line, strong. */
  title: z.optional(z.string()),
  blocks: z.array(Block),
  buttons: z.array(z.array(Button)),
});
export type View = z.infer<typeof View>;
