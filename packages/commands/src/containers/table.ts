/** Containers as a table that fits a phone: two lines each, by project. */
import type { Translate } from "../kit.ts";
import { shortAgeText } from "../shown/ages.ts";
import { columnsOf, fitName } from "../shown/names.ts";
import type { Container, ContainerPort } from "./contract.ts";
import { BARE_ID, type Blocks, bare, containerDot, PHONE, portTexts, shortName } from "./shown.ts";

/** Columns between those of a table, of a dot and the space after it, and of states and ports at most. */
const GAP = 2;
const DOT = 3;
const RIGHT = 12;

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

/** Two lines each, as of processes: all of it fits a phone. What the right does not need is the names'. */
export function tables(t: Translate, shown: readonly Container[], all: readonly Container[]): Blocks {
  const rights = shown.flatMap((one) => [fitName(shortState(t, one), RIGHT), shortPorts(one.ports)]);
  const left = PHONE - GAP - Math.max(0, ...rights.map(columnsOf));
  return groupsOf(shown).flatMap(({ project, members }) => [
    ...headingOf(t, project, all),
    {
      type: "table" as const,
      columns: [
        { head: "", align: "left" as const },
        { head: "", align: "right" as const },
      ],
      rows: members.flatMap((one) => [
        [`${containerDot(one)} ${shortName(one.name, left - DOT)}`, fitName(shortState(t, one), RIGHT)],
        [fitName(`└ ${shortImage(one.image)}`, left), shortPorts(one.ports)],
      ]),
    },
  ]);
}

function shortState(t: Translate, { state, age, health, exitCode }: Container): string {
  if (state === "running" && health === "unhealthy") return t("containers-unhealthy");
  if (state === "running" && age !== undefined) return shortAgeText(t, age);
  if (state === "exited" && (exitCode ?? 0) !== 0) return t("containers-code", { code: exitCode ?? 0 });
  return t(`containers-${state}`);
}

/** Without the registry and the path in it: `app:1.2`, and of a bare id as much as tells it. */
function shortImage(image: string): string {
  if (BARE_ID.test(image)) return bare(image);
  return image.replace(/@sha256:.*$/, "").replace(/^.*\//, "") || "?";
}

function shortPorts(ports: readonly ContainerPort[]): string {
  const published = portTexts(ports.filter(({ outside }) => outside !== undefined).map(withoutAddress));
  const [first = "", ...others] = published;
  if (first === "") return "";
  const more = others.length > 0 ? ` +${others.length}` : "";
  return `${fitName(first, RIGHT - columnsOf(more))}${more}`;
}

const withoutAddress = ({ address: _, ...port }: ContainerPort): ContainerPort => port;

/** `🟢 52 · 🔴 7`: how many there are of each. */
export function countsOf(all: readonly Container[]): string {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(containerDot(one), (counts.get(containerDot(one)) ?? 0) + 1);
  return ["🟢", "🟡", "🔴", "⚪"]
    .flatMap((dot) => (counts.has(dot) ? [`${dot} ${counts.get(dot)}`] : []))
    .join(" · ");
}
