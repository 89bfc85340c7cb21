/** pull in the chat: one bar for all layers, and then what the name stands for now. */
import type { JobState } from "../docker/job-state.ts";
import { type Blocks, bytesBlocks, fact, note, shortId, text } from "../job/shown.ts";
import type { Translate } from "../kit.ts";
import { plainName } from "../shown/names.ts";
import { sizeText } from "../shown/sizes.ts";
import { PullResult } from "./contract.ts";

export function pullRunning(t: Translate, { steps }: JobState): Blocks {
  if (steps.length === 0) return [text(t("pull-asking"))];
  const done = steps.filter(({ state }) => state === "done" || state === "skipped").length;
  return [...bytesBlocks(t, steps), note(t("pull-layers", { done, all: steps.length }))];
}

export function pullDone(t: Translate, { result }: JobState, server: string): Blocks | undefined {
  const read = PullResult.safeParse(result);
  if (!read.success) return undefined;
  const { image, id, was, bytes } = read.data;
  const how = was === undefined ? "new" : was === id ? "same" : "newer";
  const label = (of: string): string => t(`pull-${of}`);
  return [
    text(t("pull-done", { how, server })),
    {
      type: "facts",
      rows: [
        ...fact(label("image"), image),
        ...fact(label("id"), shortId(id), true),
        ...fact(label("was"), how === "newer" && was !== undefined ? shortId(was) : undefined, true),
        ...fact(label("size"), sizeText(t, bytes)),
      ],
    },
    ...(how === "newer" ? [note(t("pull-still", { image: plainName(image) }))] : []),
  ];
}

export { PullResult, pull } from "./contract.ts";
