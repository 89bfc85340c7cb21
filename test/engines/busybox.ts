/** A file tree that fits in an image: Debian's busybox-static under all of its names, as a tar. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engine } from "../engines.ts";

let made: Uint8Array | undefined;

/** About 2 MB, made once a process. */
export function busyboxTree(): Uint8Array {
  made ??= make();
  return made;
}

function make(): Uint8Array {
  const program = engine("busybox");
  if (program === undefined) throw new Error("there is no busybox here");
  const folder = mkdtempSync(join(tmpdir(), "busybox-"));
  try {
    for (const name of ["bin", "etc", "tmp", "var", "data"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n");
    writeFileSync(join(folder, "etc/group"), "root:x:0:\nweb:x:1000:\n");
    copyFileSync(program, join(folder, "bin/busybox"));
    const names = execFileSync(program, ["--list"], { encoding: "utf8", timeout: 10_000 }).split("\n");
    for (const name of names)
      if (name && name !== "busybox") symlinkSync("busybox", join(folder, "bin", name));
    return execFileSync("tar", ["-C", folder, "--owner=0", "--group=0", "-c", "."], {
      maxBuffer: 32 * 1024 * 1024,
      timeout: 30_000,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
