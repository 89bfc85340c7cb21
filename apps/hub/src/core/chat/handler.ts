/** The door for every chat: from what a person did to what they are shown. */
import { Fault } from "@servereye/contract";
import { authorize } from "../access/authorize.ts";
import { rememberActors } from "../access/remembered.ts";
import { sharing } from "../fleet/shared.ts";
import type { ButtonAction } from "../ports/buttons.ts";
import type { ChatHandler, Incoming } from "../ports/chat.ts";
import type { Actor } from "../ports/people.ts";
import { chatCommands, deeds, deedsThatAnswer } from "./commands/all.ts";
import type { ChatCommand } from "./commands/command.ts";
import { createConfirmations } from "./confirm.ts";
import { typedQuestion } from "./containers/named.ts";
import type { ChatDeps } from "./deps.ts";
import { redeemLink } from "./doorstep.ts";
import { faultDraft } from "./faults.ts";
import { tellGivenUp } from "./given-up.ts";
import { nearest } from "./nearest.ts";
import { Pace } from "./pace.ts";
import { parse, type Typed } from "./parse.ts";
import { pressedReading, type ServerCommand, serverCommands } from "./readings.ts";
import { languageFor, translator } from "./translate.ts";
import { chatKeyOf, type Draft, type DraftButton, openTurn, type Turn, text } from "./turn.ts";
import { createCommand, hideMisplaced, wizardText } from "./wizard/create.ts";

/** A person: bursts of 40, then 4 a second. */
const PERSON_RATE = { burst: 40, perSecond: 4 };
/** A stranger is answered once a minute, and who is too fast is told so as often. */
const STRANGER_RATE = { burst: 1, perSecond: 1 / 60 };
/** Links a stranger may open: a few at once, so that one who said hello before is not kept out. */
const LINK_RATE = { burst: 5, perSecond: 1 / 12 };

/** Servers of one person that are made ready to be asked while the store is away. */
const MOST_PREPARED = 200;

/** Longest name of a person, UTF-16 units: what the store takes. Telegram's two names can be twice that. */
const NAME_MAX = 128;
/** Longest piece of what was typed that is shown back, UTF-16 units. */
const ECHO_MAX = 64;
const CREATE = createCommand.name;
/** Anywhere in a word: in brackets, after a `=`, before a full stop. */
const SERVER_KEY_LIKE = /srv_[0-9a-f]{16,}/i;

export function createChat(given: ChatDeps): ChatHandler {
  const deps = { ...given, fleet: { ...given.fleet, ask: sharing(given.fleet.ask, given.clock) } };
  const questions = serverCommands(deps.readings);
  const names = [...questions.keys(), ...chatCommands.keys()];
  const persons = new Pace(deps.clock, PERSON_RATE);
  const strangers = new Pace(deps.clock, STRANGER_RATE);
  const links = new Pace(deps.clock, LINK_RATE);
  const confirmations = createConfirmations(deps);
  const remembered = rememberActors(deps.clock);

  async function handle(incoming: Incoming): Promise<void> {
    const key = `${incoming.account.channel}:${incoming.account.externalId}`;
    const asked = await whoIs(incoming);
    if (asked.degraded) return withoutTheStore(incoming, asked.actor, key);
    let { actor } = asked;
    if (actor === undefined) {
      actor = await atTheDoor(incoming, key);
      if (actor === undefined) return;
    }
    // Telegram's name is what others know the person by; the page and the terminal have no name of their own.
    if (incoming.account.channel === "telegram" && actor.person.name !== incoming.name) {
      await deps.store.people.setName(actor.person.id, incoming.name);
      actor = { ...actor, person: { ...actor.person, name: incoming.name } };
    }
    const turn = openTurn(deps, incoming, actor);
    if (await tooFast(turn, key)) return;
    try {
      if (incoming.did.kind === "pressed") await pressed(turn, incoming.did.token);
      else await wrote(turn, parse(incoming.did.text));
    } catch (error) {
      const fault = Fault.of(error);
      if (fault.code === "INTERNAL") deps.log.error("chat.failed", { error: fault.cause ?? fault });
      // Whoever has shut the bot out is told nothing of it, not even a moment later, when they let it in again.
      if (fault.values.chat === "closed") throw fault;
      // A press that came to nothing leaves its message, and with it the buttons to try again.
      if (incoming.did.kind === "pressed" && fault.code === "STORE_UNAVAILABLE" && !turn.noticed())
        return await turn.notice(turn.t("fault-store-unavailable"), true);
      await turn.notice("");
      await turn.show(faultDraft(turn, fault));
    }
  }

  /** Who it is by the store; while that is away, by what it said within the last minute. */
  async function whoIs(
    incoming: Incoming,
  ): Promise<{ degraded: false; actor: Actor | undefined } | { degraded: true; actor: Actor }> {
    const chatKey = chatKeyOf(incoming);
    try {
      const actor = await deps.store.people.actor(incoming.account, chatKey);
      remembered.keep(incoming.account, chatKey, actor);
      if (actor !== undefined) deps.fleet.prepare(actor.servers.slice(0, MOST_PREPARED).map(({ id }) => id));
      return { degraded: false, actor };
    } catch (error) {
      if (Fault.of(error).code !== "STORE_UNAVAILABLE") throw error;
      const actor = remembered.recall(incoming.account, chatKey);
      if (actor === undefined) throw error;
      return { degraded: true, actor };
    }
  }

  /** Readings are answered with remembered rights; everything else is told that the store is away, whatever it is. */
  async function withoutTheStore(incoming: Incoming, actor: Actor, key: string): Promise<void> {
    const turn = openTurn(deps, incoming, actor, true);
    deps.metrics.count("chat_degraded");
    if (await tooFast(turn, key)) return;
    const away = turn.t("fault-store-unavailable");
    // What a button stands for is in the store.
    if (incoming.did.kind === "pressed") return turn.notice(away, true);
    const typed = parse(incoming.did.text);
    if (typed.words.some((word) => SERVER_KEY_LIKE.test(word))) return misplacedKey(turn, text(away));
    await hideMisplaced(turn, typed);
    const [first = "", ...words] = typed.words;
    const question = questions.get(typed.command ?? first.toLowerCase());
    if (question === undefined) return turn.show({ blocks: [text(away)] });
    const rest = typed.command === undefined ? words : typed.words;
    await typedQuestion(turn, question, { command: question.name, words: rest, rest: rest.join(" ") });
  }

  async function tooFast(turn: Turn, key: string): Promise<boolean> {
    const wait = persons.take(key);
    if (wait > 0) {
      // Said once when the bucket runs dry; what follows until then is dropped, or telling would be the flood.
      if (strangers.take(`pace:${key}`) === 0) {
        const words = turn.t("fault-rate-limited-person", { seconds: wait });
        if (turn.incoming.did.kind === "pressed") await turn.notice(words, true);
        else await turn.show({ blocks: [text(words)] });
      }
      // A press waits for its answer all the same; without words it only stops the waiting.
      await turn.notice("");
      deps.metrics.count("chat_limited");
    }
    return wait > 0;
  }

  /** A stranger: let in by a link or by open registration, told that the bot is private otherwise. */
  async function atTheDoor(incoming: Incoming, key: string): Promise<Actor | undefined> {
    const t = translator(languageFor(null, incoming.languageCode));
    const port = deps.port(incoming.chat.channel);
    const typed = incoming.did.kind === "wrote" ? parse(incoming.did.text) : undefined;
    if (typed?.command === "start" && typed.words[0] !== undefined && links.take(key) === 0) {
      const outcome = await redeemLink(deps, incoming, typed.words[0]);
      if (outcome !== undefined) {
        const words = t(`link-${outcome.kind}`, { server: outcome.server ?? "" });
        await port.send(incoming.chat, { blocks: [text(words)], buttons: [] });
        return undefined;
      }
    }
    if (deps.registration === "open" && incoming.account.channel === "telegram") {
      await deps.store.people.admit(incoming.account, { name: incoming.name, admin: false });
      return deps.store.people.actor(incoming.account, chatKeyOf(incoming));
    }
    deps.metrics.count("chat_strangers");
    if (incoming.did.kind === "pressed") {
      await port.answerPress(incoming.chat, incoming.did.pressId, { text: t("stranger-press"), alert: true });
    } else if (strangers.take(key) === 0) {
      const id = { kind: "code" as const, text: incoming.account.externalId };
      await port.send(incoming.chat, {
        blocks: [text(t("stranger")), text(t("stranger-id"), " ", id)],
        buttons: [],
      });
    }
    return undefined;
  }

  async function wrote(turn: Turn, typed: Typed): Promise<void> {
    const named = chatCommands.get(typed.command ?? "") ?? questions.get(typed.command ?? "");
    const key = typed.words.findIndex((word) => SERVER_KEY_LIKE.test(word));
    // A key is a secret whatever stands around it: never shown back, and taken away by the one command that knows how.
    if (key >= 0) {
      const [found = ""] = SERVER_KEY_LIKE.exec(typed.words[key] ?? "") ?? [];
      const meant = named === undefined || named.name === "add";
      return withKey(turn, meant, [found, ...typed.words.slice(key + 1)]);
    }
    if (typed.command === undefined) {
      // Whoever is in the middle of something answers it.
      if (await wizardText(turn, typed.rest)) return;
      return plainText(turn, typed);
    }
    const own = chatCommands.get(typed.command);
    if (own !== undefined) return ownCommand(turn, own, typed);
    const question = questions.get(typed.command);
    if (question !== undefined) return typedQuestion(turn, question, typed);
    await unknown(turn, typed.command, typed.words);
  }

  /** "srv_… name" alone, or after a word that is no command, is meant for /add; elsewhere it only goes. */
  async function withKey(turn: Turn, meant: boolean, words: string[]): Promise<void> {
    const add = chatCommands.get("add");
    if (meant && add !== undefined)
      return ownCommand(turn, add, { command: "add", words, rest: words.join(" ") });
    await misplacedKey(turn);
  }

  /** Takes the message with the key away, and says so. */
  async function misplacedKey(turn: Turn, ...more: Draft["blocks"]): Promise<void> {
    const gone = await turn.port.remove(turn.incoming.chat, turn.incoming.messageId).then(
      () => true,
      (error: unknown) => {
        deps.log.warn("chat.key_message_kept", { error: String(error) });
        return false;
      },
    );
    await turn.show({ blocks: [...more, text(turn.t(gone ? "key-misplaced" : "add-delete-yourself"))] });
  }

  /** A command of the chat's own, counted by its name and how it ended. */
  async function ownCommand(turn: Turn, command: ChatCommand, typed: Typed): Promise<void> {
    const started = deps.clock.monotonic();
    let outcome = "ok";
    try {
      await command.run(turn, typed);
    } catch (error) {
      outcome = Fault.of(error).code;
      throw error;
    } finally {
      deps.metrics.command(command.name, outcome, deps.clock.monotonic() - started);
    }
  }

  /** "memory web-1" without a slash is understood; anything else gets a hint. */
  async function plainText(turn: Turn, typed: Typed): Promise<void> {
    const [first = "", ...words] = typed.words;
    const question = questions.get(first.toLowerCase());
    if (question !== undefined)
      return typedQuestion(turn, question, { command: question.name, words, rest: words.join(" ") });
    const own = chatCommands.get(first.toLowerCase());
    if (own !== undefined && words.length === 0)
      return ownCommand(turn, own, { command: own.name, words: [], rest: "" });
    await unknown(turn, first, words);
  }

  async function unknown(turn: Turn, typed: string, words: string[]): Promise<void> {
    const { t } = turn;
    const near = typed.length > ECHO_MAX ? undefined : nearest(typed, names);
    // A slip in the command's name must not show, or keep for its button, what a container's variables are.
    const hidden =
      near === CREATE
        ? await hideMisplaced(turn, { command: near, rest: words.join(" ") })
        : await hideMisplaced(turn, { command: undefined, rest: [typed, ...words].join(" ") });
    const echoed = hidden && typed.includes("=") ? "…" : typed;
    const args = hidden ? [] : words;
    const command = echoed.length > ECHO_MAX ? `${cut(echoed, ECHO_MAX)}…` : echoed;
    const help: DraftButton = { label: "/help", action: { kind: "menu", command: "help", args: [] } };
    await turn.show({
      blocks: [text(near ? t("command-unknown-near", { command, near }) : t("command-unknown", { command }))],
      buttons: [
        near
          ? [
              {
                label: cut([`/${near}`, ...args].join(" "), 60),
                action: { kind: "menu", command: near, args },
              },
            ]
          : [help],
      ],
    });
  }

  async function pressed(turn: Turn, token: string): Promise<void> {
    const { t, actor, chatKey } = turn;
    const button = token.length <= 64 ? await deps.store.buttons.find(token) : undefined;
    // A token of another chat is as good as none: nobody learns that it exists.
    if (button === undefined || button.chatId !== chatKey) return turn.notice(t("button-unknown"), true);
    if (button.personId !== null && button.personId !== actor.person.id)
      return turn.notice(t("button-not-yours"), true);
    if (button.expires < deps.clock.now())
      return button.once ? confirmations.expired(turn, token) : turn.notice(t("button-unknown"), true);
    if (button.action.fresh) turn.anew();
    const doIt = () => act(turn, button.action, questions, ownCommand);
    if (!button.once) return void (await doIt());
    const { serverId } = button.action.kind === "do" ? button.action.values : {};
    await confirmations.pressed(turn, token, doIt).finally(() => {
      if (serverId !== undefined) remembered.forget(serverId);
    });
  }

  return {
    handle: async (incoming) => {
      try {
        await handle({ ...incoming, name: keepable(incoming) });
      } catch (error) {
        // The channel itself failed, or the store did before anybody could be told: said in the log and counted.
        const fault = Fault.of(error);
        deps.metrics.count("chat_unanswered", { code: fault.code });
        if (fault.code === "INTERNAL") deps.log.error("chat.failed", { error: fault.cause ?? fault });
        else deps.log.warn("chat.unanswered", { code: fault.code, error: fault.message });
        await lastWord(incoming, fault);
      }
    },
    gaveUp: (incoming) => tellGivenUp(deps, incoming, names),
  };

  /** The store is away: the person is told so even though nothing about them can be looked up. */
  async function lastWord(incoming: Incoming, fault: Fault): Promise<void> {
    if (fault.code !== "STORE_UNAVAILABLE") return;
    // Anybody may write to a bot: who is nobody, as far as can be known now, is told as often as a person is answered.
    if (persons.take(`away:${incoming.account.channel}:${incoming.account.externalId}`) > 0) return;
    const t = translator(languageFor(null, incoming.languageCode));
    const words = t("fault-store-unavailable");
    const port = deps.port(incoming.chat.channel);
    const said =
      incoming.did.kind === "pressed"
        ? port.answerPress(incoming.chat, incoming.did.pressId, { text: words, alert: true })
        : port.send(incoming.chat, { blocks: [text(words)], buttons: [] }).then(() => undefined);
    await said.catch((error: unknown) => deps.log.warn("chat.unanswered", { error: String(error) }));
  }
}

/** The person's name as the store takes it: a name that can not be kept must not keep its bearer from being answered. */
function keepable(incoming: Incoming): string {
  const name = cut(incoming.name.toWellFormed().replaceAll("\0", ""), NAME_MAX).trim();
  return name === "" ? incoming.account.externalId : name;
}

/** The first `most` UTF-16 units, less half a character at the end. */
function cut(text: string, most: number): string {
  return text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
}

/** Does what a button stands for. Each way decides the right again. */
async function act(
  turn: Turn,
  action: ButtonAction,
  questions: ReadonlyMap<string, ServerCommand>,
  run: (turn: Turn, command: ChatCommand, typed: Typed) => Promise<void>,
): Promise<unknown> {
  if (action.kind === "ask") {
    const question = questions.get(action.command);
    if (question === undefined) return turn.notice(turn.t("button-unknown"), true);
    return pressedReading(turn, question, action.serverId, action.ask);
  }
  if (action.kind === "do") {
    const deed = deeds.get(action.what);
    if (deed === undefined) return turn.notice(turn.t("button-unknown"), true);
    const { serverId } = action.values;
    const decision = serverId === undefined ? undefined : authorize(turn.actor, "server.read", { serverId });
    if (decision?.allowed === false) return turn.notice(turn.t("refused-unseen"), true);
    if (!deedsThatAnswer.has(action.what)) await turn.notice("");
    return deed(turn, action.values);
  }
  await turn.notice("");
  const typed: Typed = { command: action.command, words: action.args, rest: action.args.join(" ") };
  const own = chatCommands.get(action.command);
  if (own !== undefined) return run(turn, own, typed);
  const question = questions.get(action.command);
  if (question !== undefined) return typedQuestion(turn, question, typed);
  await turn.notice(turn.t("button-unknown"), true);
}
