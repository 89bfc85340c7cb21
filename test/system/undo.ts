/** What a test started, ended in reverse, whatever fails on the way. */

export interface Undo {
  add(undo: () => Promise<unknown> | unknown): void;
  /** Ends all. Rejects with the failures after everything was tried. Safe to call twice. */
  run(): Promise<void>;
}

export function createUndo(): Undo {
  const steps: Array<() => Promise<unknown> | unknown> = [];
  return {
    add: (undo) => steps.push(undo),
    async run() {
      const failures: unknown[] = [];
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
        try {
          await step();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, "not everything could be ended");
    },
  };
}
