/** The real `servereye up`, its hub and its agent as processes: ready, asked, killed in every order, and nobody left. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { needs } from "../../../../test/engines.ts";

const main = join(import.meta.dirname, "../main.ts");
const folder = mkdtempSync(join(tmpdir(), "servereye-up-"));
const env = {
  PATH: process.env.PATH,
  HOME: folder,
  SERVEREYE_DATA_DIR: join(folder, "data"),
  SERVEREYE_HTTP_PORT: "0",
};
after(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  child: ChildProcess;
  said(): string;
  ended: Promise<number | null>;
}

function run(args: readonly string[], input?: string): Run {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (said += String(piece)));
  child.stdin.end(input);
  return { child, said: () => said, ended: new Promise((done) => child.once("close", (code) => done(code))) };
}

async function until<T>(what: string, look: () => T | undefined | false, ms = 20_000): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Processes that work in this test's folder, by the words of their command lines. */
async function ours(): Promise<Array<{ pid: number; line: string }>> {
  const ps = spawn("ps", ["-eo", "pid=,ppid=,args="], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  for await (const piece of ps.stdout) text += String(piece);
  return text
    .split("\n")
    .filter((line) => line.includes(folder))
    .map((line) => ({ pid: Number.parseInt(line, 10), line }));
}

const hubPid = (): number =>
  (JSON.parse(readFileSync(join(folder, "data/run/hub.json"), "utf8")) as { pid: number }).pid;
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    // Gone, with or without its entry.
    return false;
  }
};
const agentPid = async (): Promise<number> => {
  const found = (await ours()).find(({ line }) => line.includes("--with-parent"));
  assert.ok(found, "an agent runs");
  return found.pid;
};
const ready = async (up: Run): Promise<void> => {
  await until("ready", () => {
    if (up.child.exitCode !== null) throw new Error(`up ended early: ${up.said()}`);
    return up.said().includes("Ctrl-C stops everything");
  });
};
const nobodyLeft = async (): Promise<void> => {
  let left = await ours();
  const end = performance.now() + 5_000;
  while (left.length > 0 && performance.now() < end) {
    await new Promise((done) => setTimeout(done, 50));
    left = await ours();
  }
  assert.deepEqual(left, []);
};

test("up, a question from a pipe, and a clean stop within 2 s", needs("procfs"), async () => {
  const up = run(["up"]);
  await ready(up);
  const chat = run(["chat"], "/memory\n");
  assert.equal(await chat.ended, 0);
  assert.match(chat.said(), /Memory · .*\n(.*\n)*.*Available +[\d.]+ [GM]iB\n(.*\n)*\[1\] /);
  const login = run(["login"]);
  assert.equal(await login.ended, 0);
  assert.match(login.said(), /^http:\/\/127\.0\.0\.1:\d+\/#login=\S+\n$/);
  const doctor = run(["doctor"]);
  assert.equal(await doctor.ended, 0, doctor.said());
  assert.match(doctor.said(), /✓ Agents connected: 1/);

  const second = run(["up"]);
  assert.equal(await second.ended, 1);
  assert.equal(second.said().trim().split("\n").length, 1, second.said());

  const began = performance.now();
  up.child.kill("SIGTERM");
  assert.equal(await up.ended, 0, up.said());
  assert.ok(performance.now() - began < 2_000);
  await nobodyLeft();
  const lost = run(["chat"], "/memory\n");
  assert.equal(await lost.ended, 1);
  assert.match(lost.said(), /does not run here/);
});

test("an agent that dies is started again", needs("procfs"), async () => {
  const up = run(["up"]);
  await ready(up);
  const first = await agentPid();
  process.kill(first, "SIGKILL");
  await until("told", () => up.said().includes("started again in 1 s"));
  await until(
    "another agent",
    () => readFileSync(join(folder, "data/logs/agent.log"), "utf8").split("link.connected").length > 3,
  );
  assert.notEqual(await agentPid(), first);
  up.child.kill("SIGINT");
  assert.equal(await up.ended, 0);
  await nobodyLeft();
});

test("a hub that dies is started again, and its agent finds it", needs("procfs"), async () => {
  const up = run(["up"]);
  await ready(up);
  const first = hubPid();
  process.kill(first, "SIGKILL");
  await until("ready again", () => up.said().split("Ctrl-C stops everything").length === 3);
  assert.match(up.said(), /The hub ended unexpectedly \(SIGKILL\); started again in 1 s/);
  assert.notEqual(hubPid(), first);
  const answered = async () => {
    const chat = run(["chat"], "/memory\n");
    return (await chat.ended) === 0 && /Available/.test(chat.said());
  };
  while (!(await answered())) assert.equal(up.child.exitCode, null, up.said());
  up.child.kill("SIGTERM");
  assert.equal(await up.ended, 0, up.said());
  await nobodyLeft();
});

test("a stop while a dead hub waits for its next start ends all of it", needs("procfs"), async () => {
  const up = run(["up"]);
  await ready(up);
  const agent = await agentPid();
  process.kill(hubPid(), "SIGKILL");
  await until("told", () => up.said().includes("started again in"));
  up.child.kill("SIGTERM");
  assert.equal(await up.ended, 0, up.said());
  assert.equal(alive(agent), false);
  const next = run(["up"]);
  await ready(next);
  next.child.kill("SIGTERM");
  assert.equal(await next.ended, 0);
  await nobodyLeft();
});

test("up itself killed: hub and agent end by themselves", needs("procfs"), async () => {
  const up = run(["up"]);
  await ready(up);
  const [hub, agent] = [hubPid(), await agentPid()];
  up.child.kill("SIGKILL");
  await up.ended;
  await until("both are gone", () => !alive(hub) && !alive(agent), 5_000);
  await nobodyLeft();
});
