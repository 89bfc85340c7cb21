/** Work that goes on, as each kind of it is drawn: its stages, its bytes, and words of what is about images. */
import type { View } from "@servereye/contract";
import type { JobState, JobStep } from "../docker/job-state.ts";
import type { Translate } from "../kit.ts";
import { fitName, plainName } from "../shown/names.ts";
import { barRow, percentOf } from "../shown/shares.ts";
import { sizeText } from "../shown/sizes.ts";

export type Blocks = View["blocks"];

/** A phone's columns, and those of the dot before a stage. */
const PHONE = 35;
const DOT = 3;

const MARKS: Record<JobStep["state"], string> = {
  waiting: "▫️",
  running: "⏳",
  done: "✅",
  failed: "❌",
  skipped: "➖",
};

export const text = (words: string): Blocks[number] => ({ type: "text", text: [words] });
export const note = (words: string): Blocks[number] => ({ type: "note", text: [words] });

/** One a line: `✅ fetch the image`. `name`: a stage in words. */
export function stagesBlocks(steps: readonly JobStep[], name: (what: string) => string): Blocks {
  if (steps.length === 0) return [];
  return [
    text(steps.map(({ what, state }) => `${MARKS[state]} ${fitName(name(what), PHONE - DOT)}`).join("\n")),
  ];
}

/** Steps that are about bytes as one bar: of what is known of them so far. */
export function bytesBlocks(t: Translate, steps: readonly JobStep[]): Blocks {
  const counted = steps.filter((step) => (step.ofBytes ?? 0) > 0);
  const sum = (of: (step: JobStep) => number): number => counted.reduce((all, step) => all + of(step), 0);
  const all = sum(({ ofBytes = 0 }) => ofBytes);
  if (all === 0) return [];
  const done = Math.min(
    all,
    sum(({ state, bytes = 0, ofBytes = 0 }) => (state === "done" ? ofBytes : bytes)),
  );
  const sizes = { done: sizeText(t, done), all: sizeText(t, all) };
  return [
    { type: "bars", rows: [{ ...barRow(t, t("job-fetched"), percentOf(done, all)) }] },
    note(t("job-bytes", sizes)),
  ];
}

/** `sha256:` and 64 digits as Docker prints them. */
export const shortId = (id: string): string => id.replace("sha256:", "").slice(0, 12);

export const fact = (label: string, value: string | undefined, code = false) =>
  value === undefined || value === ""
    ? []
    : [{ label, value: [code ? { kind: "code" as const, text: plainName(value) } : plainName(value)] }];

/** The words a job failed with, where its own kind has none: the agent's detail is for developers, so its reason or code. */
export function faultWords(t: Translate, { fault }: JobState): Blocks {
  if (fault === undefined) return [text(t("job-failed"))];
  const reason = fault.values.reason ?? fault.values.said;
  return [
    text(
      typeof reason === "string" && reason !== ""
        ? t("job-failed-said", { reason: plainName(reason) })
        : t("job-failed-code", { code: fault.code }),
    ),
  ];
}
