/** What is shown of an action on a container before, during and after it. */
import {
  allButton,
  asksFirst,
  type Container,
  type ContainerState,
  type ContainerVerb,
  cardButton,
  containerDot,
  containerStateText,
  containerStateWord,
  dependentsOf,
  portTexts,
  shortName,
  verbsFor,
} from "@servereye/commands/hub";
import type { SeenServer } from "../../ports/people.ts";
import { confirmButtons } from "../confirm.ts";
import { draftButton } from "../readings.ts";
import { type Draft, type DraftButton, note, type Turn, text } from "../turn.ts";
import type { Afterwards } from "./look.ts";

/** Of a name on a button, characters: what a phone shows beside the words. */
const LABEL = 22;
/** The same of a name alone on its row, with a dot. */
const CHOICE = 28;
/** Buttons of containers to choose from; beyond it a name is sooner typed. */
const MOST = 20;

/** Buttons that lead on: to the container's card if there is one, and to the list. */
export const ways = (
  turn: Turn,
  server: SeenServer,
  container?: { id: string; name: string },
): DraftButton[][] =>
  [...(container ? [cardButton(container)] : []), allButton(turn.t)].map((button) =>
    draftButton(turn, server, button),
  );

/** Picks a container for a verb: the same as typing its whole name. */
export const pickButton = (
  verb: ContainerVerb,
  server: SeenServer,
  { id }: Container,
  label: string,
): DraftButton => ({
  label,
  action: { kind: "do", what: "container.pick", values: { verb, id, serverId: server.id } },
  mine: true,
  once: !asksFirst(verb),
});

/** A button for one of the containers that may be meant. */
export type Pick = (container: Container, label: string) => DraftButton;

export function several(
  { t }: Turn,
  server: SeenServer,
  reference: string,
  found: readonly Container[],
  pick: Pick,
): Draft {
  const words = t("container-several", { server: server.name, beginning: reference });
  const more = found.length - MOST;
  return {
    blocks: [text(words), ...(more > 0 ? [note(t("container-several-more", { count: more }))] : [])],
    buttons: [...found]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, MOST)
      .map((one) => [pick(one, `${containerDot(one)} ${shortName(one.name, CHOICE)}`)]),
  };
}

export function none(
  turn: Turn,
  server: SeenServer,
  reference: string,
  near: Container | undefined,
  pick: Pick,
): Draft {
  const { t } = turn;
  const told = { server: server.name, reference };
  return {
    blocks: [text(near ? t("container-none-near", { ...told, near: near.name }) : t("container-none", told))],
    buttons: [...(near ? [[pick(near, shortName(near.name, CHOICE))]] : []), ...ways(turn, server)],
  };
}

const stateRow = (turn: Turn, label: string, container: Container) => ({
  label: turn.t(label),
  value: [containerStateText(turn.t, container)],
});

/** What has come of the container since the person was asked; empty when nothing has. */
export type Meanwhile = { was: ContainerState; is: ContainerState } | "replaced" | "renamed" | undefined;

function meanwhileBlocks({ t }: Turn, meanwhile: Meanwhile): Draft["blocks"] {
  if (meanwhile === undefined) return [];
  if (typeof meanwhile === "string")
    return [text(t(meanwhile === "replaced" ? "container-replaced" : "container-renamed"))];
  const words = { was: containerStateWord(t, meanwhile.was), is: containerStateWord(t, meanwhile.is) };
  return [text(t("container-changed", words))];
}

/** It is in no state for that; what it is in a state for is offered. */
export function unfit(
  turn: Turn,
  verb: ContainerVerb,
  server: SeenServer,
  container: Container,
  meanwhile?: Meanwhile,
): Draft {
  const { t } = turn;
  const fits = verbsFor[container.state].map((other) =>
    pickButton(other, server, container, t(`containers-${other}`)),
  );
  return {
    title: `📦 ${container.name} · ${server.name}`,
    blocks: [
      ...meanwhileBlocks(turn, meanwhile),
      { type: "facts", rows: [stateRow(turn, "containers-state", container)] },
      text(t("container-unfit", { verb })),
    ],
    buttons: [...(fits.length > 0 ? [fits] : []), ...ways(turn, server, container)],
  };
}

export function confirmation(
  turn: Turn,
  verb: ContainerVerb,
  server: SeenServer,
  { container, all }: { container: Container; all: readonly Container[] },
  meanwhile?: Meanwhile,
): Draft {
  const { t } = turn;
  const { id, name, image, state, ports, project } = container;
  const row = (label: string, value: string) => (value === "" ? [] : [{ label: t(label), value: [value] }]);
  const published = portTexts(ports.filter(({ outside }) => outside !== undefined)).join(", ");
  const dependents = verb === "start" || verb === "unpause" ? [] : dependentsOf(container, all);
  return {
    title: t("container-confirm", { verb, name }),
    blocks: [
      ...meanwhileBlocks(turn, meanwhile),
      {
        type: "facts",
        rows: [
          { label: t("container-server"), value: [{ kind: "strong", text: server.name }] },
          { label: t("container-name"), value: [{ kind: "strong", text: name }] },
          ...row("containers-image", image),
          { label: t("containers-id"), value: [{ kind: "code", text: id.slice(0, 12) }] },
          stateRow(turn, "containers-state", container),
          ...row("containers-ports", published),
          ...row("containers-project", project ?? ""),
          ...row("containers-needed", dependents.map((one) => one.service ?? one.name).join(", ")),
        ],
      },
      ...(verb === "remove" ? [text(t("container-remove-means"))] : []),
      note(t("confirm-minute")),
    ],
    buttons: confirmButtons(turn, t("container-yes", { verb, name: shortName(name, LABEL) }), {
      what: "container.do",
      values: { serverId: server.id, verb, id, name, state },
    }),
  };
}

/** How it ended, what the agent said to it, and the state as it is now; or by its word, where that can not be read. */
export function ended(
  turn: Turn,
  server: SeenServer,
  words: Draft["blocks"],
  { said, state }: { said: string; state?: ContainerState | undefined },
  now: Afterwards,
): Draft {
  const { t } = turn;
  const told = said === "" ? [] : [note(t("container-said", { said }))];
  if (typeof now !== "string") {
    const rows = [stateRow(turn, "container-now", now)];
    return { blocks: [...words, ...told, { type: "facts", rows }], buttons: ways(turn, server, now) };
  }
  const byWord =
    state === undefined || state === "unknown"
      ? []
      : [text(t("container-told", { state: containerStateWord(t, state) }))];
  const left = now === "gone" ? [text(t("container-gone-now"))] : [...byWord, text(t("container-unread"))];
  return { blocks: [...words, ...told, ...left], buttons: ways(turn, server) };
}
