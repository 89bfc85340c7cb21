/** /chart <measure or command> [range] [server ...]: measures over time as a picture, and the buttons under it. */
import { authorize } from "../../access/authorize.ts";
import type { SeenServer } from "../../ports/people.ts";
import type { ButtonDeed, ChatCommand } from "../commands/command.ts";
import { meantServer, notOne, withoutServers } from "../commands/meant-server.ts";
import { refusal } from "../faults.ts";
import { patiently } from "../patience.ts";
import { type DraftButton, showAnyway, type Turn, text } from "../turn.ts";
import { which } from "../which.ts";
import { chartDraft } from "./draft.ts";
import { groupsOf, mainOf, meant, titleId } from "./meant.ts";
import { LONGEST_MS, spanOf, USUAL_SPAN } from "./span.ts";
import { turnDark } from "./taste.ts";
import { type ChartWish, chartAction, MOST_SERVERS, wishOf } from "./wish.ts";

const NAME = "chart";

export const chartCommand: ChatCommand = {
  name: NAME,
  menu: "all",
  run: async (turn, { words }) => {
    if (await withoutServers(turn)) return;
    const spans = words.map((word) => (isServer(turn, word) ? undefined : spanOf(word)));
    const span = spans.findLast((one) => one !== undefined) ?? USUAL_SPAN;
    const said = words.filter((_, at) => spans[at] === undefined);
    if (said.length === 0) return offerMeasures(turn, []);
    const found = meant(turn.deps.readings, said, (word) => isServer(turn, word));
    if (found.kind === "none") return offerNear(turn, said[0] ?? "", found.near, [...found.rest, span]);
    await ofServers(turn, found.measures, said, span, found.rest);
  },
};

/** A server's whole name, number or id: nothing else is meant by it. */
const isServer = ({ actor }: Turn, word: string): boolean => {
  const found = which(word, actor.servers);
  if (found.kind !== "one") return false;
  const { name, number, id } = found.server;
  return [name.toLowerCase(), String(number), `#${number}`, id].includes(word.toLowerCase());
};

/** What is left of the words names servers, or one thing of them (a disk, an interface, a container). */
async function ofServers(
  turn: Turn,
  measures: ReturnType<typeof mainOf>,
  said: readonly string[],
  span: string,
  rest: readonly string[],
): Promise<void> {
  const { actor } = turn;
  const keys = measures.map(({ key }) => key);
  const measured = said.filter((word) => !rest.includes(word));
  const again = { command: NAME, words: (id: string) => [...measured, span, id] };
  const servers = rest.flatMap((word) =>
    isServer(turn, word) ? actor.servers.filter((one) => sameServer(turn, word, one)) : [],
  );
  const open = rest.filter((word) => !isServer(turn, word));
  let of: string | undefined;
  if (open.length > 0 && measures.some((one) => one.of !== undefined)) {
    const first = open[0] ?? "";
    const usual =
      actor.servers.length === 1 ? actor.servers[0] : actor.servers.find(({ id }) => id === actor.chosen);
    const named = which(open.at(-1) ?? "", actor.servers);
    const there = servers[0] ?? (open.length > 1 && named.kind === "one" ? named.server : usual);
    const things = there === undefined ? [] : await thingsMeasured(turn, there, keys);
    of = thingNamed(things, first);
    const isName = which(first, actor.servers).kind !== "none";
    if (of !== undefined) open.shift();
    else if (there === undefined && !isName) {
      // Of which server is open still: asked, with the thing kept for the button.
      await meantServer(turn, "", { command: NAME, words: (id) => [...said, span, id] });
      return;
    } else if (!isName && there !== undefined) return offerThings(turn, there, keys, span, first, things);
  }
  for (const word of open) {
    const found = which(word, actor.servers);
    if (found.kind !== "one") return turn.show(notOne(turn, found, word, again));
    servers.push(found.server);
  }
  if (servers.length === 0) {
    const usual = await meantServer(turn, "", { command: NAME, words: (id) => [...said, span, id] });
    if (usual === undefined) return;
    servers.push(usual);
  }
  const serverIds = [...new Set(servers.map(({ id }) => id))].slice(0, MOST_SERVERS);
  await show(turn, { serverIds, keys, span, ...(of === undefined ? {} : { of }) });
}

const sameServer = ({ actor }: Turn, word: string, server: SeenServer): boolean => {
  const found = which(word, actor.servers);
  return found.kind === "one" && found.server.id === server.id;
};

async function thingsMeasured(
  { deps }: Turn,
  { id }: SeenServer,
  keys: readonly string[],
): Promise<string[]> {
  const now = deps.clock.now();
  const known = await deps.history.series(id, now - LONGEST_MS, now);
  return [...new Set(known.flatMap(({ key, of }) => (keys.includes(key) ? (of ?? []) : [])))];
}

/** By its name, by a beginning or by a part of it that only one has. */
function thingNamed(things: readonly string[], typed: string): string | undefined {
  const wanted = typed.toLowerCase();
  const exact = things.find((thing) => thing.toLowerCase() === wanted);
  const begun = things.filter((thing) => thing.toLowerCase().startsWith(wanted));
  const within = things.filter((thing) => thing.toLowerCase().includes(wanted));
  return exact ?? (begun.length === 1 ? begun[0] : within.length === 1 ? within[0] : undefined);
}

/** Buttons shown of what may be meant. */
const MOST_OFFERED = 12;

function offerThings(
  turn: Turn,
  server: SeenServer,
  keys: readonly string[],
  span: string,
  typed: string,
  things: readonly string[],
): Promise<void> {
  const wanted = typed.toLowerCase();
  const like = things.filter((thing) => thing.toLowerCase().includes(wanted));
  const offered = (like.length > 0 ? like : things).toSorted().slice(0, MOST_OFFERED);
  const words = { server: server.name, what: typed.slice(0, 64) };
  return turn.show({
    blocks: [text(turn.t(offered.length === 0 ? "chart-thing-none" : "chart-thing-which", words))],
    buttons: offered.map((of) => [
      { label: of, action: chartAction({ serverIds: [server.id], keys, of, span }) },
    ]),
  });
}

/** /chart alone: what there is, by its title. */
function offerMeasures(turn: Turn, more: readonly string[]): Promise<void> {
  return turn.show({ blocks: [text(turn.t("chart-which"))], buttons: measureButtons(turn, more) });
}

function measureButtons({ t, deps }: Turn, more: readonly string[]): DraftButton[][] {
  const buttons = [...groupsOf(deps.readings)].map(([group, all]): DraftButton => {
    const [main] = mainOf(all);
    return {
      label: t(titleId(main?.key ?? "")),
      action: { kind: "menu", command: NAME, args: [group, ...more] },
    };
  });
  return Array.from({ length: Math.ceil(buttons.length / 2) }, (_, at) => buttons.slice(at * 2, at * 2 + 2));
}

function offerNear(turn: Turn, typed: string, near: string | undefined, more: string[]): Promise<void> {
  const { t } = turn;
  const what = typed.slice(0, 64);
  if (near === undefined)
    return turn.show({ blocks: [text(t("chart-unknown", { what }))], buttons: measureButtons(turn, more) });
  const action = { kind: "menu" as const, command: NAME, args: [near, ...more] };
  return turn.show({
    blocks: [text(t("chart-unknown-near", { what, near }))],
    buttons: [[{ label: `/chart ${near}`, action }], ...measureButtons(turn, more)],
  });
}

/** The right is decided here, for what is typed and for each press alike, for each of the servers. */
async function show(turn: Turn, wish: ChartWish): Promise<void> {
  const decisions = wish.serverIds.map((serverId) => authorize(turn.actor, "server.read", { serverId }));
  const refused = decisions.find(({ allowed }) => !allowed);
  if (refused !== undefined) return turn.show({ blocks: [text(refusal(turn, refused))] });
  const servers = decisions.flatMap((one) => (one.allowed ? (one.server ?? []) : []));
  const asked = { server: servers.map(({ name }) => name).join(", "), command: NAME };
  await showAnyway(
    turn,
    await patiently(turn.deps.clock, turn, asked, () => chartDraft(turn, servers, wish)),
  );
}

const chartDeed: ButtonDeed = (turn, values) => show(turn, wishOf(values));

/** 🌗: for whoever presses it, from now on. */
const darkDeed: ButtonDeed = async (turn, values) => {
  await turnDark(turn);
  await show(turn, wishOf(values));
};

export const chartDeeds: ReadonlyArray<readonly [string, ButtonDeed]> = [
  ["chart", chartDeed],
  ["chart.dark", darkDeed],
];
