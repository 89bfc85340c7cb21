/** Loaded before each test file: ends a file that hangs, and says what kept it alive, so that a run always ends. */
import { isMainThread } from "node:worker_threads";

/** Ms. The slowest file takes a minute or two, also on a busy machine. */
const MOST = Number(process.env.TEST_FILE_MS ?? 300_000);

// The runner itself and the programs that tests start load this too; a test file's process alone has a context.
if (isMainThread && process.env.NODE_TEST_CONTEXT?.startsWith("child")) {
  const end = () => {
    const alive = process.getActiveResourcesInfo().filter((name) => name !== "Timeout");
    process.stderr.write(
      `${process.argv[1]} did not end within ${MOST / 1000} s; alive: ${alive.join(", ") || "timers"}\n`,
    );
    process.exit(1);
  };
  setTimeout(end, MOST).unref();
}
