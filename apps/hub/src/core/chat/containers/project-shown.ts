/** What is shown of an action on a Compose project before it begins. */
import {
  allButton,
  type Container,
  type ContainerVerb,
  containerDot,
  membersFor,
  projectButton,
  shortName,
} from "@servereye/commands/hub";
import type { SeenServer } from "../../ports/people.ts";
import { confirmButtons } from "../confirm.ts";
import { draftButton } from "../readings.ts";
import { type Draft, type DraftButton, note, type Turn, text } from "../turn.ts";

/** Of a name alone on its row, with a number and a dot, characters. */
const NAME = 28;
/** Of a project's name on a button beside words. */
const LABEL = 22;
/** Projects to choose from. */
const MOST = 20;

export const projectWays = (turn: Turn, server: SeenServer, project?: string): DraftButton[][] =>
  [...(project === undefined ? [] : [projectButton(project)]), allButton(turn.t)].map((button) =>
    draftButton(turn, server, button),
  );

/** What was typed names several, or one nearly, or none. */
export function projectsToChoose(
  turn: Turn,
  verb: ContainerVerb,
  server: SeenServer,
  reference: string,
  offered: readonly string[],
): Draft {
  const { t } = turn;
  const told = { server: server.name, reference };
  const [first = ""] = offered;
  const id = offered.length > 1 ? "project-several" : first === "" ? "project-none" : "project-none-near";
  const buttons = offered.slice(0, MOST).map((project): DraftButton[] => [
    {
      label: `🧩 ${shortName(project, NAME)}`,
      action: { kind: "do", what: "project.pick", values: { verb, project, serverId: server.id } },
      mine: true,
    },
  ]);
  return {
    blocks: [text(t(id, { ...told, near: first }))],
    buttons: [...buttons, ...(offered.length > 1 ? [] : projectWays(turn, server))],
  };
}

/** As it is shown: each by its id, its name and its state, in the order. */
export const membersText = (verb: ContainerVerb, members: readonly Container[]): string =>
  JSON.stringify(membersFor(verb, members).told.map(({ id, name, state }) => ({ id, name, seen: state })));

export function projectConfirmation(
  turn: Turn,
  verb: ContainerVerb,
  server: SeenServer,
  project: string,
  members: readonly Container[],
  changed: boolean,
): Draft {
  const { t } = turn;
  const { acting, kept, others } = membersFor(verb, members);
  const line = (one: Container, at: number) => `${at + 1}. ${containerDot(one)} ${shortName(one.name, NAME)}`;
  const names = (some: readonly Container[]) => some.map(({ name }) => name).join(", ");
  return {
    title: t("project-confirm", { verb, project }),
    blocks: [
      ...(changed ? [text(t("project-changed"))] : []),
      {
        type: "facts",
        rows: [
          { label: t("container-server"), value: [{ kind: "strong", text: server.name }] },
          { label: t("containers-project"), value: [{ kind: "strong", text: project }] },
        ],
      },
      text([t("project-order"), ...acting.map(line)].join("\n")),
      ...(kept.length > 0 ? [note(t("project-kept", { names: names(kept) }))] : []),
      ...(others.length > 0 ? [note(t("project-others", { names: names(others) }))] : []),
      ...(verb === "remove" ? [text(t("container-remove-means"))] : []),
      note(t("confirm-minute")),
    ],
    buttons: confirmButtons(turn, t("project-yes", { verb, project: shortName(project, LABEL) }), {
      what: "project.do",
      values: {
        ...{ serverId: server.id, verb, project },
        members: membersText(verb, members),
      },
    }),
  };
}
