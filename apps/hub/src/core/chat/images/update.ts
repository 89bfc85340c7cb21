/** /update_container <name> [server]: the newest image in the same settings, and the old container back if it fails. */
import {
  type Container,
  containerStateText,
  dependentsOf,
  keptBy,
  shortName,
  update,
} from "@servereye/commands/hub";
import type { SeenServer } from "../../ports/people.ts";
import { auditTurn } from "../audit.ts";
import type { ButtonDeed, ChatCommand, Ended } from "../commands/command.ts";
import { confirmButtons } from "../confirm.ts";
import { lookAround, looked } from "../containers/look.ts";
import { meantContainer } from "../containers/meant.ts";
import { ways } from "../containers/shown.ts";
import { type Deed, mayAct, wouldDo } from "../deed.ts";
import { faultDraft } from "../faults.ts";
import { type Draft, type DraftButton, note, type Turn, text } from "../turn.ts";
import { beginWork } from "../work.ts";

/** Of a name on a button, characters. */
const LABEL = 22;

const deedOf = (name: string, id?: string): Deed => ({
  what: "container.update",
  command: update,
  detail: { container: name, ...(id === undefined ? {} : { id: id.slice(0, 12) }) },
});

export const updateCommand: ChatCommand = {
  name: update.name,
  menu: "none",
  run: async (turn, { words }) => {
    const meant = await meantContainer(turn, words, {
      command: update.name,
      may: ({ id }, reference) => mayAct(turn, id, deedOf(reference)),
      pick: (server) => (one, label) => pick(server, one, label),
    });
    if (meant !== undefined) await ask(turn, meant.server, meant.container, meant.all);
  },
};

const pick = (server: SeenServer, { id }: Container, label: string): DraftButton => ({
  label,
  action: { kind: "do", what: "update.pick", values: { serverId: server.id, id } },
  mine: true,
});

async function ask(
  turn: Turn,
  server: SeenServer,
  container: Container,
  all: readonly Container[],
): Promise<void> {
  const deed = deedOf(container.name, container.id);
  if (container.protected === true) {
    await auditTurn(turn, deed.what, server.id, "refused", { ...deed.detail, code: "CONTAINER_PROTECTED" });
    const kept = text(
      turn.t("update-kept", { name: container.name, server: server.name, ...keptBy(container) }),
    );
    return turn.show({ blocks: [kept], buttons: ways(turn, server, container) });
  }
  if (await wouldDo(turn, server, deed)) await turn.show(confirmation(turn, server, container, all));
}

/** `words`: why it is asked again. */
function confirmation(
  turn: Turn,
  server: SeenServer,
  container: Container,
  all: readonly Container[],
  words: Draft["blocks"] = [],
): Draft {
  const { t } = turn;
  const { id, name, image, state } = container;
  // They are without it from the old one's stop to the new one's start.
  const needed = dependentsOf(container, all).map((one) => one.service ?? one.name);
  return {
    title: t("update-confirm", { name }),
    blocks: [
      ...words,
      {
        type: "facts",
        rows: [
          { label: t("container-server"), value: [{ kind: "strong", text: server.name }] },
          { label: t("container-name"), value: [{ kind: "strong", text: name }] },
          { label: t("containers-image"), value: [image] },
          { label: t("containers-id"), value: [{ kind: "code", text: id.slice(0, 12) }] },
          { label: t("containers-state"), value: [containerStateText(t, container)] },
          ...(needed.length > 0 ? [{ label: t("containers-needed"), value: [needed.join(", ")] }] : []),
        ],
      },
      text(t("update-means")),
      note(t("confirm-minute")),
    ],
    buttons: confirmButtons(turn, t("update-yes", { name: shortName(name, LABEL) }), {
      what: "update.do",
      values: { serverId: server.id, id, name, state, image },
    }),
  };
}

const pickDeed: ButtonDeed = async (turn, { serverId = "", id = "" }): Promise<void> => {
  const server = await mayAct(turn, serverId, deedOf(id.slice(0, 12)));
  const all = server && (await looked(turn, server, { id }));
  if (server === undefined || all === undefined) return;
  const container = all.find((one) => one.id === id);
  if (container !== undefined) return ask(turn, server, container, all);
  await turn.show({ blocks: [text(turn.t("containers-gone"))], buttons: ways(turn, server) });
};

/** The confirmed update. The agent compares id, state and image with what was shown; else it is asked again. */
const doDeed: ButtonDeed = async (turn, values): Promise<Ended> => {
  const { serverId = "", id = "", name = "", state = "", image = "" } = values;
  const deed = deedOf(name, id);
  const server = await mayAct(turn, serverId, deed);
  if (server === undefined) return "refused";
  const job = turn.deps.chance.uuid();
  const work = { job, kind: update.name, server, about: name, container: id, what: deed.what };
  return beginWork(turn, work, update, { id, name, seen: state, image }, deed.detail, async (fault) => {
    const told = faultDraft(turn, fault, { server: server.name, command: update.name });
    if (fault.code === "UNSUPPORTED" && typeof fault.values.reason === "string")
      return { blocks: [text(turn.t("update-not", { name, reason: fault.values.reason }))] };
    if (fault.code !== "CONTAINER_CHANGED" && fault.code !== "CONTAINER_NOT_FOUND") return undefined;
    const all = await lookAround(turn, server, { id });
    const now = all?.find((one) => one.id === id) ?? all?.find((one) => one.name === name);
    return now === undefined ? told : confirmation(turn, server, now, all ?? [], told.blocks);
  });
};

export const updateDeeds: ReadonlyArray<readonly [string, ButtonDeed]> = [
  ["update.pick", pickDeed],
  ["update.do", doDeed],
];
