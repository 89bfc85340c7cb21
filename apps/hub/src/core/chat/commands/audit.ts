/** /audit [server]: who did what on a server, when, from where and how it ended; newest first. */
import { authorize } from "../../access/authorize.ts";
import type { AuditEntry } from "../../ports/store.ts";
import { refusal } from "../faults.ts";
import { pageOf, pagers } from "../pick.ts";
import { note, type Turn, text } from "../turn.ts";
import type { ButtonDeed, ChatCommand } from "./command.ts";
import { type Again, meantServer } from "./meant-server.ts";

const again: Again = { command: "audit", words: (serverId) => [serverId] };

/** Entries looked through; two of them are one line where something was sent and ended. */
const LOOKED_THROUGH = 300;

export const audit: ChatCommand = {
  name: "audit",
  menu: "all",
  run: async (turn, typed) => {
    const server = await meantServer(turn, typed.words.join(" "), again);
    if (server !== undefined) await list(turn, server.id, 1);
  },
};

export const auditPageDeed: ButtonDeed = (turn, { serverId = "", page = "1" }) =>
  list(turn, serverId, Number(page));

/** The right is decided again for each page. */
async function list(turn: Turn, serverId: string, wanted: number): Promise<void> {
  const { t, actor, deps } = turn;
  const decision = authorize(actor, "server.audit", { serverId });
  if (!decision.allowed || decision.server === undefined)
    return turn.show({ blocks: [text(refusal(turn, decision))] });
  const { store } = deps;
  const lines = folded(await store.audit.recent({ serverId, limit: LOOKED_THROUGH }));
  const { shown, page, pages } = pageOf(lines, wanted);
  const names = await store.people.names([...new Set(shown.flatMap(({ personId }) => personId ?? []))]);
  const whoOf = ({ personId }: AuditEntry): string =>
    personId === null ? t("audit-hub") : (names.get(personId) ?? t("audit-nobody"));
  const to = (other: number, label: string) => ({
    label,
    action: { kind: "do" as const, what: "audit.page", values: { serverId, page: String(other) } },
    mine: true,
  });
  await turn.show({
    title: t("audit-title", { server: decision.server.name }),
    blocks: [
      ...(shown.length === 0 ? [text(t("audit-empty"))] : []),
      ...shown.map((entry) =>
        text(
          { kind: "strong", text: `${DOTS[entry.result]} ${entry.what}` },
          `${subjectOf(entry)}\n${whoOf(entry)}, ${t(fromId(entry.from))}, `,
          { kind: "time", at: Math.floor(entry.at / 1_000), style: "full" },
          `\n${t(`audit-${entry.result}`)}${reasonOf(entry)}`,
        ),
      ),
      ...(pages > 1 ? [note(t("audit-page", { page, pages }))] : []),
    ],
    buttons: [...pagers(turn, page, pages, to), [to(1, t("refresh"))]],
  });
}

/** What was sent and how it ended are one: with the end's result and the time it was sent. */
export function folded(newestFirst: readonly AuditEntry[]): AuditEntry[] {
  const begun = new Map(
    newestFirst.flatMap((entry) => (entry.result === "begun" ? [[entry.detail.run, entry] as const] : [])),
  );
  const ended = new Set(
    newestFirst.flatMap(({ result, detail }) => (result === "begun" ? [] : (detail.run ?? []))),
  );
  return newestFirst
    .filter(({ result, detail }) => result !== "begun" || detail.run === undefined || !ended.has(detail.run))
    .map((entry) => {
      const first = entry.detail.run === undefined ? undefined : begun.get(entry.detail.run);
      // Its end is noted by whoever saw it first, who need not be who began it.
      const { at, personId, from } = first ?? entry;
      return { ...entry, at, personId, from };
    });
}

/** On what of the server: the first of these that the entry names, and the beginning of its id. */
const SUBJECTS = ["container", "project", "image", "name", "kind", "to", "role"] as const;

function subjectOf({ detail }: AuditEntry): string {
  const [subject] = SUBJECTS.flatMap((key) => (detail[key] === undefined ? [] : [String(detail[key])]));
  const id = typeof detail.id === "string" ? ` (${detail.id.slice(0, 12)})` : "";
  return `${subject === undefined ? "" : ` ${subject}`}${id}`;
}

const reasonOf = ({ detail: { code } }: AuditEntry): string => (code === undefined ? "" : `: ${code}`);

/** `telegram:42`: a person's own chat; `telegram:-42`: a group's; `local:…`: page or terminal. */
function fromId(from: string): string {
  if (from.startsWith("telegram:"))
    return from.startsWith("telegram:-") ? "audit-from-group" : "audit-from-telegram";
  return from.startsWith("local:") ? "audit-from-local" : "audit-from-other";
}

const DOTS: Readonly<Record<AuditEntry["result"], string>> = {
  begun: "❔",
  done: "✅",
  failed: "❌",
  refused: "⛔",
  expired: "⏱",
  unknown: "❓",
};
