/** Becoming another of our programs: the same process id, signals and streams, so that nobody is in between. */
import { spawn } from "node:child_process";
import { constants } from "node:os";

/** Runs a script in place of this process, with more options for Node; where the system can not do that, beside it. */
export async function become(
  script: string,
  args: readonly string[],
  node: readonly string[] = [],
): Promise<number> {
  const all = [...process.execArgv, ...node, script, ...args];
  process.execve?.(process.execPath, [process.execPath, ...all], process.env);
  const child = spawn(process.execPath, all, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  return await new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code, signal) =>
      done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
