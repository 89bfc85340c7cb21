/** Things to undo, last in first out, each within a deadline, and all of them within two seconds. */

export interface Cleanup {
  /**
   * Steps draw on one time for all: what hangs leaves less to those after it, never so little that they are not
   * begun. `own`: a deadline apart from that, for what must have its time to end well.
   */
  add(name: string, undo: () => Promise<void> | void, deadline?: { mostMs?: number; own?: boolean }): void;
  /** Undoes all, whatever fails on the way; gives what failed. Safe to call twice. */
  run(): Promise<Array<{ name: string; error: unknown }>>;
}

const DEADLINE_MS = 600;
/** Time for all steps but those with their own, ms. */
const SHARED_MS = 850;
/** What each step has at least, ms: enough for what does not hang. */
const LEAST_MS = 20;

export function createCleanup(sharedMs: number = SHARED_MS): Cleanup {
  const steps: Array<{
    name: string;
    undo: () => Promise<void> | void;
    mostMs: number;
    own: boolean;
  }> = [];
  let running: Promise<Array<{ name: string; error: unknown }>> | undefined;

  const undoAll = async () => {
    const failed: Array<{ name: string; error: unknown }> = [];
    let left = sharedMs;
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      const { name, undo, mostMs, own } = step;
      const deadlineMs = own ? mostMs : Math.max(LEAST_MS, Math.min(mostMs, left));
      const began = performance.now();
      let timer: NodeJS.Timeout | undefined;
      try {
        await Promise.race([
          undo(),
          new Promise((_resolve, reject) => {
            timer = setTimeout(
              () => reject(new Error(`took longer than ${Math.round(deadlineMs)} ms`)),
              deadlineMs,
            );
          }),
        ]);
      } catch (error) {
        failed.push({ name, error });
      } finally {
        clearTimeout(timer);
        if (!own) left -= performance.now() - began;
      }
    }
    return failed;
  };

  return {
    add: (name, undo, { mostMs = DEADLINE_MS, own = false } = {}) => steps.push({ name, undo, mostMs, own }),
    run: () => {
      running ??= undoAll();
      return running;
    },
  };
}
