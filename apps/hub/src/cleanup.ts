/** Things to undo, last in first out, each within a deadline. */

export interface Cleanup {
  add(name: string, undo: () => Promise<void> | void, deadlineMs?: number): void;
  /** Undoes all, whatever fails on the way; gives what failed. Safe to call twice. */
  run(): Promise<Array<{ name: string; error: unknown }>>;
}

const DEADLINE_MS = 600;

export function createCleanup(): Cleanup {
  const steps: Array<{ name: string; undo: () => Promise<void> | void; deadlineMs: number }> = [];
  let running: Promise<Array<{ name: string; error: unknown }>> | undefined;

  const undoAll = async () => {
    const failed: Array<{ name: string; error: unknown }> = [];
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      const { name, undo, deadlineMs } = step;
      let timer: NodeJS.Timeout | undefined;
      try {
        await Promise.race([
          undo(),
          new Promise((_resolve, reject) => {
            timer = setTimeout(() => reject(new Error(`took longer than ${deadlineMs} ms`)), deadlineMs);
          }),
        ]);
      } catch (error) {
        failed.push({ name, error });
      } finally {
        clearTimeout(timer);
      }
    }
    return failed;
  };

  return {
    add: (name, undo, deadlineMs = DEADLINE_MS) => steps.push({ name, undo, deadlineMs }),
    run: () => {
      running ??= undoAll();
      return running;
    },
  };
}
