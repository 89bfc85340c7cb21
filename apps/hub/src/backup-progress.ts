/** What a person sees of something that takes long: nothing in the first second, then how far it is. */
import type { Writable } from "node:stream";
import type { Clock } from "./core/ports/process.ts";

/** Ms. */
const QUIET = 1_000;
/** Between two updates of the line on a terminal, and between two lines elsewhere, ms. */
const AGAIN = { terminal: 200, elsewhere: 10_000 };

export interface Progress {
  /** A line of its own: something else has begun. */
  tell(text: string): void;
  rows(count: number): void;
  /** Takes the line away, so that what comes next stands alone. */
  clear(): void;
}

export function showProgress(
  to: Writable & { isTTY?: boolean },
  clock: Pick<Clock, "monotonic">,
  what: string,
): Progress {
  const every = to.isTTY ? AGAIN.terminal : AGAIN.elsewhere;
  let next: number | undefined;
  let shown = false;
  const clear = (): void => {
    if (shown) to.write("\r\u001b[K");
    shown = false;
  };
  return {
    tell(text) {
      clear();
      to.write(`· ${text}\n`);
    },
    rows(count) {
      const now = clock.monotonic();
      next ??= now + QUIET;
      if (now < next) return;
      next = now + every;
      const text = `· ${what}: ${count.toLocaleString("en")} rows`;
      if (to.isTTY) {
        to.write(`\r\u001b[K${text}`);
        shown = true;
      } else to.write(`${text}\n`);
    },
    clear,
  };
}
