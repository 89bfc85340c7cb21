/** What is thrown away in time: buttons and update ids that can mean nothing any more, and an audit log grown old. */
import type { Clock, Log } from "./core/ports/process.ts";
import type { Store } from "./core/ports/store.ts";

const EVERY_MS = 3_600_000;
/** Kept past their expiry for a day, so that a late press is told "expired" rather than "unknown". */
const BUTTON_GRACE_MS = 24 * 3_600_000;
/** Telegram gives an update again for at most 24 h. */
const INBOX_KEPT_MS = 48 * 3_600_000;

const DAY_MS = 24 * 3_600_000;
/** An agent's events are taken for a week; what is told after this is told as a new one. */
const EPISODES_KEPT_MS = 90 * DAY_MS;

/** Sweeps in a minute and each hour; the returned function ends it. `auditDays`: the audit log's; 0: for ever. */
export function startSweeping(
  store: Pick<Store, "buttons" | "inbox" | "audit" | "wizards" | "episodes">,
  clock: Clock,
  log: Log,
  options: { auditDays: number; also: () => void },
): () => void {
  const { auditDays } = options;
  let cancel = (): void => undefined;
  let ended = false;
  const sweep = async (): Promise<void> => {
    try {
      options.also();
      const buttons = await store.buttons.sweep(clock.now() - BUTTON_GRACE_MS);
      await store.inbox.sweep(clock.now() - INBOX_KEPT_MS);
      await store.episodes.sweep(clock.now() - EPISODES_KEPT_MS);
      await store.wizards.sweep(clock.now());
      const audit = auditDays === 0 ? 0 : await store.audit.trim(clock.now() - auditDays * DAY_MS);
      log.debug("store.swept", { buttons, audit });
    } catch (error) {
      // Tried again in an hour; nothing depends on it meanwhile.
      log.warn("store.sweep_failed", { error: String(error) });
    }
    // Ended while it swept: a timer of an hour would keep the process.
    if (!ended) cancel = clock.after(EVERY_MS, () => void sweep());
  };
  cancel = clock.after(EVERY_MS / 60, () => void sweep());
  return () => {
    ended = true;
    cancel();
  };
}
