/** Lets others have their turn of the event loop in the middle of long work. */

/** Work goes on for so long at a time, ms: well under what anybody who waits would notice. */
const MOST_MS = 5;

/** Call it between pieces that take a millisecond at most; it waits for the next turn when it is time to. */
export function pacer(): () => Promise<void> | undefined {
  let until = performance.now() + MOST_MS;
  return () => {
    if (performance.now() < until) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        until = performance.now() + MOST_MS;
        resolve();
      });
    });
  };
}
