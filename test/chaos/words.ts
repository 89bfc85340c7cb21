/** What the bot's messages mean: read by the product's own catalogue, so that other words can not hide a fault. */
import { FAULT_CODES, Fault, type FaultCode } from "@servereye/contract";
import { faultDraft } from "../../apps/hub/src/core/chat/faults.ts";
import { translator } from "../../apps/hub/src/core/chat/translate.ts";
import type { Turn } from "../../apps/hub/src/core/chat/turn.ts";
import type { Meaning } from "./history.ts";

const t = translator("en");

const RUN = /\b([a-z]+)-r(\d+)\b/;
const ANSWER = pattern(t("temp-title", { server: "@server@" }));
const MARK = /“(q\d+-\d+)”/;
const MEANWHILE = pattern(t("asking-still", { server: "@server@", command: "@any@" }));

const FAULTS: ReadonlyArray<{ code: FaultCode; form: RegExp }> = [
  // With the words of who failed and without them: some faults are told differently then.
  ...FAULT_CODES.flatMap((code) =>
    ["@any@", ""].map((detail) => ({
      code,
      form: pattern(faultWords(new Fault(code, detail), { server: "@server@", command: "@any@" })),
    })),
  ),
  { code: "RATE_LIMITED" as const, form: pattern(t("fault-rate-limited-person", { seconds: "@any@" })) },
];

/** A fault in the product's words, without what a chat adds. */
export function faultWords(fault: Fault, of: { server: string; command: string }): string {
  // Only its translator is looked at.
  const [block] = faultDraft({ t } as Turn, fault, of).blocks;
  return block?.type === "text" ? block.text.filter((inline) => typeof inline === "string").join("") : "";
}

/** Words as a pattern: named places for what was filled in. */
function pattern(words: string): RegExp {
  const literal = words.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(
    literal
      .replace("@server@", "(?<server>[a-z]+)")
      .replaceAll("@server@", "[a-z]+")
      .replaceAll("@any@", ".*?")
      .replace(/\b0 s\b/, "[\\d.,]+ s"),
  );
}

export function meaningOf(text: string): Meaning {
  const mark = MARK.exec(text);
  if (mark?.[1] !== undefined) return { kind: "mark", word: mark[1] };
  const title = ANSWER.exec(text)?.groups?.server;
  if (title !== undefined) {
    const [, by = "", run] = RUN.exec(text) ?? [];
    return { kind: "answer", title, by, run: Number(run ?? Number.NaN) };
  }
  if (MEANWHILE.test(text)) return { kind: "meanwhile" };
  for (const { code, form } of FAULTS) {
    const found = form.exec(text);
    if (found !== null) return { kind: "fault", code, server: found.groups?.server };
  }
  return { kind: "other" };
}
