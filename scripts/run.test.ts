/** The one entry, tried in a copy of its own: set-up, builds, signals through real npm, exit codes. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

/** Stands for `npm ci`: notes that it was asked and puts this test's Node where the pinned one belongs. */
const stubNpm = `
const { appendFileSync, mkdirSync, rmSync, symlinkSync } = require("node:fs");
appendFileSync("asked", process.argv.slice(2).join(" ") + "\\n");
if (process.env.STUB_NPM_FAILS) { console.error("npm error code ENOTFOUND"); process.exit(1); }
rmSync("node_modules", { recursive: true, force: true });
mkdirSync("node_modules/node/bin", { recursive: true });
symlinkSync(process.env.STUB_NODE, "node_modules/node/bin/node");
`;

/** Stands for the hub: tells its pid, its arguments and every signal, and takes a moment to end. */
const stubHub = `
const say = (text: string) => process.stdout.write(text + "\\n");
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    say("heard " + signal);
    setTimeout(() => process.exit(0), 300);
  });
}
if (process.argv.includes("--fail")) process.exit(7);
say("ready " + process.pid + " " + process.argv.slice(2).join(" "));
setInterval(() => {}, 1_000);
`;

type Started = {
  child: ChildProcess;
  said: () => string;
  hears: (text: string) => Promise<string>;
  ended: Promise<number>;
};

function copy(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), "servereye-run-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  cpSync(import.meta.dirname, join(root, "scripts"), {
    recursive: true,
    filter: (path) => path === import.meta.dirname || path.endsWith(".mjs"),
  });
  cpSync(join(import.meta.dirname, "../apps/cli/bin"), join(root, "apps/cli/bin"), { recursive: true });
  write("npm-stub.js", stubNpm);
  write("apps/cli/src/main.ts", stubHub);
  write("package-lock.json", "{}");
  write(
    "package.json",
    JSON.stringify({
      type: "commonjs",
      scripts: { start: "exec node scripts/run.mjs up", plain: "node scripts/run.mjs up" },
    }),
  );
  write("apps/cli/package.json", JSON.stringify({ name: "cli", type: "module" }));

  const start = (program: string, args: string[], env: NodeJS.ProcessEnv = {}): Started => {
    const child = spawn(program, args, {
      cwd: root,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        HOME: root,
        STUB_NODE: process.execPath,
        npm_execpath: join(root, "npm-stub.js"),
        ...env,
      },
    });
    let text = "";
    const waiting = new Set<() => void>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (more: string) => {
        text += more;
        for (const look of waiting) look();
      });
    }
    const ended = once(child, "close").then(([code, signal]) =>
      typeof code === "number" ? code : Number(signal),
    );
    t.after(() => {
      for (const pid of processesOf(root)) process.kill(pid, "SIGKILL");
    });
    const hears = (wanted: string) =>
      new Promise<string>((resolve, reject) => {
        const look = () => (text.includes(wanted) ? resolve(text) : undefined);
        waiting.add(look);
        look();
        ended.then(() => reject(new Error(`ended without ${JSON.stringify(wanted)}: ${text}`)), reject);
      });
    return { child, said: () => text, hears, ended };
  };
  const run = (...args: string[]) => start(process.execPath, ["scripts/run.mjs", ...args]);
  const asked = () =>
    existsSync(join(root, "asked")) ? readFileSync(join(root, "asked"), "utf8").trim().split("\n") : [];
  return { root, write, start, run, asked };
}

/** The processes that work in the folder. */
function processesOf(root: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        return pid > 0 && pid !== process.pid && readlinkSync(`/proc/${pid}/cwd`).startsWith(root);
      } catch {
        // It has ended, or is not ours to see.
        return false;
      }
    });
}

async function hubOf(run: Started): Promise<number> {
  await run.hears("ready ");
  return Number(/ready (\d+)/.exec(run.said())?.[1]);
}

const count = (text: string, part: string) => text.split(part).length - 1;

test("the first run installs, the next does not, a changed lock file does, a changed description does not", async (t) => {
  const { root, write, run, asked } = copy(t);
  const first = run("up", "--fail");
  assert.equal(await first.ended, 7);
  assert.match(first.said(), /Installing the dependencies/);
  assert.equal(asked()[0], "ci --no-audit --no-fund --loglevel=error --include=dev --include=optional");
  await run("up", "--fail").ended;
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  write("package.json", JSON.stringify({ ...manifest, description: "another" }));
  await run("up", "--fail").ended;
  assert.equal(asked().length, 1);
  write("package-lock.json", "{ }");
  await run("up", "--fail").ended;
  assert.equal(asked().length, 2);
  write("apps/cli/package.json", JSON.stringify({ name: "cli", type: "module", dependencies: { pg: "1" } }));
  await run("up", "--fail").ended;
  assert.equal(asked().length, 3);
});

test("of two first runs one installs and the other waits; a dead one's claim holds nobody up", async (t) => {
  const { write, run, asked } = copy(t);
  write(".cache/setup.lock", "4194304");
  const codes = await Promise.all([run("up", "--fail").ended, run("up", "--fail").ended]);
  assert.deepEqual(codes, [7, 7]);
  assert.equal(asked().length, 1);
});

test("an install that fails shows what npm said, and is tried again", async (t) => {
  const { start, run, asked } = copy(t);
  const failed = start(process.execPath, ["scripts/run.mjs", "up"], { STUB_NPM_FAILS: "1" });
  assert.equal(await failed.ended, 1);
  assert.match(failed.said(), /npm error code ENOTFOUND[\s\S]*could not be installed.*Check the connection/);
  assert.equal(await run("up", "--fail").ended, 7);
  assert.equal(asked().length, 2);
});

for (const [how, tell] of [
  ["SIGTERM to npm", (npm: number) => process.kill(npm, "SIGTERM")],
  ["Ctrl-C, which is SIGINT to the whole group", (npm: number) => process.kill(-npm, "SIGINT")],
] as const) {
  test(`npm start and ${how}: told once, exit 0, no orphan`, async (t) => {
    const { root, run, start } = copy(t);
    await run("up", "--fail").ended;
    const npm = start("npm", ["start", "--", "--word"]);
    await hubOf(npm);
    tell(npm.child.pid ?? 0);
    assert.equal(await npm.ended, 0);
    assert.equal(count(npm.said(), "heard SIG"), 1, npm.said());
    assert.match(npm.said(), /ready \d+ up --word/);
    assert.deepEqual(processesOf(root), []);
  });
}

test("npm under which a shell stands between: its death ends all the same", async (t) => {
  const { root, run, start } = copy(t);
  await run("up", "--fail").ended;
  const npm = start("npm", ["run", "plain"]);
  await hubOf(npm);
  npm.child.kill("SIGTERM");
  await npm.ended;
  assert.equal(count(npm.said(), "heard SIGTERM"), 1, npm.said());
  while (processesOf(root).length > 0) await turn();
});

test("SIGHUP is handed on", async (t) => {
  const { run } = copy(t);
  const started = run("up");
  await hubOf(started);
  started.child.kill("SIGHUP");
  assert.equal(await started.ended, 0);
  assert.equal(count(started.said(), "heard SIGHUP"), 1);
});

test("when the runner is killed, what it started ends by itself, cleanly", async (t) => {
  const { root, run } = copy(t);
  const started = run("up");
  await hubOf(started);
  started.child.kill("SIGKILL");
  await started.ended;
  assert.equal(count(started.said(), "heard SIGTERM"), 1);
  while (processesOf(root).length > 0) await turn();
});

test("what is stale is built once, with its output shown when it fails", async (t) => {
  const { root, write, run } = copy(t);
  const builder = 'import { appendFileSync } from "node:fs"; appendFileSync("built", "x");';
  write("apps/web/build.mjs", builder);
  write("apps/web/src/page.ts", "1");
  const built = () => readFileSync(join(root, "built"), "utf8").length;
  await run("up", "--fail").ended;
  await run("up", "--fail").ended;
  assert.equal(built(), 1);
  write("apps/web/src/page.test.ts", "not a part of it");
  await run("up", "--fail").ended;
  assert.equal(built(), 1);
  write("apps/web/src/page.ts", "2");
  await run("up", "--fail").ended;
  assert.equal(built(), 2);
  write("apps/web/build.mjs", 'console.log("a comma is missing"); process.exit(3);');
  const broken = run("up");
  assert.equal(await broken.ended, 1);
  assert.match(broken.said(), /a comma is missing[\s\S]*Building the page failed/);
});

test("tests are chosen by words, and their failure is the exit code", async (t) => {
  const { write, run } = copy(t);
  const body = (assertion: string) => `import test from "node:test"; test("one", () => { ${assertion} });`;
  write("apps/cli/src/good.test.ts", body(""));
  write("test/bad.test.ts", body('throw new Error("as wanted")'));
  const good = run("test", "good");
  assert.equal(await good.ended, 0);
  assert.match(good.said(), /ℹ pass 1/);
  const all = run("test");
  assert.equal(await all.ended, 1);
  assert.match(all.said(), /ℹ pass 1[\s\S]*ℹ fail 1/);
  const none = run("test", "nowhere");
  assert.equal(await none.ended, 1);
  assert.match(none.said(), /No test file has nowhere in its path/);
});

test("a test file that hangs is ended, and what kept it alive is said", async (t) => {
  const { write, start } = copy(t);
  write(
    "apps/cli/src/hangs.test.ts",
    'import { createServer } from "node:http"; import test from "node:test"; test("one", { timeout: 50 }, () => new Promise(() => createServer().listen(0)));',
  );
  const hung = start(process.execPath, ["scripts/run.mjs", "test"], { TEST_FILE_MS: "500" });
  assert.equal(await hung.ended, 1);
  assert.match(hung.said(), /hangs\.test\.ts did not end within 0\.5 s; alive: .*TCPServerWrap/);
});

test("check runs every step and names those that fail", async (t) => {
  const { root, write, run } = copy(t);
  await run("up", "--fail").ended;
  write("biome.json", "{}");
  write("tsconfig.json", "{}");
  write("scripts/law.ts", 'console.log("the law is asked"); process.exit(1);');
  mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
  writeFileSync(join(root, "node_modules/.bin/biome"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  write("node_modules/.bin/tsc", "");
  const checked = run("check");
  assert.equal(await checked.ended, 1);
  assert.match(checked.said(), /✔ types[\s\S]*the law is asked/);
  assert.match(checked.said(), /Failed: lint and format, law of dependencies\n$/);
});

test("an unknown word, and the command line before an install, get one clear line", async (t) => {
  const { run, start } = copy(t);
  const early = start(process.execPath, ["apps/cli/bin/servereye.mjs", "chat"]);
  assert.equal(await early.ended, 1);
  assert.match(
    early.said(),
    /^ServerEye's dependencies are not installed yet\. Run "npm ci" in .* first\.\n$/,
  );
  const unknown = run("upp");
  assert.equal(await unknown.ended, 1);
  assert.match(unknown.said(), /^Say one of: up, demo, demo-cluster, bench, test, test:chaos, check\.\n$/);
  assert.equal(await run("up", "--fail").ended, 7);
  assert.equal(await start(process.execPath, ["apps/cli/bin/servereye.mjs", "--fail"]).ended, 7);
});
