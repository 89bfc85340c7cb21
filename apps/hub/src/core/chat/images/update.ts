/** /update_container <name> [server]: the newest image in the same settings, and the old container back if it fails. */
import {
  type Container,
  ContainerName,
  containerStateText,
  containers,
  dependentsOf,
  shortName,
  update,
} from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import type { SeenServer } from "../../ports/people.ts";
import { auditTurn } from "../audit.ts";
import type { ButtonDeed, ChatCommand } from "../commands/command.ts";
import { confirmButtons } from "../confirm.ts";
import type { Ended } from "../containers/act.ts";
import { findContainer } from "../containers/find.ts";
import { look, lookAround, type Sought } from "../containers/look.ts";
import { ways } from "../containers/shown.ts";
import { faultDraft } from "../faults.ts";
import { type Draft, type DraftButton, note, type Turn, text } from "../turn.ts";
import { type Deed, mayAct, meantServer, wouldDo } from "./meant.ts";
import { beginWork } from "./work.ts";

/** Of a name on a button, characters. */
const LABEL = 22;
const CHOICE = 28;
/** Buttons of containers to choose from. */
const MOST = 20;

type Meant = Pick<Container, "id" | "name" | "state" | "image">;

const deedOf = (name: string, id?: string): Deed => ({
  what: "container.update",
  command: update,
  detail: { container: name, ...(id === undefined ? {} : { id: id.slice(0, 12) }) },
});

export const updateCommand: ChatCommand = {
  name: update.name,
  menu: "none",
  run: async (turn, { words }) => {
    const { t } = turn;
    const [reference, ...rest] = words;
    if (reference === undefined || !ContainerName.safeParse(reference).success) {
      const list = { kind: "menu" as const, command: containers.name, args: rest };
      const id = reference === undefined ? "container-usage" : "container-no-name";
      return turn.show({
        blocks: [text(t(id, { command: update.name }))],
        buttons: [[{ label: t("containers-all"), action: list }]],
      });
    }
    const server = await meantServer(turn, rest.join(" "), {
      command: update.name,
      words: (serverId) => [reference, serverId],
    });
    if (server === undefined || !(await mayAct(turn, server.id, deedOf(reference)))) return;
    const all = await looked(turn, server, { beginning: reference });
    if (all === undefined) return;
    const meant = findContainer(reference, all);
    if (meant.kind === "one") return ask(turn, server, meant.container, all);
    if (meant.kind === "several") return turn.show(several(turn, server, reference, meant.containers));
    const told = { server: server.name, reference };
    await turn.show({
      blocks: [
        text(
          meant.near
            ? t("container-none-near", { ...told, near: meant.near.name })
            : t("container-none", told),
        ),
      ],
      buttons: [...(meant.near ? [[pick(server, meant.near)]] : []), ...ways(turn, server)],
    });
  },
};

/** The containers there are, or undefined when the person was told why that can not be known. */
async function looked(turn: Turn, server: SeenServer, sought: Sought): Promise<Container[] | undefined> {
  try {
    return await look(turn, server, {}, sought);
  } catch (error) {
    await turn.show(faultDraft(turn, Fault.of(error), { server: server.name, command: containers.name }));
    return undefined;
  }
}

const pick = (server: SeenServer, { id, name }: Meant): DraftButton => ({
  label: shortName(name, CHOICE),
  action: { kind: "do", what: "update.pick", values: { serverId: server.id, id } },
  mine: true,
});

function several(turn: Turn, server: SeenServer, beginning: string, found: readonly Container[]): Draft {
  const more = found.length - MOST;
  return {
    blocks: [
      text(turn.t("container-several", { server: server.name, beginning })),
      ...(more > 0 ? [note(turn.t("container-several-more", { count: more }))] : []),
    ],
    buttons: [...found]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, MOST)
      .map((one) => [pick(server, one)]),
  };
}

async function ask(
  turn: Turn,
  server: SeenServer,
  container: Container,
  all: readonly Container[],
): Promise<void> {
  const deed = deedOf(container.name, container.id);
  if (container.protected === true) {
    await auditTurn(turn, deed.what, server.id, "refused", { ...deed.detail, code: "CONTAINER_PROTECTED" });
    const kept = text(turn.t("update-kept", { name: container.name, server: server.name }));
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
