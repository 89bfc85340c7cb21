/** The whole client swept with every call of the API and every hostile name: what arrives is of the list, as it is meant. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Engine, type EngineCall, ROUTES, type Route, type RouteName } from "@servereye/commands/agent";
import { Fault } from "@servereye/contract";
import { startDocker } from "../../../../../test/engines/docker.ts";
import { needs } from "../../../../../test/engines.ts";
import { DOCUMENTED, HOSTILE } from "./api.fixture.ts";
import { engineAt } from "./engine.ts";
import { Wire } from "./wire.ts";

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
const deadlineMs = 60_000;
const ID = "0123456789ab";

/** What the list's routes look like on the wire, written down here by hand once more: none but these may arrive. */
const ARRIVING = [
  /^GET \/version$/,
  /^GET \/v1\.\d\d\/(version|info|events|system\/df|containers\/json|images\/json|networks)(\?|$)/,
  /^POST \/v1\.\d\d\/(containers\/(create|prune)|images\/(create|prune)|networks\/prune)(\?|$)/,
  /^GET \/v1\.\d\d\/containers\/[0-9a-f]{12,64}\/(json|stats|top|logs)(\?|$)/,
  /^POST \/v1\.\d\d\/containers\/[0-9a-f]{12,64}\/(start|stop|restart|pause|unpause|rename)(\?|$)/,
  /^DELETE \/v1\.\d\d\/containers\/[0-9a-f]{12,64}(\?|$)/,
  /^(GET \/v1\.\d\d\/images\/[\w.%-]+\/json|DELETE \/v1\.\d\d\/images\/[\w.%-]+)(\?|$)/,
  /^(GET|DELETE) \/v1\.\d\d\/networks\/[\w.-]+$/,
  /^POST \/v1\.\d\d\/networks\/[\w.-]+\/connect$/,
  /^GET \/v1\.\d\d\/volumes\/[\w.-]+$/,
];

test("nothing but the list arrives at an engine that takes everything", async (t) => {
  const { engine, address, heard } = await recording(t);
  const { refused } = await sweep(engine);
  assert.ok(refused > 1_000, `${refused} refused`);
  assert.ok(heard.length > 100, `${heard.length} arrived`);
  for (const line of heard) {
    assert.ok(
      ARRIVING.some((form) => form.test(line)),
      line.slice(0, 200),
    );
    // Neither as it is nor in any encoding a way up, a second way, or the end of the line.
    assert.doesNotMatch(line.split("?")[0] ?? "", /\.\.|%2e|%5c|%25|%0|\\|#|\/\//i);
  }
  // Below the checks of names: whoever would reach the wire with another call, or a path of their own, is stopped.
  heard.length = 0;
  const wire = new Wire();
  const known = new Set(
    Object.values(ROUTES).map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/, "{}")}`),
  );
  for (const documented of DOCUMENTED.filter((one) => !known.has(one))) {
    const [method = "", path = ""] = documented.split(" ");
    for (const target of [
      path,
      `/v1.41${path}`,
      `/v1.41/containers/${ID}/../..${path}`,
      `/v1.41/containers/%2e%2e${path}`,
    ]) {
      const sent = wire.whole(
        { unix: address },
        { method, target: target.replaceAll("{}", ID) },
        { deadlineMs },
      );
      await assert.rejects(
        sent,
        (error: unknown) => error instanceof Fault && error.code === "INTERNAL",
        target,
      );
    }
  }
  assert.deepEqual(heard, []);
});

test(
  "a real engine sees the list's calls alone, and nothing happens to it",
  needs("docker", "busybox"),
  async (t) => {
    const docker = await startDocker({ flags: ["--debug"] });
    t.after(() => docker.stop());
    const id = await docker.run({ name: "web" });
    const before = await state();
    const seen = () => [
      ...readFileSync(join(docker.folder, "log"), "utf8").matchAll(/msg="Calling (\w+) ([^"]*)"/g),
    ];
    const from = seen().length;
    const engine = engineAt({ address: docker.address, log: QUIET });
    // Only what reads is called with good parts too; the rest would do what it says.
    await sweep(engine, { id, reads: true });
    const calls = seen().slice(from);
    assert.ok(calls.length > 30, `${calls.length} seen`);
    // The engine tells its version's part apart or not, by its own.
    for (const [, method, path = ""] of calls)
      assert.ok(
        ARRIVING.some((form) => form.test(`${method} ${path}`)),
        `${method} ${path}`,
      );
    assert.deepEqual(await state(), before);

    async function state(): Promise<unknown> {
      const { State, RestartCount } = await docker.inspect(id);
      const images = await docker.must<{ Id: string }[]>("GET", "/images/json");
      const networks = await docker.must<{ Name: string }[]>("GET", "/networks");
      const all = await docker.must<{ Id: string }[]>("GET", "/containers/json?all=1");
      return [
        State,
        RestartCount,
        images.map((one) => one.Id),
        networks.map((one) => one.Name).sort(),
        all.map((one) => one.Id),
      ];
    }
  },
);

/** Every route with every hostile part, name and value, and every documented call by its name. */
async function sweep(engine: Engine, only?: { id: string; reads: true }): Promise<{ refused: number }> {
  let refused = 0;
  const tried = async (call: EngineCall, must: "be refused" | "be sent or refused"): Promise<void> => {
    try {
      await engine.call({ ...call, deadlineMs });
      assert.equal(
        must,
        "be sent or refused",
        `${call.route} ${JSON.stringify(call.path ?? {}).slice(0, 200)}`,
      );
    } catch (error) {
      if (error instanceof Fault && error.code === "INVALID_COMMAND") refused++;
      // A real engine says no to much of what may be asked.
      else if (must === "be refused" || !(error instanceof Error) || error.name !== "EngineRefusal")
        throw error;
    }
  };
  for (const [name, { path, query, method }] of Object.entries(ROUTES) as [RouteName, Route][]) {
    const [, part] = /\{(\w+)\}/.exec(path) ?? [];
    const good: Record<string, string> =
      part === undefined ? {} : { [part]: part === "id" ? (only?.id ?? ID) : "web" };
    const call = { route: name, path: good, deadlineMs };
    for (const hostile of HOSTILE) {
      const image = part === "image" && /^[a-z0-9]+([/:.@-][a-zA-Z0-9]+)*$/.test(hostile);
      const fits =
        image || (/^(networks?|volume)$/.test(part ?? "") && /^[a-z0-9][\w.-]{0,127}$/i.test(hostile));
      if (part !== undefined && !(fits && only))
        await tried({ ...call, path: { [part]: hostile } }, fits ? "be sent or refused" : "be refused");
      if (hostile === "" || query.includes(hostile)) continue;
      await tried({ ...call, path: { ...good, [hostile]: "x" } }, "be refused");
      await tried({ ...call, query: { [hostile]: "1" } }, "be refused");
    }
    // What flows does not end by itself, and what acts would act.
    if (only && (method !== "GET" || name === "events")) continue;
    for (const key of query) {
      if (key === "follow" || key === "stream" || (only && key === "one-shot")) continue;
      const plain =
        name === "events"
          ? { until: 1 }
          : name === "container.stats"
            ? { stream: false, "one-shot": true }
            : {};
      const values = [...HOSTILE, { [HOSTILE.at(7) ?? ""]: HOSTILE }, Number.NaN, Number.POSITIVE_INFINITY];
      for (const value of only ? values.slice(0, 12) : values)
        await tried({ ...call, query: { ...plain, [key]: value } }, "be sent or refused");
    }
  }
  for (const documented of [...DOCUMENTED, "__proto__", "constructor", "toString", ""])
    await tried({ route: documented as RouteName, deadlineMs }, "be refused");
  return { refused };
}

/** An engine that answers everything with an empty object, and writes down what it was asked. */
async function recording(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "sweep-"));
  const heard: string[] = [];
  const address = join(folder, "s");
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.end('{"ApiVersion":"1.45"}');
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await new Promise<void>((resolve) => server.listen(address, resolve));
  return { engine: engineAt({ address: `unix://${address}`, log: QUIET }), address, heard };
}
