/** /pull <image> [server]: asked about first, its layers as one bar, and what the name stands for then. */
import { ImageReference, pull } from "@servereye/commands/hub";
import type { ButtonDeed, ChatCommand, Ended } from "../commands/command.ts";
import { meantServer } from "../commands/meant-server.ts";
import { confirmButtons } from "../confirm.ts";
import { type Deed, mayAct, wouldDo } from "../deed.ts";
import { note, type Turn, text } from "../turn.ts";
import { imageOf } from "../wizard/values.ts";
import { beginWork } from "../work.ts";

const deedOf = (image: string): Deed => ({ what: "image.pull", command: pull, detail: { image } });

export const pullCommand: ChatCommand = {
  name: pull.name,
  menu: "none",
  run: async (turn, { words }) => {
    const { t } = turn;
    const [typed, ...rest] = words;
    if (typed === undefined) return turn.show({ blocks: [text(t("pull-usage"))] });
    const image = imageOf(typed);
    if ("wrong" in image) return turn.show({ blocks: [text(t(image.wrong, image.values))] });
    const server = await meantServer(turn, rest.join(" "), {
      command: pull.name,
      words: (serverId) => [image.value, serverId],
    });
    if (server !== undefined) await ask(turn, server.id, image.value);
  },
};

async function ask(turn: Turn, serverId: string, image: string): Promise<void> {
  const { t } = turn;
  const deed = deedOf(image);
  const server = await mayAct(turn, serverId, deed);
  if (server === undefined || !(await wouldDo(turn, server, deed))) return;
  await turn.show({
    title: t("pull-confirm"),
    blocks: [
      {
        type: "facts",
        rows: [
          { label: t("container-server"), value: [{ kind: "strong", text: server.name }] },
          { label: t("pull-image"), value: [{ kind: "strong", text: withTag(image) }] },
          { label: t("work-policy"), value: [pull.policy ?? ""] },
        ],
      },
      text(t("pull-means")),
      note(t("confirm-minute")),
    ],
    buttons: confirmButtons(turn, t("pull-yes"), { what: "pull.do", values: { serverId, image } }),
  });
}

/** Docker's own default, said where it decides what is fetched. */
const withTag = (image: string): string => (/[:@][^/]*$/.test(image) ? image : `${image}:latest`);

const pullDeed: ButtonDeed = async (turn, { serverId = "", image = "" }): Promise<Ended> => {
  const deed = deedOf(image);
  const server = await mayAct(turn, serverId, deed);
  if (server === undefined || !ImageReference.safeParse(image).success) return "refused";
  const job = turn.deps.chance.uuid();
  const work = { job, kind: pull.name, server, about: image, what: deed.what };
  return beginWork(turn, work, pull, { image }, deed.detail);
};

export const pullDeeds: ReadonlyArray<readonly [string, ButtonDeed]> = [["pull.do", pullDeed]];
