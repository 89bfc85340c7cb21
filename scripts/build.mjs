/** What is built before a run, the page and the agent's one file, each only when its sources have changed. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { during } from "./progress.mjs";
import { pinnedNode, root } from "./root.mjs";
import { SetupFault } from "./setup.mjs";
import { inTurn } from "./turns.mjs";

const shared = ["packages", "package-lock.json"];

const builds = [
  { what: "the page", script: "apps/web/build.mjs", dist: "apps/web/dist", from: ["apps/web", ...shared] },
  {
    what: "the agent",
    script: "apps/agent/build.mjs",
    dist: "apps/agent/dist",
    from: ["apps/agent", ...shared],
  },
];

/** Builds what is stale. Costs a few milliseconds when nothing is. */
export async function ensureBuilt() {
  if (stale().length === 0) return;
  await inTurn(
    join(root, ".cache", "build.lock"),
    () => process.stderr.write("Another run is building; waiting for it ...\n"),
    async () => {
      const wanted = stale();
      if (wanted.length === 0) return;
      await during(`Building ${wanted.map(({ build }) => build.what).join(" and ")}`, () =>
        Promise.all(wanted.map(run)),
      );
    },
  );
}

function stale() {
  return builds
    .filter((build) => existsSync(join(root, build.script)))
    .map((build) => ({ build, stamp: sourcesOf(build), file: join(root, build.dist, ".built-from") }))
    .filter(({ stamp, file }) => !existsSync(file) || readFileSync(file, "utf8") !== stamp);
}

async function run({ build, stamp, file }) {
  const child = spawn(pinnedNode, [build.script], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  child.stdout.on("data", (text) => said.push(text));
  child.stderr.on("data", (text) => said.push(text));
  const how = await new Promise((resolve) => {
    child
      .once("error", (error) => resolve(error.message))
      .once("close", (code, signal) => resolve(code ?? signal));
  });
  if (how !== 0) {
    process.stderr.write(`\n${Buffer.concat(said)}`);
    throw new SetupFault(
      `Building ${build.what} failed (${build.script} ended with ${how}; what it said is above).`,
    );
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stamp);
}

function sourcesOf(build) {
  const hash = createHash("sha256");
  for (const from of build.from) addTo(hash, join(root, from));
  return hash.digest("hex");
}

function addTo(hash, path) {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error.code === "ENOTDIR") hash.update(readFileSync(path));
    else if (error.code !== "ENOENT") throw error;
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (["dist", "node_modules"].includes(entry.name) || /\.test\.tsx?$|^\./.test(entry.name)) continue;
    hash.update(`${entry.name}\n`);
    const inside = join(path, entry.name);
    if (entry.isDirectory()) addTo(hash, inside);
    else if (entry.isFile()) hash.update(readFileSync(inside));
  }
}
