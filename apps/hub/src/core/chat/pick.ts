/** A choice of servers as buttons, in pages. */
import type { SeenServer } from "../ports/people.ts";
import type { Draft, DraftButton, Turn } from "./turn.ts";
import { which } from "./which.ts";

export const PAGE = 10;

/** Slices a page out of a list: `page` from 1, clamped to what there is. */
export function pageOf<T>(
  items: readonly T[],
  page: number,
): { shown: readonly T[]; page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(items.length / PAGE));
  const at = Math.min(Math.max(1, Math.trunc(page) || 1), pages);
  return { shown: items.slice((at - 1) * PAGE, at * PAGE), page: at, pages };
}

/** Back and forward buttons for a paged view; none when one page holds all. */
export function pagers(
  turn: Turn,
  page: number,
  pages: number,
  button: (to: number, label: string) => DraftButton,
): DraftButton[][] {
  if (pages === 1) return [];
  const row: DraftButton[] = [];
  if (page > 1) row.push(button(page - 1, turn.t("page-back", { page: page - 1, pages })));
  if (page < pages) row.push(button(page + 1, turn.t("page-on", { page: page + 1, pages })));
  return [row];
}

export interface Choice {
  /** A server command, or `use`. */
  command: string;
  ask: Record<string, unknown>;
  /** What was typed; empty: all servers. Worked out anew on each page, so a page never shows what is gone. */
  reference: string;
  page?: number;
}

export function pick(turn: Turn, choice: Choice): Draft {
  const { t, actor } = turn;
  const found = choice.reference === "" ? undefined : which(choice.reference, actor.servers);
  const servers: readonly SeenServer[] =
    found === undefined
      ? actor.servers
      : found.kind === "several"
        ? found.servers
        : found.kind === "one"
          ? [found.server]
          : [];
  const { shown, page, pages } = pageOf(servers, choice.page ?? 1);
  const buttons: DraftButton[][] = shown.map((server) => [
    {
      label: `${server.number}. ${server.name}`,
      action:
        choice.command === "use"
          ? { kind: "do", what: "use", values: { serverId: server.id } }
          : { kind: "ask", command: choice.command, ask: choice.ask, serverId: server.id },
    },
  ]);
  const title =
    choice.reference === ""
      ? t("pick-which", { command: choice.command })
      : t("pick-several", { reference: choice.reference });
  const blocks: Draft["blocks"] = [{ type: "text", text: [title] }];
  // Without buttons the names are there to be typed.
  if (turn.degraded)
    blocks.push({ type: "text", text: [shown.map((s) => `${s.number}. ${s.name}`).join(", ")] });
  if (pages > 1 || turn.degraded)
    blocks.push({ type: "note", text: [t("pick-typing", { command: choice.command })] });
  const pager = pagers(turn, page, pages, (to, label) => ({
    label,
    action: {
      kind: "do",
      what: "pick.page",
      values: {
        command: choice.command,
        ask: JSON.stringify(choice.ask),
        reference: choice.reference,
        page: String(to),
      },
    },
  }));
  return { blocks, buttons: [...buttons, ...pager] };
}
