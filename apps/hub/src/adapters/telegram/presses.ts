/** Answers to presses: one each, at once, and none left without, so that no phone shows a press spinning. */
import { Fault } from "@servereye/contract";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";
import type { BotApi } from "./api.ts";
import { cleanText } from "./clean.ts";
import { means } from "./failure.ts";
import type { Outbound } from "./outbound.ts";

/** After this long (ms) a press is answered with nothing to say, whatever its handler is still doing. */
const patience = 5_000;
/** An answer later than this (ms) helps nobody: Telegram forgets the press, and the phone stops waiting. */
const deadline = 10_000;
/** Characters that Telegram takes in a notice. */
const longestNotice = 200;

export interface Notice {
  text: string;
  alert: boolean;
}

export interface Presses {
  /** A press came in; from now on it waits for its answer. */
  arrived(pressId: string): void;
  /** Answers, beside all order. Only the first answer of a press counts, as with Telegram. Rejects with a Fault. */
  answer(pressId: string, notice?: Notice): Promise<void>;
  /** Its handler came to its end: an answer that is still missing is given now. */
  handled(pressId: string): void;
  /** It is another's to handle, or to be taken up again: nothing is answered. */
  left(pressId: string): void;
}

export interface PressesOptions {
  api: BotApi;
  outbound: Outbound;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export function createPresses({ api, outbound, clock, log, metrics }: PressesOptions): Presses {
  const open = new Map<string, { answered: boolean; cancel: () => void }>();

  async function answer(pressId: string, notice?: Notice): Promise<void> {
    const press = open.get(pressId);
    if (press?.answered) {
      if (notice) log.debug("telegram.notice-too-late");
      return;
    }
    if (press) {
      press.answered = true;
      press.cancel();
    }
    const words = notice === undefined ? {} : { text: short(notice.text), show_alert: notice.alert };
    const payload = { callback_query_id: pressId, ...words };
    try {
      await outbound.aside(
        (call) => call(() => api.perform((raw, signal) => raw.answerCallbackQuery(payload, signal))),
        deadline,
      );
    } catch (error) {
      // The phone has long stopped waiting (the hub was down when it was pressed): there is nobody to tell.
      if (!means(error, "pressTooOld")) throw Fault.of(error);
      metrics.count("telegram_presses_too_old");
    }
  }

  function answerIfOpen(pressId: string): void {
    if (open.get(pressId)?.answered !== false) return;
    answer(pressId).catch((error: unknown) => {
      // It had nothing to say: all that is lost is that the phone stops waiting by itself, a little later.
      log.debug("telegram.press-unanswered", { reason: Fault.of(error).message });
    });
  }

  return {
    arrived(pressId) {
      if (open.has(pressId)) return;
      open.set(pressId, { answered: false, cancel: clock.after(patience, () => answerIfOpen(pressId)) });
    },
    answer,
    handled(pressId) {
      answerIfOpen(pressId);
      open.delete(pressId);
    },
    left(pressId) {
      open.get(pressId)?.cancel();
      open.delete(pressId);
    },
  };
}

function short(text: string): string {
  const characters = [...cleanText(text)];
  if (characters.length <= longestNotice) return characters.join("");
  return `${characters.slice(0, longestNotice - 1).join("")}…`;
}
