/** The client on a real dockerd, and on servers that behave as none should. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { EngineRefusal } from "@servereye/commands/agent";
import { startDocker, type TestDocker } from "../../../../../test/engines/docker.ts";
import { needs } from "../../../../../test/engines.ts";
import { asNobody, away, connections, fake, leftBehind, QUIET, serving } from "./engine.fixture.ts";
import { engineAt } from "./engine.ts";

/** Long: a machine under load answers too. */
const deadlineMs = 30_000;
const ID = "0123456789ab";

describe("a real dockerd", needs("docker", "busybox"), () => {
  let docker: TestDocker;
  before(async () => {
    docker = await startDocker();
  });
  after(() => docker?.stop());

  test("is found, asked, acted on, and says no in its own words", async () => {
    const engine = engineAt({ address: undefined, log: QUIET, places: ["/none", docker.socket] });
    const { body } = await engine.call({ route: "version", deadlineMs });
    assert.equal(
      Object(body).ApiVersion,
      (await docker.must<{ ApiVersion: string }>("GET", "/version")).ApiVersion,
    );
    const id = await docker.create({ name: "web" });
    assert.deepEqual(await engine.call({ route: "container.start", path: { id }, deadlineMs }), {
      status: 204,
      body: undefined,
    });
    assert.equal((await engine.call({ route: "container.start", path: { id }, deadlineMs })).status, 304);
    const listed = await engine.call({
      route: "containers.list",
      query: { all: true, filters: { name: ["web"], label: ["a=é \"' &?#%\\"] } },
      deadlineMs,
    });
    assert.deepEqual(listed.body, []);
    const image = await engine.call({ route: "image.inspect", path: { image: "busybox:1" }, deadlineMs });
    assert.match(Object(image.body).Id, /^sha256:/);
    await assert.rejects(
      engine.call({ route: "container.inspect", path: { id: ID }, deadlineMs }),
      (error: unknown) =>
        error instanceof EngineRefusal && error.status === 404 && /No such container/i.test(error.said),
    );
    await docker.remove(id);
  });

  test("its events flow until one leaves", async () => {
    const engine = engineAt({ address: docker.address, log: QUIET });
    const events = await engine.stream({
      route: "events",
      query: { filters: { type: ["container"] } },
      deadlineMs,
    });
    const id = await docker.create();
    let told = "";
    for await (const piece of events) {
      told += new TextDecoder().decode(piece);
      if (told.includes('"create"')) break;
    }
    assert.match(told, new RegExp(id));
    await assert.rejects(
      engine.stream({ route: "container.logs", path: { id: ID }, query: { stdout: true }, deadlineMs }),
      {
        status: 404,
      },
    );
  });

  test("held it is silent, killed it is lost, and started again it answers", async () => {
    const engine = engineAt({ address: docker.address, log: QUIET });
    await engine.call({ route: "info", deadlineMs });
    docker.hold();
    await away(engine.call({ route: "containers.list", deadlineMs: 50 }), "silent");
    docker.letGo();
    const events = await engine.stream({ route: "events", deadlineMs });
    await docker.kill();
    await away(
      (async () => {
        for await (const _ of events) {
          // Whatever is still told before it ends.
        }
      })(),
      "lost",
    );
    await away(engine.call({ route: "info", deadlineMs }), "absent");
    await docker.again();
    assert.equal((await engine.call({ route: "info", deadlineMs })).status, 200);
  });
});

test("a socket that is not for the agent's user is denied", needs("root"), async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "denied-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  // As the installer's agent finds it: the folder is everybody's, the socket root's.
  chmodSync(folder, 0o755);
  const path = join(folder, "docker.sock");
  await serving(t, { path }, (_, response) => response.end("{}"));
  chmodSync(path, 0o600);
  const engine = engineAt({ address: undefined, log: QUIET, places: [path] });
  const fault = away(
    asNobody(() => engine.call({ route: "info", deadlineMs })),
    "denied",
  );
  assert.deepEqual((await fault).values, { address: `unix://${path}`, reason: "denied", user: "nobody" });
  // Let in, it is used, without a restart.
  chmodSync(path, 0o666);
  assert.equal((await asNobody(() => engine.call({ route: "info", deadlineMs }))).status, 200);
});

test("an engine that comes later is found, and a socket left behind is passed over", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "places-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const places = ["left", "first", "second"].map((name) => join(folder, name));
  const [left = "", first = "", second = ""] = places;
  mkdirSync(first);
  const engine = engineAt({ address: undefined, log: QUIET, places });
  const fault = await away(engine.call({ route: "info", deadlineMs }), "absent");
  assert.equal(fault.values.address, `unix://${left}`);
  leftBehind(left);
  await away(engine.call({ route: "info", deadlineMs }), "absent");
  await serving(t, { path: second }, (_, response) => response.end("{}"));
  assert.deepEqual((await engine.call({ route: "info", deadlineMs })).body, {});
});

test("what is no engine, or one of another age, is odd; a proxy's no is denied", async (t) => {
  for (const [status, body, reason] of [
    [200, "<html>", "odd"],
    [200, "[]", "odd"],
    [200, '{"ApiVersion":"1.24"}', "odd"],
    [200, '{"ApiVersion":"1.99","MinAPIVersion":"1.90"}', "odd"],
    [500, "", "odd"],
    [403, "<h1>Forbidden</h1>", "denied"],
  ] as const) {
    const { engine } = await fake(
      t,
      () => undefined,
      (_, response) => response.writeHead(status).end(body),
    );
    await away(engine.call({ route: "info", deadlineMs }), reason);
  }
  const noise = createSocket((socket) => socket.end("SSH-2.0-x\r\n"));
  t.after(() => noise.close());
  const folder = mkdtempSync(join(tmpdir(), "noise-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "s");
  await new Promise<void>((resolve) => noise.listen(path, resolve));
  await away(engineAt({ address: `unix://${path}`, log: QUIET }).call({ route: "info", deadlineMs }), "odd");
});

test("the newest version that both know is spoken, and agreed on again when the engine is another", async (t) => {
  let newest = 99;
  const { engine, heard } = await fake(
    t,
    (request, response) => {
      const spoken = Number(/^\/v1\.(\d+)/.exec(request.url ?? "")?.[1]);
      if (spoken > newest)
        response.writeHead(400).end(
          JSON.stringify({
            message: `client version 1.${spoken} is too new. Maximum supported API version is 1.${newest}`,
          }),
        );
      else response.end("{}");
    },
    (_, response) => response.end(JSON.stringify({ ApiVersion: `1.${newest}`, MinAPIVersion: "1.24" })),
  );
  await engine.call({ route: "info", deadlineMs });
  newest = 43;
  await engine.call({ route: "container.start", path: { id: ID }, deadlineMs });
  await engine.call({ route: "info", deadlineMs });
  assert.deepEqual(heard, [
    ...["GET /version", "GET /v1.45/info", `POST /v1.45/containers/${ID}/start`],
    ...["GET /version", `POST /v1.43/containers/${ID}/start`, "GET /v1.43/info"],
  ]);
});

test("a reply that is too large, cut short, or no JSON; a refusal without its secrets", async (t) => {
  const { engine } = await fake(t, (request, response) => {
    switch (new URL(request.url ?? "", "http://x").pathname.slice("/v1.45/".length)) {
      case "info":
        for (let sent = 0; sent < 17; sent++) response.write(" ".repeat(1024 * 1024));
        return response.end("{}");
      case "system/df":
        response.write('{"Images":');
        return response.socket?.destroy();
      case "containers/json":
        return response.end("not JSON");
      default:
        response.statusCode = 500;
        return response.end(JSON.stringify({ message: `no https://me:secret@host/\n${"x".repeat(1_000)}` }));
    }
  });
  await away(engine.call({ route: "info", deadlineMs }), "odd");
  await away(engine.call({ route: "disk.usage", deadlineMs }), "lost");
  await away(engine.call({ route: "containers.list", deadlineMs }), "odd");
  await assert.rejects(engine.call({ route: "images.list", deadlineMs }), (error: unknown) => {
    assert.ok(error instanceof EngineRefusal);
    assert.match(error.said, /^no https:\/\/host\/ x+ \.\.\.$/);
    return error.said.length === 300;
  });
});

test("an action is never sent twice, a reading that met a closed connection is", async (t) => {
  const used = new WeakSet<object>();
  const { engine, heard } = await fake(t, (request, response) => {
    if (request.method === "POST" || used.has(request.socket)) return request.socket.destroy();
    used.add(request.socket);
    return response.end("{}");
  });
  await engine.call({ route: "info", deadlineMs });
  await engine.call({ route: "images.list", deadlineMs });
  assert.deepEqual(heard.slice(1), ["GET /v1.45/info", "GET /v1.45/images/json", "GET /v1.45/images/json"]);
  heard.length = 0;
  await away(engine.call({ route: "container.restart", path: { id: ID }, deadlineMs }), "lost");
  assert.deepEqual(heard, [`POST /v1.45/containers/${ID}/restart`]);
});

test("a body is not read faster than it is taken, and leaving ends the connection", async (t) => {
  const piece = Buffer.alloc(64 * 1024);
  let written = 0;
  const { engine, server } = await fake(t, (_, response) => {
    const fill = () => {
      do written += piece.length;
      while (response.write(piece));
    };
    response.on("drain", fill);
    fill();
  });
  const body = await engine.stream({ route: "container.logs", path: { id: ID }, deadlineMs });
  let taken = 0;
  for await (const bytes of body) {
    taken += bytes.length;
    // So much at least has gone through; what is not taken stays with the sender but for the buffers in between.
    if (taken > 8 * 1024 * 1024) break;
  }
  assert.ok(written - taken < 4 * 1024 * 1024, `${written - taken} bytes on their way`);
  // The one on which it was asked who it is.
  await connections(server, 1);
});

test("silence within a flow, and the caller's own end of it", async (t) => {
  const { engine, server } = await fake(t, (_, response) => void response.write("one"));
  const quiet = await engine.stream({ route: "events", deadlineMs, quietMs: 300 });
  await away(
    (async () => {
      for await (const bytes of quiet) assert.equal(new TextDecoder().decode(bytes), "one");
    })(),
    "silent",
  );
  const end = new AbortController();
  const ended = await engine.stream({ route: "events", deadlineMs, signal: end.signal });
  const reason = new Error("enough");
  await assert.rejects(
    (async () => {
      for await (const _ of ended) end.abort(reason);
    })(),
    reason,
  );
  await assert.rejects(engine.call({ route: "info", deadlineMs, signal: end.signal }), reason);
  await connections(server, 1);
});

test("a long body is handed on piece by piece, none outlives its turn, and what is thrown ends the connection", async (t) => {
  const line = Buffer.alloc(1_000, "x");
  const { engine, server } = await fake(t, (request, response) => {
    if (request.url?.includes("since")) return void response.write(line);
    for (let n = 0; n < 2_000; n++) response.write(line);
    if (request.url?.includes("tail")) response.destroy();
    else response.end();
  });
  const call = { route: "container.logs", path: { id: ID }, deadlineMs } as const;
  let bytes = 0;
  const pieces: Uint8Array[] = [];
  await engine.read(call, (piece) => {
    assert.ok(piece.every((byte) => byte === 0x78));
    bytes += piece.length;
    pieces.push(piece);
  });
  assert.equal(bytes, 2_000 * line.length);
  const kept = pieces.reduce((sum, { length }) => sum + length, 0);
  assert.ok(kept < bytes / 10, `${kept} bytes of ${pieces.length} pieces are still there`);
  const enough = new Error("enough");
  let turns = 0;
  const leave = engine.read(call, () => {
    if (++turns === 3) throw enough;
  });
  await assert.rejects(leave, enough);
  assert.equal(turns, 3);
  const nothing = (): void => undefined;
  await away(engine.read({ ...call, query: { tail: 1 } }, nothing), "lost");
  await away(engine.read({ ...call, query: { since: 1 }, quietMs: 300 }, nothing), "silent");
  const end = new AbortController();
  const asked = { ...call, query: { since: 1 }, signal: end.signal };
  await assert.rejects(
    engine.read(asked, () => end.abort(enough)),
    enough,
  );
  await connections(server, 1);
});

test("a hundred questions take sixteen connections, and an idle client keeps none", async (t) => {
  const open = new Set<object>();
  let most = 0;
  const { engine, server } = await fake(t, (_, response) => {
    setImmediate(() => response.end("{}"));
  });
  server.on("connection", (socket) => {
    open.add(socket);
    most = Math.max(most, open.size);
    socket.on("close", () => open.delete(socket));
  });
  await Promise.all(Array.from({ length: 100 }, () => engine.call({ route: "info", deadlineMs })));
  assert.ok(most <= 17, `${most} connections`);
  await connections(server, 2);
  // Nothing else holds this process: see that no timer of the client does.
  assert.deepEqual(
    process.getActiveResourcesInfo().filter((one) => one === "Timeout"),
    [],
  );
  await connections(server, 0);
});
