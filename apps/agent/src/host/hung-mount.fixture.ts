/** A mount that never answers, for tests: a real FUSE filesystem whose server is silent. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface HungMount {
  path: string;
  /** Takes the mount away; what hangs on it ends with an error. */
  free(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("hung-mount.fixture.py", import.meta.url));

/** The mount, or why this machine can not have one. */
export async function hungMount(): Promise<HungMount | string> {
  const path = await mkdtemp(join(tmpdir(), "hung-"));
  const child = spawn("python3", [SCRIPT, path], { stdio: ["pipe", "pipe", "pipe"] });
  const refusal = await mounted(child);
  if (refusal !== undefined) {
    await rmdir(path);
    return refusal;
  }
  return {
    path,
    free: async () => {
      const gone = once(child, "close");
      child.stdin?.end();
      await gone;
      await rmdir(path);
    },
  };
}

function mounted(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = "";
    child.stderr?.on("data", (data) => {
      said += String(data);
    });
    child.stdout?.once("data", () => resolve(undefined));
    child.once("error", (error) => resolve(error.message));
    child.once("close", () => resolve(said.trim() || "the mount helper ended"));
  });
}
