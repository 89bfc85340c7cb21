/** Histories for the checker's tests, told as they happen. */
import { type FAULT_CODES, Fault } from "@servereye/contract";
import { translator } from "../../apps/hub/src/core/chat/translate.ts";
import { type Disturbance, type History, type Operation, runWord, type Said } from "./history.ts";
import { faultWords, meaningOf } from "./words.ts";

export const ALLOWED = { recoveryMs: 10_000, sharedMs: 200 };
export const SECOND = 1_000;
export const AWAY = translator("en")("store-away");

export const answerText = (server: string, run: number, by = server) =>
  `🌡 Temperature · ${server}\nHottest: 20.0 °C · ${runWord(by, run)}\nUpdated 12:00:00`;
export const faultText = (code: (typeof FAULT_CODES)[number], server = "alpha") =>
  faultWords(new Fault(code, "", { values: { seconds: 5 } }), { server, command: "temp" });

/** A chat of one person, told as it happens: each line is a second after the one before. */
export function story(person = 11) {
  const history: History = { operations: [], said: [], runs: [], disturbances: [] };
  let now = 1_000_000;
  let number = 0;
  let run = 0;
  const say = (text: string, chat = person): Said => {
    now += SECOND;
    const said = { chat, at: now, text, meaning: meaningOf(text) };
    history.said.push(said);
    return said;
  };
  const write = (kind: Operation["kind"], of: string): Operation => {
    now += SECOND;
    const operation = { kind, person, number: ++number, of, invokedAt: now };
    history.operations.push(operation);
    return operation;
  };
  const ran = (server: string, ask: string = crypto.randomUUID()): number => {
    now += SECOND;
    history.runs.push({ server, run: ++run, ask, at: now });
    return run;
  };
  return {
    history,
    say,
    ran,
    now: () => now,
    pass: (ms: number) => {
      now += ms;
    },
    mark: () => write("mark", `q${person}-${number + 1}`),
    ask: (server: string) => write("ask", server),
    markSaid: (operation: Operation) => say(`You have no server “${operation.of}”.`),
    answered: (server: string) => say(answerText(server, ran(server))),
    broke: (target: Disturbance["target"], what: string): Disturbance => {
      now += SECOND;
      const one: Disturbance = { target, what, at: now, until: undefined };
      history.disturbances.push(one);
      return one;
    },
    mended(one: Disturbance) {
      now += SECOND;
      one.until = now;
    },
  };
}

/** Mark, ask, mark, each ended. */
export function sound() {
  const one = story();
  const first = one.mark();
  one.ask("alpha");
  const last = one.mark();
  one.markSaid(first);
  one.say("⏳ Asking alpha for temp…");
  one.answered("alpha");
  one.markSaid(last);
  return { ...one, first, last };
}
