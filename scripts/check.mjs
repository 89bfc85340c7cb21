/** The checks that need no running: lint, types, and the law of dependencies. All are run; the end tells which failed. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { handOver } from "./handover.mjs";
import { pinnedNode, root } from "./root.mjs";

const bin = (name) => join(root, "node_modules", ".bin", name);

const steps = [
  {
    name: "lint and format",
    program: bin("biome"),
    args: ["ci", `--colors=${process.stdout.isTTY ? "force" : "off"}`, "."],
    of: "biome.json",
  },
  { name: "types", script: bin("tsc"), args: ["-p", "tsconfig.json", "--noEmit"], of: "tsconfig.json" },
  {
    name: "types of the page",
    script: bin("tsc"),
    args: ["-p", "apps/web", "--noEmit"],
    of: "apps/web/tsconfig.json",
  },
  { name: "law of dependencies", script: "scripts/law.ts", args: [], of: "scripts/law.ts" },
];

/** Runs every step and gives the exit code: 0 when all hold. */
export async function check() {
  const failed = [];
  for (const { name, program, script, args, of } of steps) {
    if (!existsSync(join(root, of))) continue;
    process.stdout.write(`── ${name}\n`);
    const began = performance.now();
    // The pinned Node runs the tools that are scripts, whatever Node is on the path.
    const code = await handOver(program ?? pinnedNode, script ? [script, ...args] : args, {
      cwd: root,
      whole: true,
    });
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    process.stdout.write(`${code === 0 ? "✔" : "✖"} ${name} (${seconds} s)\n`);
    if (code > 128) return code;
    if (code !== 0) failed.push(name);
  }
  process.stdout.write(failed.length === 0 ? "All checks hold.\n" : `Failed: ${failed.join(", ")}\n`);
  return failed.length === 0 ? 0 : 1;
}
