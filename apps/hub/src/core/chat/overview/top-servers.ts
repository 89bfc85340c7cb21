/** /top_servers [measure]: which of a person's servers has most of it now. */
import { measures } from "@servereye/commands/hub";
import { chartNumber, type Measure } from "@servereye/contract";
import { chartUnit } from "../../history/chart-unit.ts";
import { meant, titleId } from "../charts/meant.ts";
import { RECENT_SPAN } from "../charts/span.ts";
import { chartAction } from "../charts/wish.ts";
import type { ChatCommand } from "../commands/command.ts";
import { withoutServers } from "../commands/meant-server.ts";
import type { Draft, DraftButton } from "../draft.ts";
import { note, type Turn, tell, text, updatedNote } from "../turn.ts";
import { rankedBy, standingsOf } from "./standings.ts";

const NAME = "top_servers";
/** Servers shown, and compared in one chart. */
const MOST = 15;
const COMPARED = 4;
/** Others to look by. */
const OTHERS = ["cpu.usage", "memory.usage", "disk.used", "cpu.load_per_core", "network.in", "temp.celsius"];

export const topServersCommand: ChatCommand = {
  name: NAME,
  menu: "all",
  run: async (turn, { words }) => {
    if (await withoutServers(turn)) return;
    const found = meant(turn.deps.readings, words.length === 0 ? ["cpu"] : words, () => false);
    const measure = found.kind === "measures" ? found.measures[0] : undefined;
    if (measure !== undefined) return tell(turn, await ranking(turn, measure));
    const near = found.kind === "none" ? found.near : undefined;
    const what = (words[0] ?? "").slice(0, 64);
    const said =
      near === undefined ? turn.t("chart-unknown", { what }) : turn.t("chart-unknown-near", { what, near });
    const offered = near === undefined ? [] : [[look(`/${NAME} ${near}`, near)]];
    await tell(turn, { blocks: [text(said)], buttons: [...offered, ...others(turn, undefined)] });
  },
};

const look = (label: string, key: string): DraftButton => ({
  label,
  action: { kind: "menu", command: NAME, args: [key] },
  mine: true,
});

function others({ t }: Turn, but: string | undefined): DraftButton[][] {
  const buttons = OTHERS.filter((key) => key !== but && measures.has(key)).map((key) =>
    look(t(titleId(key)), key),
  );
  return Array.from({ length: Math.ceil(buttons.length / 2) }, (_, at) => buttons.slice(at * 2, at * 2 + 2));
}

async function ranking(turn: Turn, measure: Measure): Promise<Draft> {
  const { t, actor, language } = turn;
  const { key } = measure;
  const ranked = rankedBy(await standingsOf(turn, actor.servers, [key]), measure);
  const known = ranked.filter(({ now }) => now.has(key));
  const most = Math.max(0, ...known.map(({ now }) => now.get(key)?.value ?? 0));
  const rows = known.slice(0, MOST).map(({ server, now }) => {
    const { value = 0, of, level } = now.get(key) ?? {};
    const unit = chartUnit(t, measure.unit, value);
    const share = measure.unit === "percent" ? value / 100 : most === 0 ? 0 : value / most;
    return {
      label: server.name,
      share,
      text: `${chartNumber({ language, unit: unit.text }, value / unit.by)}${of === undefined ? "" : ` ${of}`}`,
      ...(level === undefined ? {} : { level }),
    };
  });
  const silent = ranked.length - known.length;
  const wish = {
    serverIds: known.slice(0, COMPARED).map(({ server }) => server.id),
    keys: [key],
    span: RECENT_SPAN,
  };
  return {
    title: t("top-servers-title", { measure: t(titleId(key)) }),
    blocks: [
      rows.length === 0 ? text(t("top-servers-none")) : { type: "bars", rows },
      ...(known.length > MOST ? [note(t("chart-more", { count: known.length - MOST }))] : []),
      ...(silent > 0 && rows.length > 0 ? [note(t("top-servers-silent", { count: silent }))] : []),
      updatedNote(turn),
    ],
    buttons: [
      ...others(turn, key),
      [look(t("refresh"), key), ...(known.length === 0 ? [] : [{ label: "📈", action: chartAction(wish) }])],
    ],
  };
}
