/** Containers as a table that fits a phone: two lines each, by project. */
import type { Translate } from "../kit.ts";
import { shortAgeText } from "../shown/ages.ts";
import { columnsOf, fitName } from "../shown/names.ts";
import type { Container } from "./contract.ts";
import { BARE_ID, type Blocks, bare, containerDot, PHONE, shortName } from "./shown.ts";

/** Columns between those of a table, of a dot and the space after it, and of states and loads at most. */
const GAP = 2;
const DOT = 3;
const RIGHT = 13;

const headingOf = (t: Translate, project: string | undefined, all: readonly Container[]): Blocks => {
  if (project !== undefined) return [{ type: "heading", text: fitName(project, PHONE) }];
  // Where nothing has a project there is nothing to tell apart.
  return all.some((one) => one.project !== undefined)
    ? [{ type: "heading", text: t("containers-alone") }]
    : [];
};

function groupsOf(shown: readonly Container[]): Array<{ project: string | undefined; members: Container[] }> {
  const groups: Array<{ project: string | undefined; members: Container[] }> = [];
  for (const container of shown) {
    const last = groups.at(-1);
    if (last !== undefined && last.project === container.project) last.members.push(container);
    else groups.push({ project: container.project, members: [container] });
  }
  return groups;
}

/**
 * Two lines each: name and how it is, image with its ports and what it takes. What the right does not need is the
 * names', over all tables of the page alike.
 */
export function tables(t: Translate, shown: readonly Container[], all: readonly Container[]): Blocks {
  const rights = shown.map((one) => [fitName(stateCell(t, one), RIGHT), fitName(loadCell(t, one), RIGHT)]);
  const left = PHONE - GAP - Math.max(0, ...rights.flat().map(columnsOf));
  return groupsOf(shown).flatMap(({ project, members }) => {
    const nameOf = namesIn(project, members, left - DOT);
    return [
      ...headingOf(t, project, all),
      {
        type: "table" as const,
        columns: [
          { head: "", align: "left" as const },
          { head: "", align: "right" as const },
        ],
        rows: members.flatMap((one) => [
          [`${containerDot(one)} ${nameOf(one)}`, fitName(stateCell(t, one), RIGHT)],
          [imageCell(one, left), fitName(loadCell(t, one), RIGHT)],
        ]),
      },
    ];
  });
}

/** Where names do not fit, their project, which stands above them, is left out of all of them before any is cut. */
function namesIn(project: string | undefined, members: readonly Container[], columns: number) {
  const before = `${project}-`;
  const cut =
    project !== undefined &&
    members.some(({ name }) => columnsOf(name) > columns) &&
    members.every(({ name }) => name.startsWith(before) && name.length > before.length);
  return ({ name }: Container): string => shortName(cut ? name.slice(before.length) : name, columns);
}

/** What matters most of it in twelve columns: `3 d`, `exit 137`, `OOM 137`, `unhealthy`. */
function shortState(t: Translate, container: Container): string {
  const { state, age, health, exitCode, oomKilled, restarts = 0 } = container;
  if (state === "running" && health === "unhealthy") return t("containers-unhealthy");
  if (state === "running" && age !== undefined) return shortAgeText(t, age);
  if (state === "exited" && oomKilled === true) return t("containers-oom-code", { code: exitCode ?? 137 });
  // That it restarts stands beside it already.
  const ended = state === "restarting" ? restarts > 0 && exitCode !== undefined : (exitCode ?? 0) !== 0;
  if (state !== "running" && ended) return t("containers-code", { code: exitCode ?? 0 });
  return t(`containers-${state}`);
}

/** `3 d`, `↻4 12 s`, `↻4 exit 137`. */
function stateCell(t: Translate, container: Container): string {
  const { restarts = 0 } = container;
  const state = shortState(t, container);
  return restarts > 0 ? `↻${restarts > 999 ? "999+" : restarts} ${state}` : state;
}

/** `12 % 340M`: of one processor, and of memory. */
function loadCell(t: Translate, { cpu, memory }: Container): string {
  const share =
    cpu === undefined ? [] : [t("containers-load", { value: cpu < 9.95 ? tenth(cpu) : Math.round(cpu) })];
  return [...share, ...(memory === undefined ? [] : [shortSize(t, memory)])].join(" ");
}

const tenth = (value: number): number => Math.round(value * 10) / 10;

const UNITS = ["kib", "mib", "gib", "tib"] as const;

/** Bytes in four columns: `12K`, `340M`, `1.2G` (IEC units, as docker, htop and free cut them). */
function shortSize(t: Translate, bytes: number): string {
  let value = bytes / 1_024;
  let unit = 0;
  while (unit < UNITS.length - 1 && Math.round(value) >= 1_000) {
    value /= 1_024;
    unit += 1;
  }
  const shown = value < 9.95 && unit > 1 ? tenth(value) : Math.round(value);
  return t(`containers-${UNITS[unit] ?? "kib"}`, { value: shown });
}

/** `└ nginx:1.27 :8080 +1`: the image, and the ports it is reached at. */
function imageCell({ image, ports }: Container, columns: number): string {
  const published = [
    ...new Set(
      ports.flatMap(({ outside, protocol }) =>
        outside === undefined ? [] : [`:${outside}${protocol === "tcp" ? "" : `/${protocol}`}`],
      ),
    ),
  ];
  const [first, ...others] = published;
  const at = first === undefined ? "" : ` ${first}${others.length > 0 ? ` +${others.length}` : ""}`;
  return `${fitName(`└ ${shortImage(image)}`, columns - columnsOf(at))}${at}`;
}

/** Without the registry and the path in it: `app:1.2`, and of a bare id as much as tells it. */
function shortImage(image: string): string {
  if (BARE_ID.test(image)) return bare(image);
  return image.replace(/@sha256:.*$/, "").replace(/^.*\//, "") || "?";
}

/** `🟢 52 · 🔴 7`: how many there are of each. */
export function countsOf(all: readonly Container[]): string {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(containerDot(one), (counts.get(containerDot(one)) ?? 0) + 1);
  return ["🟢", "🟡", "🔴", "⚪"]
    .flatMap((dot) => (counts.has(dot) ? [`${dot} ${counts.get(dot)}`] : []))
    .join(" · ");
}
