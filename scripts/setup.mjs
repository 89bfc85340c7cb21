/** Dependencies: installed when they are missing or are not those that the lock file names. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { during } from "./progress.mjs";
import { pinnedNode, root } from "./root.mjs";
import { inTurn } from "./turns.mjs";

const stampFile = join(root, "node_modules", ".servereye-installed");

/** What of a `package.json` decides what is installed; an edited description installs nothing anew. */
const deciding = [
  "name",
  "version",
  "workspaces",
  "bin",
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
  "overrides",
  "allowScripts",
];

/** A failure that has been explained to the person already. */
export class SetupFault extends Error {}

/** Makes sure that the dependencies are those of the lock file. Costs a few milliseconds when they are. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await inTurn(
    join(root, ".cache", "setup.lock"),
    () => process.stderr.write("Another run is installing the dependencies; waiting for it ...\n"),
    async () => {
      if (isInstalled()) return;
      const first = !existsSync(stampFile);
      await during(
        first ? "Installing the dependencies (about a minute, once)" : "Updating the dependencies",
        install,
      );
      if (!existsSync(pinnedNode)) {
        throw new SetupFault(
          "Node 24 comes by an install script of the npm package `node`, which did not run. " +
            "Run: npm ci --include=dev --ignore-scripts=false",
        );
      }
      markInstalled();
    },
  );
}

/** Writes down that what is installed now is what the lock file names. */
export function markInstalled() {
  writeFileSync(stampFile, stamp());
}

function isInstalled() {
  return existsSync(pinnedNode) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp();
}

function stamp() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  hash.update(readFileSync(join(root, "package-lock.json")));
  for (const file of manifests()) {
    const manifest = JSON.parse(readFileSync(file, "utf8"));
    hash.update(JSON.stringify(deciding.map((name) => manifest[name] ?? null)));
  }
  return hash.digest("hex");
}

function manifests() {
  const workspaces = ["packages", "apps"].flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder))
          .sort()
          .map((name) => join(root, folder, name, "package.json"))
      : [],
  );
  return [join(root, "package.json"), ...workspaces.filter((file) => existsSync(file))];
}

async function install() {
  // Run by npm, use that very npm; else the one on the path. The tools are development dependencies and Node is one of
  // them, so they are wanted under NODE_ENV=production too.
  const npm = process.env.npm_execpath?.endsWith("js")
    ? [process.execPath, process.env.npm_execpath]
    : ["npm"];
  const [program, ...before] = npm;
  const args = [
    ...before,
    "ci",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--include=dev",
    "--include=optional",
  ];
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const stop = (signal) => child.kill(signal);
  process.on("SIGTERM", stop).on("SIGINT", stop).on("SIGHUP", stop);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      said = (said + text).slice(-20_000);
    });
  }
  const how = await new Promise((resolve) => {
    child
      .once("error", (error) => resolve(error.message))
      .once("close", (code, signal) => resolve(code ?? signal));
  });
  process.off("SIGTERM", stop).off("SIGINT", stop).off("SIGHUP", stop);
  if (how === 0) return;
  process.stderr.write(said);
  throw new SetupFault(
    how === "spawn npm ENOENT"
      ? "npm is not here. Install Node 20.19 or newer together with npm 11."
      : `The dependencies could not be installed (npm ended with ${how}; what it said is above). Check the connection and run the same again.`,
  );
}
