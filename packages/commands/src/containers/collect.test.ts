/** containers at the agent: against a real dockerd in every state there is, and with an engine that answers oddly. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type ContainerSpec, startDocker, type TestDocker } from "../../../../test/engines/docker.ts";
import { needs } from "../../../../test/engines.ts";
import { EngineRefusal } from "../docker/engine.ts";
import { hostWith, plainEngine } from "../docker/plain-engine.test-code.ts";
import { fakeHost } from "../kernel/fake-host.ts";
import { containersCollector } from "./collect.ts";
import { type Container, containers } from "./contract.ts";

const MIB = 1_024 ** 2;
const LONG = `long-${"n".repeat(123)}`;

describe("containers of a real engine", needs("docker", "busybox"), () => {
  let docker: TestDocker;
  const calls: string[] = [];
  const ids = new Map<string, string>();
  before(async () => {
    docker = await startDocker();
    const make = async (name: string, spec: ContainerSpec, started = true) => {
      ids.set(name, await (started ? docker.run : docker.create)({ name, ...spec }));
    };
    const sh = (script: string) => ["sh", "-c", script];
    const check = (script: string) => ({
      Test: ["CMD-SHELL", script],
      Interval: 5e7,
      Timeout: 1e9,
      Retries: 1,
    });
    await make("made", {}, false);
    await make("busy", {
      Cmd: sh("while :; do :; done"),
      HostConfig: { Memory: 64 * MIB },
      ExposedPorts: { "80/tcp": {}, "53/udp": {} },
      Labels: {
        "com.docker.compose.project": "shop",
        "com.docker.compose.service": "web",
        "com.docker.compose.depends_on": "db:service_healthy:false,cache:service_started:true",
        "servereye.protect": "true",
      },
    });
    await make(LONG, { StopTimeout: 77 });
    await make("paused", {});
    await make("failed", { Cmd: sh("exit 3") });
    await make("eater", { Cmd: ["tail", "/dev/zero"], HostConfig: { Memory: 16 * MIB } });
    await make("loop", { Cmd: ["false"], HostConfig: { RestartPolicy: { Name: "always" } } });
    await make("well", { Healthcheck: check("true") });
    await make("ill", { Healthcheck: check("echo no; false") });
    await make("early", { Healthcheck: { ...check("true"), Interval: 36e11 } });
    await make("nowhere", { Cmd: ["/no/such/program"] }, false);
    await docker.ask("POST", "/containers/nowhere/start");
    await docker.must("POST", "/containers/paused/pause");
    const is = (name: string, so: Parameters<TestDocker["until"]>[1]) =>
      docker.until(ids.get(name) ?? "", so);
    await is("failed", ({ State }) => State.Status === "exited");
    await is("eater", ({ State }) => State.Status === "exited");
    await is("loop", ({ RestartCount }) => RestartCount >= 2);
    await is("well", ({ State }) => State.Health?.Status === "healthy");
    await is("ill", ({ State }) => State.Health?.Status === "unhealthy");
  });
  after(async () => {
    // What is frozen can not end.
    await docker?.ask("POST", "/containers/paused/unpause");
    await docker?.stop();
  });

  const list = async (ask: object = {}, host = hostWith(plainEngine(docker, calls), { protect: ["well"] })) =>
    containers.answer.parse(await containersCollector.collect(containers.ask.parse(ask), host));

  test("are told in every state, with what only an inspection knows", async () => {
    const answer = await list();
    assert.equal(answer.left, 0);
    const told = Object.fromEntries(answer.containers.map((one) => [one.name, one]));
    assert.deepEqual(Object.keys(told).sort(), [...ids.keys()].sort());
    const brief = ({ state, exitCode, health, oomKilled }: Partial<Container> = {}) =>
      [state, exitCode, health, oomKilled].filter((one) => one !== undefined);
    assert.deepEqual(brief(told.made), ["created"]);
    assert.deepEqual(brief(told.busy), ["running"]);
    assert.deepEqual(brief(told.paused), ["paused"]);
    assert.deepEqual(brief(told.failed), ["exited", 3]);
    assert.deepEqual(brief(told.eater), ["exited", 137, true]);
    assert.deepEqual(brief(told.nowhere), ["created", 127]);
    assert.deepEqual(brief(told.well), ["running", "healthy"]);
    assert.deepEqual(brief(told.ill), ["running", "unhealthy"]);
    assert.deepEqual(brief(told.early), ["running", "starting"]);
    assert.ok((told.loop?.restarts ?? 0) >= 2);
    assert.match(told.loop?.state ?? "", /^(restarting|running|exited)$/);
    assert.deepEqual(
      [told[LONG]?.stopSeconds, told.well?.protected, told.ill?.protected],
      [77, true, undefined],
    );
    const { busy } = told;
    assert.ok(busy !== undefined);
    const { cpu = 0, memory = 0, age = -1 } = busy;
    assert.ok(cpu > 1 && memory > 0 && memory < 64 * MIB && age >= 0, JSON.stringify({ cpu, memory, age }));
    assert.deepEqual([busy.memoryLimit, busy.project, busy.service], [64 * MIB, "shop", "web"]);
    assert.deepEqual([busy.protected, busy.dependsOn, busy.restarts], [true, ["db", "cache"], 0]);
  });

  test("are told by the engine's figures where their groups are not to be seen", async () => {
    const host = hostWith(plainEngine(docker));
    const peekText = (path: string) => (/^\/proc\/\d+\/cgroup$/.test(path) ? undefined : host.peekText(path));
    const { containers: told } = await list({ beginning: "BUSY" }, { ...host, peekText });
    const [busy, ...others] = told;
    assert.deepEqual([busy?.name, others], ["busy", []]);
    assert.ok((busy?.cpu ?? 0) > 1 && (busy?.memory ?? 0) > 0, JSON.stringify(busy));
  });

  test("are told one alone, and as briefly as the list has them", async () => {
    const id = ids.get("well") ?? "";
    assert.deepEqual(
      (await list({ container: id })).containers.map(({ name }) => name),
      ["well"],
    );
    assert.deepEqual(
      (await list({ container: id.slice(0, 12) })).containers.map(({ name }) => name),
      ["well"],
    );
    assert.deepEqual(await list({ container: "f".repeat(64) }), { containers: [], left: 0 });
    calls.length = 0;
    const brief = await list({ brief: true });
    assert.deepEqual(calls, ["containers.list"]);
    const failed = brief.containers.find(({ name }) => name === "failed");
    assert.deepEqual([failed?.state, failed?.exitCode, brief.containers.length], ["exited", 3, ids.size]);
  });

  test("are looked into anew as soon as something began or ended", async () => {
    const host = hostWith(plainEngine(docker, calls));
    const failed = async () => (await list({ beginning: "failed" }, host)).containers[0];
    const before = await failed();
    await docker.start(ids.get("failed") ?? "");
    await docker.until(ids.get("failed") ?? "", ({ State }) => State.Status === "exited");
    const now = await failed();
    assert.ok(now !== undefined && before !== undefined && (now.age ?? 0) <= (before.age ?? 0));
    calls.length = 0;
    await docker.remove(ids.get("failed") ?? "");
    assert.equal(await failed(), undefined);
  });
});

describe("containers of an engine that answers oddly", () => {
  const ID = "a".repeat(64);
  const at = (lists: object[], inspect: () => Promise<{ status: number; body: unknown }>) => {
    const asked: string[] = [];
    const host = fakeHost({ now: Date.UTC(2025, 0, 15, 12) });
    const call = async ({ route }: { route: string }) => {
      asked.push(route);
      return route === "containers.list" ? { status: 200, body: lists } : inspect();
    };
    const never = () => Promise.reject(new Error("not asked"));
    const engine = { call, stream: never, read: never };
    return { asked, host: Object.assign(host, { docker: { ...host.docker, engine } }) };
  };
  const one = { Id: ID, Names: ["/web"], Image: "nginx", State: "exited", Status: "Exited (2) 3 hours ago" };
  const ask = async (host: Parameters<typeof containersCollector.collect>[1]) =>
    containers.answer.parse(await containersCollector.collect({}, host));

  test("are told by the list's words where an inspection fails, and counted where they have no name", async () => {
    const { host } = at([one, { ...one, Id: "../x" }, { Id: ID, Names: ["/-x"] }], () =>
      Promise.reject(new EngineRefusal(500, "driver failed")),
    );
    const { containers: told, left } = await ask(host);
    assert.equal(left, 2);
    assert.deepEqual(told, [
      { id: ID, name: "web", image: "nginx", state: "exited", age: 10_800, exitCode: 2, ports: [] },
    ]);
  });

  test("are inspected once for as long as the list proves them unchanged", async () => {
    const State = { Status: "exited", ExitCode: 2, FinishedAt: "2025-01-15T09:00:00.123456789Z" };
    const body = { Id: ID, State, Config: {}, HostConfig: {} };
    const { host, asked } = at([one], async () => ({ status: 200, body }));
    const looks = async () => {
      asked.length = 0;
      await ask(host);
      return asked.filter((route) => route === "container.inspect").length;
    };
    assert.deepEqual([await looks(), await looks()], [1, 0]);
    one.Status = "Exited (2) 4 seconds ago";
    assert.deepEqual([await looks(), await looks()], [1, 1]);
    one.Status = "Exited (2) About a minute ago";
    assert.equal(await looks(), 0);
    host.turn(60_000);
    assert.equal(await looks(), 1);
  });

  test("of many those of one project are told, and whoever of it has no name that can be told is counted", async () => {
    const lists = Array.from({ length: 700 }, (_, n) => ({
      ...one,
      ...{ Id: n.toString(16).padStart(64, "0"), Names: [n < 2 ? "/ж" : `/c-${n}`], State: "running" },
      Labels: { "com.docker.compose.project": n % 70 === 1 ? "shop" : "others" },
    }));
    const { host } = at(lists, () => Promise.reject(new EngineRefusal(500, "busy")));
    const { containers: told, left } = containers.answer.parse(
      await containersCollector.collect({ project: "shop", brief: true }, host),
    );
    assert.deepEqual([told.length, left], [9, 1]);
    assert.ok(told.every(({ project }) => project === "shop"));
  });

  test("many fit a frame, what runs first, and the others are counted", async () => {
    const lists = Array.from({ length: 700 }, (_, at) => ({
      ...one,
      ...{ Id: at.toString(16).padStart(64, "0"), Names: [`/${"n".repeat(120)}-${at}`] },
      State: at < 600 ? "exited" : "running",
      Ports: Array.from({ length: 300 }, (_, port) => ({
        PrivatePort: port + 1,
        PublicPort: port + 1,
        Type: "tcp",
        IP: "::",
      })),
      Labels: {
        "com.docker.compose.depends_on": Array.from({ length: 90 }, (_, n) => `${"д".repeat(120)}${n}`).join(
          ",",
        ),
      },
    }));
    const { host } = at(lists, () => Promise.reject(new EngineRefusal(500, "busy")));
    const answer = await ask(host);
    assert.ok(Buffer.byteLength(JSON.stringify(answer)) < 800_000);
    assert.equal(answer.containers.length + answer.left, 700);
    assert.ok(answer.containers.slice(0, 100).every(({ state }) => state === "running"));
  });
});
