/** /add: a new server, by a one-line command, by a pairing code, or by its key. */
import { ANY_SERVER_KEY, Fault, foldPairingCode, SERVER_KEY } from "@servereye/contract";
import { authorize } from "../../access/authorize.ts";
import { checkName } from "../../fleet/name.ts";
import type { ServerRecord } from "../../ports/servers.ts";
import { deedFaultDraft, refusal } from "../faults.ts";
import { note, showAnyway, type Turn, text } from "../turn.ts";
import type { ChatCommand } from "./command.ts";

const CODE = /^[0-9A-Z]{8}$/;

export const add: ChatCommand = {
  name: "add",
  menu: "all",
  run: async (turn, typed) => {
    const decision = authorize(turn.actor, "hub.add", "hub");
    if (!decision.allowed) return turn.show({ blocks: [text(refusal(turn, decision))] });
    const [first, ...rest] = typed.words;
    if (first === undefined) return offer(turn);
    const name = rest.length > 0 ? rest.join(" ") : undefined;
    if (/^srv_/i.test(first)) return byKey(turn, first.toLowerCase(), name);
    const code = foldPairingCode(first);
    if (!CODE.test(code)) return turn.show({ blocks: [text(turn.t("add-not-understood"))] });
    await attempt(turn, () => byCode(turn, code, name));
  },
};

/** The install command: shown to nobody but the person who asked. */
async function offer(turn: Turn): Promise<void> {
  const { t, deps, incoming } = turn;
  if (incoming.chat.kind === "group") return turn.show({ blocks: [text(t("add-private"))] });
  const { token, expires } = await deps.enrolment.invite(turn.actor.person.id, turn.chatKey);
  const { hubKey } = deps.about;
  const publicUrl = deps.about.publicUrl();
  const line = `curl -fsSL ${publicUrl}/install.sh | sudo sh -s -- --enrol ${token} --hub-key ${hubKey}`;
  const loopback = /^https?:\/\/(127\.|localhost|\[::1\])/.test(publicUrl);
  await turn.show({
    title: t("add-title"),
    blocks: [
      text(t("add-run")),
      { type: "code", text: line },
      text(
        t("add-until"),
        " ",
        { kind: "time", at: Math.floor(expires / 1000), style: "clock" },
        ". ",
        t("add-once"),
      ),
      ...(loopback ? [text(t("add-loopback"))] : []),
      ...(!loopback && publicUrl.startsWith("http:") ? [text(t("add-plain"))] : []),
      note(t("add-other")),
    ],
  });
}

/** A code names the agent by its host name; a name typed behind it is given right after. */
async function byCode(
  turn: Turn,
  code: string,
  name: string | undefined,
): Promise<Pick<ServerRecord, "id" | "name">> {
  const { deps, actor, chatKey } = turn;
  const wanted = name === undefined ? undefined : checkName(name);
  const added = await deps.enrolment.addByCode(actor.person.id, code, chatKey);
  if (
    wanted === undefined ||
    actor.servers.some((server) => server.name.toLowerCase() === wanted.toLowerCase())
  )
    return added;
  await deps.store.servers.rename(added.id, wanted);
  return { id: added.id, name: wanted };
}

/** The key is a secret: the message that holds it goes first, whatever comes of it. */
async function byKey(turn: Turn, key: string, name: string | undefined): Promise<void> {
  const { t, port, incoming, deps } = turn;
  const gone = await port.remove(incoming.chat, incoming.messageId).then(
    () => true,
    (error: unknown) => {
      deps.log.warn("chat.key_message_kept", { error: String(error) });
      return false;
    },
  );
  if (!ANY_SERVER_KEY.test(key)) return turn.show({ blocks: [text(t("add-key-malformed"))] });
  // A key of ours that lost its end would be taken for one of the original's: the person can tell.
  const short = SERVER_KEY.test(key) ? [] : [t("add-key-short", { digits: key.length - "srv_".length })];
  await attempt(
    turn,
    () => deps.enrolment.addByKey(turn.actor.person.id, key, name, turn.chatKey),
    gone ? short : [...short, t("add-delete-yourself")],
  );
}

async function attempt(
  turn: Turn,
  enrol: () => Promise<Pick<ServerRecord, "id" | "name">>,
  warnings: readonly string[] = [],
): Promise<void> {
  const { t } = turn;
  const warn = warnings.map((warning) => text(warning));
  let added: Pick<ServerRecord, "id" | "name">;
  try {
    added = await enrol();
  } catch (error) {
    const draft = deedFaultDraft(turn, Fault.of(error));
    return turn.show({ ...draft, blocks: [...draft.blocks, ...warn] });
  }
  await showAnyway(turn, {
    blocks: [text(t("add-done", { server: added.name })), ...warn],
    buttons: [
      [
        {
          label: t("status-button"),
          action: { kind: "ask", command: "status", ask: {}, serverId: added.id },
        },
      ],
    ],
  });
}
