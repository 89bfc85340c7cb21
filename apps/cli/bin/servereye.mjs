#!/usr/bin/env node
/** `servereye`: hands over to the command line proper, on the Node that the project is made for. */
import { existsSync } from "node:fs";
import { runPinned } from "../../../scripts/pinned.mjs";
import { pinnedNode, root } from "../../../scripts/root.mjs";

if (existsSync(pinnedNode)) {
  process.exitCode = await runPinned("apps/cli/src/main.ts", process.argv.slice(2));
} else {
  process.stderr.write(`ServerEye's dependencies are not installed yet. Run "npm ci" in ${root} first.\n`);
  process.exitCode = 1;
}
