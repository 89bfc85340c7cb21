/** /prune [server]: what nobody uses, by kind; a kind's own list with what it takes; and only what was listed goes. */
import {
  PRUNE_CHOICES,
  type PruneChoice,
  type PrunePreview,
  prune,
  pruneCounts,
  prunedBy,
  pruneFile,
  pruneList,
  pruneOverview,
  prunePreview,
} from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import type { SeenServer } from "../../ports/people.ts";
import type { ButtonDeed, ChatCommand, Ended } from "../commands/command.ts";
import { meantServer } from "../commands/meant-server.ts";
import { confirmButtons } from "../confirm.ts";
import { type Deed, mayAct, wouldDo } from "../deed.ts";
import { faultDraft } from "../faults.ts";
import { patiently } from "../patience.ts";
import { type DraftButton, note, type Turn, text } from "../turn.ts";
import { beginWork } from "../work.ts";

const deedOf = (kind: string): Deed => ({ what: "docker.prune", command: prune, detail: { kind } });

export const pruneCommand: ChatCommand = {
  name: prune.name,
  menu: "none",
  run: async (turn, { words }) => {
    const server = await meantServer(turn, words.join(" "), {
      command: prune.name,
      words: (serverId) => [serverId],
    });
    if (server !== undefined) await overview(turn, server.id);
  },
};

/** The engine adds up what everything takes, which is slow on a full disk. */
async function previewed(turn: Turn, server: SeenServer): Promise<PrunePreview | undefined> {
  const { clock, fleet } = turn.deps;
  const asked = { server: server.name, command: prune.name };
  try {
    const { answer } = await patiently(clock, turn, asked, () =>
      fleet.ask({ server: { id: server.id }, command: prunePreview, ask: { images: "unused" } }),
    );
    return answer as PrunePreview;
  } catch (error) {
    await turn.show(faultDraft(turn, Fault.of(error), asked));
    return undefined;
  }
}

async function overview(turn: Turn, serverId: string): Promise<void> {
  const { t } = turn;
  const server = await mayAct(turn, serverId, deedOf("any"));
  const preview = server && (await previewed(turn, server));
  if (server === undefined || preview === undefined) return;
  const buttons = pruneCounts(t, preview).map(({ choice }): DraftButton[] => [
    {
      label: t("prune-choose", { choice }),
      action: { kind: "do", what: "prune.ask", values: { serverId, choice } },
      mine: true,
    },
  ]);
  const refresh: DraftButton = {
    label: t("refresh"),
    action: { kind: "do", what: "prune.look", values: { serverId } },
    mine: true,
  };
  await turn.show({ ...pruneOverview(preview, { t, server }), buttons: [...buttons, [refresh]] });
}

const choiceOf = (word: string | undefined): PruneChoice => {
  const choice = PRUNE_CHOICES.find((known) => known === word);
  if (choice === undefined) throw new Fault("INTERNAL", "a stored button names nothing that is pruned");
  return choice;
};

/** Read anew: the list is what goes, to the last piece. */
const askDeed: ButtonDeed = async (turn, { serverId = "", choice: word }): Promise<void> => {
  const { t } = turn;
  const choice = choiceOf(word);
  const deed = deedOf(choice);
  const server = await mayAct(turn, serverId, deed);
  if (server === undefined || !(await wouldDo(turn, server, deed))) return;
  const preview = await previewed(turn, server);
  if (preview === undefined) return;
  const picked = prunedBy(preview, choice);
  const count = picked.containers.length + picked.images.length + picked.networks.length;
  if (count === 0) return overview(turn, serverId);
  const what = JSON.stringify({
    containers: picked.containers.map(({ id }) => id),
    images: picked.images.map(({ id, names }) => ({ id, names })),
    networks: picked.networks,
  });
  const list = pruneList(t, picked);
  // Before the question: what can not be seen as a whole is not asked about.
  if (!list.whole) {
    const bytes = new TextEncoder().encode(pruneFile(t, picked));
    await turn.port.sendFile(turn.incoming.chat, { name: "prune.txt", mediaType: "text/plain", bytes });
    turn.anew();
  }
  await turn.show({
    title: t("prune-confirm", { choice, count }),
    blocks: [
      {
        type: "facts",
        rows: [{ label: t("container-server"), value: [{ kind: "strong", text: server.name }] }],
      },
      ...list.blocks,
      text(t("prune-means", { choice })),
      note(t("confirm-minute")),
    ],
    buttons: [
      ...confirmButtons(turn, t("prune-yes", { count }), {
        what: "prune.do",
        values: { serverId, choice, count: String(count), what },
      }),
    ],
  });
};

const doDeed: ButtonDeed = async (
  turn,
  { serverId = "", choice = "", count = "0", what = "{}" },
): Promise<Ended> => {
  const deed = deedOf(choice);
  const server = await mayAct(turn, serverId, deed);
  if (server === undefined) return "refused";
  const job = turn.deps.chance.uuid();
  const work = { job, kind: prune.name, server, about: "", what: deed.what };
  return beginWork(turn, work, prune, JSON.parse(what), { ...deed.detail, count: Number(count) });
};

export const pruneDeeds: ReadonlyArray<readonly [string, ButtonDeed]> = [
  ["prune.look", (turn, { serverId = "" }) => overview(turn, serverId)],
  ["prune.ask", askDeed],
  ["prune.do", doDeed],
];
