/** What the bot's messages mean: read by the product's own catalogue, so that other words can not hide a fault. */
import { FAULT_CODES, type FaultCode } from "@servereye/contract";
import { faultId } from "../../apps/hub/src/core/chat/faults.ts";
import { translator } from "../../apps/hub/src/core/chat/translate.ts";
import type { Meaning } from "./history.ts";

const t = translator("en");

/** What an agent of the chaos run puts in the place of a sensor's name: who it is, and which run of its own this is. */
export const runWord = (server: string, run: number): string => `${server}-r${run}`;
const RUN = /\b([a-z]+)-r(\d+)\b/;
const ANSWER = pattern("temp-title", { server: "<server>" });
const MARK = /“(q\d+-\d+)”/;
const MEANWHILE = pattern("asking-still", { server: "<server>", command: "<any>" });

/** The most telling first: words that name a server before those that name none. */
const FAULTS: ReadonlyArray<{ code: FaultCode; form: RegExp }> = [
  ...FAULT_CODES.map((code) => ({ code, form: pattern(faultId(code), faultValues()) })),
  { code: "RATE_LIMITED" as const, form: pattern("fault-rate-limited-person", { seconds: "<any>" }) },
];

function faultValues(): Record<string, string | number> {
  return { server: "<server>", command: "<any>", reason: "<any>", line: "<any>", seconds: 0, silent: 0 };
}

/** A catalogue's message as a pattern: named places for what is filled in. */
function pattern(id: string, values: Record<string, string | number>): RegExp {
  const literal = t(id, values)
    .trim()
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(
    literal
      .replace("<server>", "(?<server>[a-z]+)")
      .replaceAll("<any>", ".*?")
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
