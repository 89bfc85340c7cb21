/** A chart as a message: asked of the history, drawn of what is worst, with the buttons that lead on from it. */
import { measures as allMeasures } from "@servereye/commands/hub";
import { isOriginal, type Measure } from "@servereye/contract";
import { chartOf } from "../../history/chart.ts";
import type { SeenServer } from "../../ports/people.ts";
import { type Draft, type DraftButton, note, type Turn, text, updatedNote } from "../turn.ts";
import { firstOf, type Thing, thingsOf } from "./lines.ts";
import { groupsOf, mainOf, titleId } from "./meant.ts";
import { LONGEST_MS, msOf, SPANS, spanText } from "./span.ts";
import { isDark } from "./taste.ts";
import { type ChartWish, chartAction } from "./wish.ts";

/** A point for about three of a phone's pixels. */
const POINTS = 300;
/** Time is asked for in whole steps of these, ms: who asks twice within one is shown the same picture. */
const STEP_MS = 10_000;
/** Lines of one server's chart: more are not told apart on a phone. Of several servers, one for each at least. */
const MOST_LINES = 4;
/** Buttons for things, three in a row. */
const MOST_THINGS = 9;

/** @param servers those of the wish, the right to read them decided by who calls */
export async function chartDraft(
  turn: Turn,
  servers: readonly SeenServer[],
  wish: ChartWish,
): Promise<Draft> {
  const { t, deps } = turn;
  const measures = wish.keys.flatMap((key) => allMeasures.get(key) ?? []);
  const [measure] = measures;
  if (measure === undefined) return { blocks: [text(t("button-unknown"))] };
  const now = deps.clock.now();
  const span = msOf(wish.span);
  // Up to the end of the step that is now: what was measured a moment ago is in it.
  const to = Math.ceil(now / STEP_MS) * STEP_MS;
  const from = to - span;
  const serverIds = servers.map(({ id }) => id);
  const of = wish.of === undefined ? {} : { of: wish.of };
  const series = measures.map(({ key }) => ({ key, ...of }));
  const found = await deps.history.query({ serverIds, series, from, to, points: POINTS });
  const things = new Map(
    servers.map(({ id }) => [
      id,
      thingsOf(
        found.filter(({ serverId }) => serverId === id),
        measures,
      ),
    ]),
  );
  const room = servers.length > 1 ? 1 : Math.max(1, Math.floor(MOST_LINES / measures.length));
  const shown = servers.flatMap((server) =>
    (things.get(server.id) ?? []).slice(0, room).map((thing) => ({ server, thing })),
  );
  const names = new Set(shown.map(({ thing }) => thing.of));
  const label = (server: SeenServer, thing: Thing, key: string): string =>
    [
      ...(servers.length > 1 ? [server.name] : []),
      ...(thing.of !== undefined && (names.size > 1 || servers.length > 1) ? [thing.of] : []),
      ...(measures.length > 1 ? [t(titleId(key))] : []),
    ].join(" · ");
  const [alone] = names.size === 1 && servers.length === 1 ? names : [];
  const chart = chartOf({
    t,
    language: turn.language,
    zone: "UTC",
    measure,
    title: measures.map(({ key }) => t(titleId(key))).join(" · "),
    where: [servers.map(({ name }) => name).join(", "), ...(alone === undefined ? [] : [alone])].join(" · "),
    from,
    to,
    dark: await isDark(turn),
    lines: shown.flatMap(({ server, thing }) =>
      thing.lines.map((line) => ({ label: label(server, thing, line.series.key), line })),
    ),
  });
  const mine = servers.length === 1 ? (things.get(serverIds[0] ?? "") ?? []) : [];
  const since = firstOf(found);
  const told =
    shown.length === 0
      ? await nothingYet(turn, servers, measures, wish)
      : since !== undefined && since - from > 3 * STEP_MS + span / 20
        ? [note(t("chart-since"), " ", { kind: "time", at: Math.floor(since / 1000), style: "full" })]
        : [];
  const hidden = mine.length > room ? [note(t("chart-worst", { shown: room, of: mine.length }))] : [];
  return {
    blocks: [chart, ...told, ...hidden, updatedNote(turn)],
    buttons: [
      ...spans(turn, wish),
      ...thingButtons(turn, wish, await thingsBeside(turn, servers, wish, mine, from)),
      lastRow(turn, servers, wish, measure),
    ],
  };
}

/** All usual spans, that which is shown marked; another one that was typed stands first. */
function spans({ t }: Turn, wish: ChartWish): DraftButton[][] {
  const usual: readonly string[] = SPANS;
  const button = (span: string): DraftButton => ({
    label: `${span === wish.span ? "•" : ""}${spanText(t, span)}`,
    action: chartAction({ ...wish, span }),
  });
  const own = usual.includes(wish.span) ? [] : [wish.span];
  return [[...own, ...usual.slice(0, 3)].map(button), usual.slice(3).map(button)];
}

/** What there is a button for: the worst or busiest first; beside one that is shown alone, all others by name. */
async function thingsBeside(
  { deps }: Turn,
  servers: readonly SeenServer[],
  wish: ChartWish,
  shown: readonly Thing[],
  from: number,
): Promise<string[]> {
  const [server] = servers;
  if (server === undefined || servers.length > 1) return [];
  if (wish.of === undefined) return shown.length > 1 ? shown.flatMap(({ of }) => of ?? []) : [];
  const known = await deps.history.series(server.id, from, deps.clock.now());
  const things = known.flatMap(({ key, of }) => (wish.keys.includes(key) ? (of ?? []) : []));
  return [...new Set(things)].toSorted();
}

function thingButtons({ t }: Turn, wish: ChartWish, things: readonly string[]): DraftButton[][] {
  const { of: only, ...all } = wish;
  const buttons: DraftButton[] = things
    .filter((of) => of !== only)
    .slice(0, MOST_THINGS)
    .map((of) => ({ label: of, action: chartAction({ ...wish, of }) }));
  const whole = only === undefined ? [] : [{ label: t("chart-all"), action: chartAction(all) }];
  const row = [...whole, ...buttons];
  return Array.from({ length: Math.ceil(row.length / 3) }, (_, at) => row.slice(at * 3, at * 3 + 3));
}

function lastRow(
  turn: Turn,
  servers: readonly SeenServer[],
  wish: ChartWish,
  measure: Measure,
): DraftButton[] {
  const { t, deps } = turn;
  const [server] = servers;
  const reading = deps.readings.find(({ measures }) => measures.some(({ key }) => key === measure.key));
  const back =
    wish.back ??
    (reading === undefined || reading.named ? undefined : { command: reading.command.name, ask: {} });
  const now: DraftButton[] =
    back === undefined || server === undefined || servers.length > 1
      ? []
      : [{ label: t("chart-now"), action: { kind: "ask", ...back, serverId: server.id } }];
  return [
    { label: t("refresh"), action: chartAction(wish) },
    { label: "🌗", action: chartAction(wish, "chart.dark") },
    ...now,
  ];
}

/** Why there is nothing in this time, and when there was or will be. */
async function nothingYet(
  turn: Turn,
  servers: readonly SeenServer[],
  measures: readonly Measure[],
  wish: ChartWish,
): Promise<Draft["blocks"]> {
  const { t, deps } = turn;
  const now = deps.clock.now();
  const presence = await deps.fleet.presenceOf(servers.map(({ id }) => id));
  const told: Draft["blocks"] = [];
  for (const server of servers) {
    const known = await deps.history.series(server.id, now - LONGEST_MS, now);
    const keys = new Set(measures.map(({ key }) => key));
    const there = presence.get(server.id);
    const name = server.name;
    if (known.some((one) => keys.has(one.key) && (wish.of === undefined || one.of === wish.of))) {
      const newest = await Promise.all(
        measures.map(({ key }) => deps.history.latest([server.id], key, LONGEST_MS)),
      );
      const of = newest.flat().filter(({ series }) => wish.of === undefined || series.of === wish.of);
      const last = of.length === 0 ? undefined : Math.max(...of.map(({ at }) => at));
      told.push(
        last === undefined
          ? text(t("chart-not-then", { server: name }))
          : text(t("chart-newest", { server: name }), " ", {
              ...{ kind: "time" as const, at: Math.floor(last / 1000), style: "full" as const },
            }),
      );
    } else if (known.length > 0) {
      const has = [...groupsOf(deps.readings)].filter(([, group]) =>
        mainOf(group).some(({ key }) => known.some((one) => one.key === key)),
      );
      told.push(text(t("chart-unmeasured", { server: name, has: has.map(([group]) => group).join(", ") })));
    } else if (there === undefined) told.push(text(t("chart-never-offline", { server: name })));
    else if (isOriginal(there.facts)) told.push(text(t("chart-never-original", { server: name })));
    else told.push(text(t("chart-never-online", { server: name })));
  }
  return told;
}
