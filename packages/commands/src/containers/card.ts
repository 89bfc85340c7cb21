/** The card of one container: what is known of it, and what can be done to it as it is now. */
import type { AnswerOf, Level } from "@servereye/contract";
import { inspect } from "../inspect/contract.ts";
import type { ReplyButton, ReplyContext, ReplyView, Translate } from "../kit.ts";
import { logs } from "../logs/contract.ts";
import { plainName } from "../shown/names.ts";
import { percentOf, shareText } from "../shown/shares.ts";
import { sizeText } from "../shown/sizes.ts";
import { statsContainer } from "../stats/contract.ts";
import { top } from "../top/contract.ts";
import {
  asksFirst,
  type Container,
  type ContainerState,
  type ContainerVerb,
  containerActions,
  type containers,
  keptBy,
  keptFrom,
  ORIGINAL_VERBS,
  verbsFor,
} from "./contract.ts";
import { dependentsOf } from "./depends.ts";
import { projectButton } from "./projects.ts";
import {
  allButton,
  BARE_ID,
  type Blocks,
  bare,
  containerStanding,
  inRows,
  portTexts,
  text,
} from "./shown.ts";

/** Of its memory limit, percent: what `memory.usage` has for machines. */
const FULL = { warn: 80, bad: 90 };

type Rows = Extract<Blocks[number], { type: "facts" }>["rows"];

export function cardView(
  { containers: all, original }: AnswerOf<typeof containers>,
  { t, server }: ReplyContext,
  id: string,
): ReplyView {
  const found = all.find((one) => one.id === id);
  if (found === undefined) {
    return {
      title: t("containers-title", { server: plainName(server.name) }),
      blocks: [text(t("containers-gone"))],
      buttons: [[allButton(t)]],
    };
  }
  return {
    title: `📦 ${found.name} · ${plainName(server.name)}`,
    blocks: [{ type: "facts", rows: factsOf(t, found, all) }],
    buttons: [
      ...inRows(verbsOf(found, original).map((verb) => verbButton(t, verb, found))),
      ...(original === true ? [] : inRows(readingButtons(t, found))),
      ...(found.project === undefined ? [] : [[projectButton(found.project)]]),
      [allButton(t)],
    ],
  };
}

function factsOf(t: Translate, container: Container, all: readonly Container[]): Rows {
  const { id, image, ports, project, service, restarts, dependsOn } = container;
  const row = (label: string, value: string | undefined, level?: Level): Rows =>
    value === undefined || value === ""
      ? []
      : [{ label: t(`containers-${label}`), value: [plainName(value)], ...(level ? { level } : {}) }];
  return [
    ...row("state", containerStanding(t, container)),
    ...row("exit", exitText(t, container)),
    ...row("restarts", restarts === undefined || restarts === 0 ? undefined : String(restarts)),
    ...row("cpu", container.cpu === undefined ? undefined : shareText(t, container.cpu)),
    ...memoryRow(t, container),
    ...row("image", BARE_ID.test(image) ? bare(image) : image),
    ...row("ports", portTexts(ports).join(", ")),
    ...row("project", project),
    ...row("service", service),
    ...row("needs", dependsOn?.join(", ")),
    ...row(
      "needed",
      (container.neededBy ?? dependentsOf(container, all).map((one) => one.service ?? one.name)).join(", "),
    ),
    ...row(
      "protected",
      container.protected === true ? t("containers-protected-value", keptBy(container)) : undefined,
    ),
    { label: t("containers-id"), value: [{ kind: "code", text: id.slice(0, 12) }] },
  ];
}

function memoryRow(t: Translate, { memory, memoryLimit }: Container): Rows {
  if (memory === undefined) return [];
  const label = t("containers-memory");
  if (memoryLimit === undefined || memoryLimit === 0) return [{ label, value: [sizeText(t, memory)] }];
  const values = { used: sizeText(t, memory), limit: sizeText(t, memoryLimit) };
  const share = percentOf(memory, memoryLimit);
  const level: Level | undefined = share >= FULL.bad ? "bad" : share >= FULL.warn ? "warn" : undefined;
  return [{ label, value: [t("containers-of", values)], ...(level === undefined ? {} : { level }) }];
}

/** Of one that stands: the number, and what it means where that is settled. */
function exitText(t: Translate, { state, exitCode, oomKilled }: Container): string | undefined {
  if ((state !== "exited" && state !== "dead") || exitCode === undefined) return undefined;
  const why = oomKilled === true ? "oom" : whyOf(exitCode);
  if (why === undefined) return String(exitCode);
  return t("containers-exit-why", { code: String(exitCode), why, signal: exitCode - 128 });
}

/**
 * 125 to 127 as `docker run` gives them (engine, not to be run, not found); above 128 a signal's number was added to it,
 * as shells do (POSIX leaves it to "greater than 128", and all add).
 */
function whyOf(code: number): string | undefined {
  if (code === 0) return "well";
  if (code > 128 && code <= 128 + 64) return SIGNALS[code - 128] ?? "signal";
  return code === 125 ? "engine" : code === 126 ? "unrunnable" : code === 127 ? "missing" : undefined;
}

const SIGNALS: Readonly<Record<number, string>> = {
  2: "int",
  6: "abort",
  9: "kill",
  11: "segfault",
  15: "term",
};

/** Shown to who may press it, and that is decided again at the press. */
const verbButton = (t: Translate, verb: ContainerVerb, { id }: Container): ReplyButton => ({
  label: t(`containers-${verb}`),
  deed: "container.pick",
  needs: "operator",
  takes: containerActions[verb],
  values: { verb, id },
  once: !asksFirst(verb),
});

/** What can be read of it; of one that stands nothing that only a running one has. */
function readingButtons(t: Translate, { id, name, state }: Container): ReplyButton[] {
  const ask = { container: id };
  const runs = state === "running" || state === "paused" || state === "restarting";
  const written: ReplyButton = {
    label: t("containers-logs"),
    deed: "logs.show",
    needs: "viewer",
    takes: logs,
    values: { id, name, range: "" },
  };
  const running = [
    { label: t("containers-stats"), command: statsContainer.name, ask, takes: statsContainer },
    { label: t("containers-top"), command: top.name, ask, takes: top },
  ];
  const inspected = { label: t("containers-inspect"), command: inspect.name, ask, takes: inspect };
  return [written, ...(runs ? running : []), inspected];
}

/** What fits its state, but what it is protected from and what its agent has never heard of. */
const verbsOf = (
  container: Pick<Container, "protected"> & { state: ContainerState },
  original: boolean | undefined,
): readonly ContainerVerb[] =>
  verbsFor[container.state].filter(
    (verb) =>
      !keptFrom(verb, container) && (original !== true || ORIGINAL_VERBS.some((known) => known === verb)),
  );
