/** The actions on a real dockerd: what they do, what keeps them from it, and what is told when the engine goes. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Fault } from "@servereye/contract";
import { engineAt } from "../../../../apps/agent/src/host/docker/engine.ts";
import { startDocker, type TestDocker } from "../../../../test/engines/docker.ts";
import { needs } from "../../../../test/engines.ts";
import type { DockerPolicy, Engine } from "../docker/engine.ts";
import { absentDocker } from "../kernel/fake-host.ts";
import { realHost } from "../kernel/real-host.ts";
import { actOn } from "./act.ts";
import { actionDeadlineMs, type ContainerVerb, containerActions } from "./contract.ts";

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

test("the wait for an action follows the container's own time to stop, and ends before a message does", () => {
  assert.equal(actionDeadlineMs("start", { stopSeconds: 120 }), 30_000);
  assert.equal(actionDeadlineMs("stop", {}), 30_000);
  assert.equal(actionDeadlineMs("stop", { stopSeconds: 0 }), 30_000);
  assert.equal(actionDeadlineMs("restart", { stopSeconds: 120 }), 140_000);
  assert.equal(actionDeadlineMs("stop", { stopSeconds: 3_600 }), 590_000);
  assert.equal(actionDeadlineMs("stop", { stopSeconds: Number.POSITIVE_INFINITY }), 590_000);
});

describe("on a real engine", needs("docker", "busybox"), () => {
  let docker: TestDocker;
  let engine: Engine;
  before(async () => {
    docker = await startDocker({ live: true });
    engine = engineAt({ address: docker.address, log: quiet });
  });
  after(() => docker.stop());

  const machine = (policy: Partial<DockerPolicy> = {}) => ({
    ...absentDocker(),
    engine,
    policy: { allow: [], bindRoots: [], protect: [], ...policy },
  });
  /** Ends as soon as it is told to, and with the code it is told. */
  const obedient = (name: string, code = 0) =>
    docker.run({
      name,
      Cmd: ["sh", "-c", `trap 'exit ${code}' TERM; echo up; while :; do sleep 0.05; done`],
    });
  /** As the hub would read it; the code, and what a hub may believe of it. */
  const faultOf = async (going: Promise<unknown>): Promise<{ code: string; values: Fault["values"] }> => {
    const { code, values } = await going.then(
      () => new Fault("INTERNAL", "it was done"),
      (error: unknown) => Fault.of(error),
    );
    return { code, values };
  };
  const act = async (
    verb: ContainerVerb,
    ask: { id: string; name: string; seen?: "running" | "exited" | "paused" },
    of = machine(),
  ) =>
    containerActions[verb].answer.parse(
      await actOn({ ...realHost(), docker: of }, verb, containerActions[verb].ask.parse(ask)),
    );

  test("one container through all of them: the state told is the engine's afterwards", async () => {
    const id = await obedient("web", 7);
    await docker.until(id, ({ State }) => State.Running);
    const told: (string | undefined)[] = [];
    const step = async (verb: ContainerVerb, seen?: "running" | "exited" | "paused") => {
      const {
        state,
        said,
        id: whole,
      } = await act(verb, { id: id.slice(0, 12), name: "web", ...(seen ? { seen } : {}) });
      assert.equal(whole, id);
      told.push(`${verb}: ${state ?? "gone"}${said}`);
    };
    await step("pause", "running");
    await step("unpause", "paused");
    const { StartedAt } = (await docker.inspect(id)).State;
    await step("restart", "running");
    assert.notEqual((await docker.inspect(id)).State.StartedAt, StartedAt);
    await step("start");
    await step("stop", "running");
    const { ExitCode } = (await docker.inspect(id)).State;
    // It may be told to end before it has set its trap.
    assert.ok([7, 143, 137].includes(ExitCode), String(ExitCode));
    await step("stop");
    await step("start", "exited");
    await step("stop", "running");
    await step("remove", "exited");
    assert.deepEqual(told, [
      "pause: paused",
      "unpause: running",
      "restart: running",
      "start: runningIt was so already.",
      "stop: exited",
      "stop: exitedIt was so already.",
      "start: running",
      "stop: exited",
      "remove: gone",
    ]);
    assert.equal((await docker.ask("GET", `/containers/${id}/json`)).status, 404);
  });

  test("one that does not listen is killed after its own time, and no sooner", async () => {
    const id = await docker.run({
      name: "deaf",
      StopTimeout: 2,
      Cmd: ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"],
    });
    await docker.until(id, ({ State }) => State.Running);
    // Deaf from its first word on.
    while (!(await docker.ask("GET", `/containers/${id}/logs?stdout=true`)).text.includes("deaf"));
    const began = performance.now();
    assert.equal((await act("stop", { id, name: "deaf" })).state, "exited");
    assert.ok(performance.now() - began > 1_900);
    assert.equal((await docker.inspect(id)).State.ExitCode, 137);
  });

  test("other than it was seen, renamed, gone, another's name: nothing is done", async () => {
    const id = await docker.run({ name: "seen" });
    assert.deepEqual(await faultOf(act("restart", { id, name: "seen", seen: "exited" })), {
      code: "CONTAINER_CHANGED",
      values: { name: "seen", was: "exited", is: "running" },
    });
    assert.deepEqual(await faultOf(act("stop", { id, name: "other", seen: "running" })), {
      code: "CONTAINER_CHANGED",
      values: { name: "other", was: "other", is: "seen" },
    });
    // A name that reads like the beginning of an id is no id.
    await docker.create({ name: "deadbeef0123" });
    assert.equal(
      (await faultOf(act("start", { id: "deadbeef0123", name: "deadbeef0123" }))).code,
      "CONTAINER_NOT_FOUND",
    );
    assert.equal((await docker.inspect(id)).State.Running, true);
    await docker.remove(id);
    assert.equal((await faultOf(act("stop", { id, name: "seen" }))).code, "CONTAINER_NOT_FOUND");
  });

  test("a protected one is neither stopped, paused nor removed, and may be restarted", async () => {
    const id = await docker.run({
      ...{ name: "vault", StopTimeout: 0 },
      Labels: { "servereye.protect": "true" },
    });
    for (const verb of ["stop", "pause", "remove"] as const)
      assert.deepEqual(await faultOf(act(verb, { id, name: "vault" })), {
        code: "CONTAINER_PROTECTED",
        values: { name: "vault", how: "label" },
      });
    const listed = await docker.run({ name: "listed", StopTimeout: 0 });
    const protect = machine({ protect: ["listed"] });
    assert.equal((await faultOf(act("stop", { id: listed, name: "listed" }, protect))).values.how, "list");
    assert.equal((await act("restart", { id, name: "vault" })).state, "running");
  });

  test("what the engine refuses is told in its own words, and a running one is not removed by force", async () => {
    const id = await docker.run({ name: "busy" });
    const { code, values } = await faultOf(act("remove", { id, name: "busy" }));
    assert.equal(code, "CONTAINER_ACTION_FAILED");
    assert.match(String(values.reason), /running container/);
    assert.equal((await docker.inspect(id)).State.Running, true);
    const broken = await docker.create({ name: "broken", Cmd: ["/no/such/program"] });
    assert.match(
      String((await faultOf(act("start", { id: broken, name: "broken" }))).values.reason),
      /no such file/,
    );
  });

  test("a hundred at once do it once: the others are refused while it goes on", async () => {
    const id = await docker.run({ name: "slow", StopTimeout: 1 });
    const of = machine();
    const all = Array.from({ length: 100 }, () => act("stop", { id, name: "slow", seen: "running" }, of));
    const ends = await Promise.allSettled(all);
    assert.equal(ends.filter(({ status }) => status === "fulfilled").length, 1);
    const codes = ends.flatMap((end) => (end.status === "rejected" ? [Fault.of(end.reason).code] : []));
    // One that is late enough to find it free finds it other than it was seen.
    assert.ok(
      codes.every((code) => code === "AGENT_BUSY" || code === "CONTAINER_CHANGED"),
      codes.join(" "),
    );
    assert.ok(codes.includes("AGENT_BUSY"));
    const { text } = await docker.ask("GET", `/events?since=0&until=${Math.floor(Date.now() / 1_000) + 1}`);
    const stops = text.split("\n").filter((line) => line.includes('"Action":"stop"') && line.includes(id));
    assert.equal(stops.length, 1);
  });

  // The last one: the engine is another process afterwards.
  test("the engine killed in the middle: not told as failed; and before anything began: told as not begun", async () => {
    const id = await docker.run({
      name: "long",
      StopTimeout: 60,
      Cmd: ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"],
    });
    while (!(await docker.ask("GET", `/containers/${id}/logs?stdout=true`)).text.includes("deaf"));
    const going = faultOf(act("stop", { id, name: "long", seen: "running" }));
    // It has begun when the engine has sent its signal, which it tells as an event.
    const filters = encodeURIComponent(JSON.stringify({ event: ["kill"], container: [id] }));
    for (let until = Math.floor(Date.now() / 1_000) + 1; ; until++) {
      const { text } = await docker.ask("GET", `/events?since=0&until=${until}&filters=${filters}`);
      if (text.includes('"kill"')) break;
    }
    await docker.kill();
    const { code, values } = await going;
    assert.equal(code, "DOCKER_UNAVAILABLE");
    assert.notEqual(values.begun, "no");
    assert.equal((await faultOf(act("stop", { id, name: "long" }))).values.begun, "no");
    await docker.again();
    assert.equal((await docker.inspect(id)).State.Running, true);
  });
});
