/** Containers through the agent as a process: its own policy, once only whatever happens, and work that goes on. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Answer, FaultBody } from "@servereye/contract";
import { startDocker, type TestDocker } from "../../../test/engines/docker.ts";
import { needs } from "../../../test/engines.ts";
import { type Caller, faultOf, HubDouble } from "./link/hub-double.fixture.ts";

describe("containers through the agent's process", needs("docker", "busybox"), () => {
  const folder = mkdtempSync(join(tmpdir(), "agent-containers-"));
  const bundle = join(folder, "agent.mjs");
  const running = new Set<ChildProcess>();
  let hub: HubDouble;
  let docker: TestDocker;

  before(async () => {
    execFileSync(process.execPath, [fileURLToPath(new URL("../build.mjs", import.meta.url)), bundle]);
    [hub, docker] = await Promise.all([HubDouble.start(), startDocker()]);
  });
  after(async () => {
    await Promise.all([hub?.stop(), docker?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => Promise.all([...running].map(kill)));

  const kill = async (child: ChildProcess): Promise<void> => {
    running.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };

  /** Runs, has dialled and is let in. */
  async function agent(
    data: string,
    env: Record<string, string> = {},
  ): Promise<{ child: ChildProcess; caller: Caller }> {
    const args = [bundle, "--hub", hub.url, "--hub-key", hub.hubKey, "--data", join(folder, data)];
    const child = spawn(process.execPath, args, {
      stdio: "ignore",
      env: { PATH: process.env.PATH, SERVEREYE_AGENT_DOCKER_HOST: docker.address, ...env },
    });
    running.add(child);
    return { child, caller: await hub.accept() };
  }

  const asked = (caller: Caller, type: string, payload: unknown) =>
    hub.ask(caller, type, { payload, expires: Date.now() + 120_000 });
  const put = async (caller: Caller, type: string, payload: unknown): Promise<Answer> =>
    hub.put(caller, await asked(caller, type, payload));
  const answerOf = async (
    caller: Caller,
    type: string,
    payload: unknown,
  ): Promise<Record<string, unknown>> => {
    const answer = await put(caller, type, payload);
    assert.equal(answer.type, "answer", JSON.stringify(answer.payload));
    return answer.payload as Record<string, unknown>;
  };

  /** Takes no notice of being told to end, for as long as it is given. */
  async function deaf(name: string, StopTimeout: number): Promise<string> {
    const Cmd = ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"];
    const id = await docker.run({ name, StopTimeout, Cmd });
    while (!(await docker.ask("GET", `/containers/${id}/logs?stdout=true`)).text.includes("deaf"));
    return id;
  }
  /** How often the engine has told it to end, until now. */
  async function told(id: string): Promise<number> {
    const filters = encodeURIComponent(JSON.stringify({ event: ["kill"], container: [id] }));
    const until = Math.floor(Date.now() / 1_000) + 1;
    const { text } = await docker.ask("GET", `/events?since=0&until=${until}&filters=${filters}`);
    return text.split("\n").filter((line) => line.includes('"signal":"15"')).length;
  }

  test("what its policy does not list is refused with the line to write, also when none was written", async () => {
    const id = await docker.run({ name: "web" });
    const { caller } = await agent("policy");
    const { code, values } = faultOf(await put(caller, "remove_container", { id, name: "web" }));
    assert.equal(code, "POLICY_REFUSED");
    assert.equal(
      values.line,
      "SERVEREYE_AGENT_ALLOW=containers.start,containers.stop,containers.restart,containers.logs,containers.remove",
    );
    assert.deepEqual([values.where, values.file], ["file", join(folder, "policy/agent.env")]);
    const { caller: none } = await agent("none", { SERVEREYE_AGENT_ALLOW: "none" });
    const refusal = faultOf(await put(none, "stop_container", { id, name: "web" }));
    assert.deepEqual(
      [refusal.code, refusal.values.line],
      ["POLICY_REFUSED", "SERVEREYE_AGENT_ALLOW=containers.stop"],
    );
    assert.equal((await docker.inspect(id)).State.Running, true);
  });

  test("the same question a hundred times at once is acted on once", async () => {
    const id = await deaf("hundred", 1);
    const { caller } = await agent("hundred");
    const message = await asked(caller, "stop_container", { id, name: "hundred", seen: "running" });
    for (let n = 0; n < 100; n++) caller.send({ t: "ask", message });
    const answers: Answer[] = [];
    while (answers.length < 100) answers.push((await caller.frame("answer")).message);
    const well = answers.filter(({ type }) => type === "answer");
    assert.deepEqual(
      well.map(({ payload }) => (payload as { state: string }).state),
      ["exited"],
    );
    const codes = new Set(
      answers.flatMap(({ type, payload }) => (type === "fault" ? (payload as FaultBody).code : [])),
    );
    assert.deepEqual([...codes], ["COMMAND_REPLAYED"]);
    assert.equal(await told(id), 1);
  });

  test("killed in the middle, it does not do it again after its start, and knows nothing of the work it had begun", async () => {
    const id = await deaf("middle", 60);
    const first = await agent("middle");
    const message = await asked(first.caller, "stop_container", { id, name: "middle", seen: "running" });
    const job = crypto.randomUUID();
    first.caller.send({ t: "ask", message });
    while ((await told(id)) === 0);
    const members = [{ id, name: "middle", seen: "running" }];
    const work = await answerOf(first.caller, "stop_project", { job, project: "none", containers: members });
    assert.equal(work.id, job);
    await kill(first.child);
    const second = await agent("middle");
    assert.equal(faultOf(await hub.put(second.caller, message)).code, "COMMAND_REPLAYED");
    assert.equal(faultOf(await put(second.caller, "job", { job })).code, "JOB_UNKNOWN");
    assert.equal(await told(id), 1);
    await docker.remove(id);
  });

  test("a project is stopped by a job that is begun once and asked for until it is over", async () => {
    const labels = { "com.docker.compose.project": "shop", "com.docker.compose.service": "db" };
    const id = await docker.run({ name: "shop-db", StopTimeout: 1, Labels: labels });
    const { caller } = await agent("job");
    const ask = {
      job: crypto.randomUUID(),
      project: "shop",
      containers: [{ id, name: "shop-db", seen: "running" }],
    };
    const begun = await answerOf(caller, "stop_project", ask);
    assert.deepEqual([begun.state, begun.kind], ["running", "stop_project"]);
    // The same job, asked for by another message.
    assert.equal((await answerOf(caller, "stop_project", ask)).id, ask.job);
    let now = begun;
    while (now.state === "running") now = await answerOf(caller, "job", { job: ask.job });
    assert.deepEqual(
      [now.state, now.steps, now.result],
      ["done", [{ what: "shop-db", state: "done" }], { done: 1, failed: 0, skipped: 0, broken: [] }],
    );
    assert.equal(await told(id), 1);
  });
});
