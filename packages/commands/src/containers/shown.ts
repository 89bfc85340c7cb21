/** What the views of containers share: dots, states, names, ports, buttons that lead on. */
import type { View } from "@servereye/contract";
import type { ReplyButton, Translate } from "../kit.ts";
import { ageText } from "../shown/ages.ts";
import { columnsOf, plainName } from "../shown/names.ts";
import { type Container, type ContainerPort, type ContainerState, containers } from "./contract.ts";

/** A phone's columns. */
export const PHONE = 35;
/** Two buttons fit a row when both are this short, and three. */
const SHORT_LABEL = 14;
const SHORTER_LABEL = 10;

export type Blocks = View["blocks"];

/** One that was started again so often and runs for less than this, seconds, is sooner in a loop than well. */
const LOOP_RESTARTS = 3;
const LOOP_SECONDS = 60;

/** By itself, by Ctrl-C (128 + SIGINT), by a stop (128 + SIGTERM): programs without a say of their own end so. */
const ENDED_AS_ASKED: readonly number[] = [0, 130, 143];

/** ⚪ is what stands still as it should: made and never started, or ended well. */
export function containerDot(container: Container): "🟢" | "🟡" | "🔴" | "⚪" {
  const { state, health, exitCode, oomKilled, restarts = 0, age = LOOP_SECONDS } = container;
  if (state === "running" && health === "unhealthy") return "🔴";
  const looping = restarts >= LOOP_RESTARTS && age < LOOP_SECONDS;
  if (state === "running") return health === "starting" || looping ? "🟡" : "🟢";
  // What was made and has an exit code could not be started.
  if (state === "exited" || state === "created")
    return oomKilled === true || !ENDED_AS_ASKED.includes(exitCode ?? 0) ? "🔴" : "⚪";
  return state === "dead" ? "🔴" : "🟡";
}

/** `🟢 up 3 h, healthy`: the state and what is known beside it. */
export function containerStateText(t: Translate, container: Container): string {
  const oom = container.oomKilled === true ? `, ${t("containers-oom")}` : "";
  return `${containerStanding(t, container)}${oom}`;
}

/** The same without how it ended. */
export function containerStanding(t: Translate, container: Container): string {
  const { state, age, health } = container;
  const word = t(`containers-${state}`);
  const words = [age === undefined ? word : `${word} ${ageText(t, age)}`];
  if (health !== undefined && state === "running") words.push(t(`containers-${health}`));
  return `${containerDot(container)} ${words.join(", ")}`;
}

/** The state alone, in words. */
export const containerStateWord = (t: Translate, state: ContainerState): string => t(`containers-${state}`);

/** The button that opens a container's card. */
export const cardButton = ({ id, name }: Pick<Container, "id" | "name">): ReplyButton => ({
  label: shortName(name, PHONE - 4),
  command: containers.name,
  ask: { container: id },
});

/** The same in a list: whom somebody should look at is seen on the buttons too, where a long message ends. */
export function listButton(container: Container): ReplyButton {
  const dot = containerDot(container);
  if (!isTrouble(dot)) return cardButton(container);
  return { ...cardButton(container), label: `${dot} ${shortName(container.name, PHONE - 7)}` };
}

/** Of a dot: somebody should look. */
export const isTrouble = (dot: string): boolean => dot === "🔴" || dot === "🟡";

export const allButton = (t: Translate): ReplyButton => ({
  label: t("containers-all"),
  command: containers.name,
});

/** A name within so many columns. Both its ends stay: names that begin alike must not look alike. */
export function shortName(name: string, columns: number): string {
  if (name.length <= columns) return name;
  const end = Math.floor((columns - 1) / 2);
  return `${name.slice(0, columns - 1 - end)}…${name.slice(-end)}`;
}

export const BARE_ID = /^(sha256:)?[0-9a-f]{64}$/;
export const bare = (id: string): string => id.replace("sha256:", "").slice(0, 12);

/** `8080→80`, published ones first; each once, though it is published at several addresses. */
export const portTexts = (ports: readonly ContainerPort[]): string[] => [
  ...new Set(
    [...ports]
      .sort((a, b) => Number(a.outside === undefined) - Number(b.outside === undefined))
      .map(({ address, outside, inside, protocol }) => {
        const at = address === undefined ? "" : `${plainName(address)}:`;
        const to = outside === undefined ? "" : `${at}${outside}→`;
        return `${to}${inside}${protocol === "tcp" ? "" : `/${protocol}`}`;
      }),
  ),
];

/** In their order: two neighbours share a row when both are short, three when those are all and shorter still. */
export function inRows(buttons: readonly ReplyButton[]): ReplyButton[][] {
  if (buttons.length === 3 && buttons.every(({ label }) => columnsOf(label) <= SHORTER_LABEL))
    return [[...buttons]];
  const rows: ReplyButton[][] = [];
  for (const button of buttons) {
    const last = rows.at(-1);
    if (last?.length === 1 && [...last, button].every(({ label }) => columnsOf(label) <= SHORT_LABEL))
      last.push(button);
    else rows.push([button]);
  }
  return rows;
}

export const text = (words: string): Blocks[number] => ({ type: "text", text: [words] });
export const note = (words: string): Blocks[number] => ({ type: "note", text: [words] });
