/** The one entry: `node scripts/run.mjs up|demo|demo-cluster|test|test:chaos|bench|check`. Sets up what is missing, then runs on the pinned Node. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureBuilt } from "./build.mjs";
import { check } from "./check.mjs";
import { handOver } from "./handover.mjs";
import { runPinned } from "./pinned.mjs";
import { pinnedNode, root } from "./root.mjs";
import { ensureInstalled, SetupFault } from "./setup.mjs";

const targets = {
  up: async (args) => await program("apps/cli/src/main.ts", ["up", ...args]),
  demo: async (args) => await program("test/demo.ts", args),
  "demo-cluster": async (args) => await program("test/demo-cluster/main.ts", args),
  bench: async (args) => await program("bench/main.ts", args),
  test: async (args) => await tests(args),
  "test:chaos": async (args) => await program("test/chaos/main.ts", args),
  check: async () => await check(),
};

async function program(script, args) {
  await ensureBuilt();
  if (!existsSync(join(root, script))) throw new SetupFault(`${script} is not in this copy of ServerEye.`);
  return await runPinned(script, args);
}

/** Words choose the files whose path holds one of them; what begins with a dash goes to Node. */
async function tests(args) {
  const words = args.filter((arg) => !arg.startsWith("-"));
  const options = args.filter((arg) => arg.startsWith("-"));
  const all = ["packages", "apps", "scripts", "bench", "test"].flatMap((folder) => testsIn(folder));
  const files = all.filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  if (files.length === 0) throw new SetupFault(`No test file has ${words.join(" or ")} in its path.`);
  await ensureBuilt();
  const ceiling = pathToFileURL(join(root, "scripts", "ceiling.mjs")).href;
  const runner = [
    `--import=${ceiling}`,
    "--test",
    "--test-reporter=spec",
    "--test-concurrency=2",
    "--test-timeout=300000",
  ];
  return await handOver(pinnedNode, [...runner, ...options, ...files], { cwd: root, whole: true });
}

function testsIn(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ["node_modules", "dist"].includes(entry.name) ? [] : testsIn(path);
    return entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

const [name = "", ...args] = process.argv.slice(2);
const target = Object.hasOwn(targets, name) ? targets[name] : undefined;
try {
  if (target === undefined) throw new SetupFault(`Say one of: ${Object.keys(targets).join(", ")}.`);
  await ensureInstalled();
  process.exitCode = await target(args);
} catch (error) {
  process.stderr.write(`${error instanceof SetupFault ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
