/** The install script as a person runs it, from a real hub behind a proxy, until the installed agent is in. */
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { type Running, run } from "../../../../../test/system/process.ts";
import { readConfig } from "../../config.ts";
import { type Hub, startHub } from "../../hub.ts";

const folder = mkdtempSync(join(tmpdir(), "install-"));
/** What the machine has besides a shell: no Node. */
const bare = join(folder, "bin");
const running: Running[] = [];
let proxy: Server;
let hub: Hub;
/** Changes what the proxy passes on, by path. */
let tamper: { path: string; change: (body: Buffer) => Buffer } | undefined;
/** Who the proxy says is asking. */
let asking = "192.0.2.1";

const proxyUrl = () => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const forwarded = (from: IncomingMessage) => ({ ...from.headers, "x-forwarded-for": `10.9.9.9, ${asking}` });

before(async () => {
  mkdirSync(bare);
  for (const tool of [
    "sh",
    "id",
    "uname",
    "sha256sum",
    "curl",
    "wget",
    "mkdir",
    "mv",
    "cut",
    "rm",
    "chmod",
    "grep",
    "readlink",
  ]) {
    const found = (process.env.PATH ?? "")
      .split(delimiter)
      .map((dir) => join(dir, tool))
      .find((path) => existsSync(path));
    if (found !== undefined) symlinkSync(found, join(bare, tool));
  }
  proxy = createServer((asked, reply) => {
    const { host, port } = new URL(hub.url);
    const onward = request({
      host: host.split(":")[0],
      port,
      path: asked.url,
      method: asked.method,
      headers: forwarded(asked),
    });
    onward.on("response", (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => {
        const body = Buffer.concat(parts);
        const { "content-length": _length, "transfer-encoding": _encoding, ...headers } = answer.headers;
        reply.writeHead(answer.statusCode ?? 502, headers);
        const change = tamper?.path === asked.url ? tamper?.change : undefined;
        reply.end(change?.(body) ?? body);
      });
    });
    asked.pipe(onward);
  });
  proxy.on("upgrade", (asked, socket, head) => {
    const onward = connect(Number(new URL(hub.url).port), "127.0.0.1", () => {
      const lines = Object.entries(forwarded(asked)).map(([name, value]) => `${name}: ${String(value)}`);
      onward.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [socket, onward]) end.on("error", () => [socket, onward].map((one) => one.destroy()));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  hub = await startHub({
    config: readConfig({
      SERVEREYE_DATA_DIR: join(folder, "data"),
      SERVEREYE_HTTP_PORT: "0",
      SERVEREYE_PUBLIC_URL: proxyUrl(),
      SERVEREYE_LOG_LEVEL: "debug",
    }),
    logToFile: true,
  });
  await hub.ready;
});
after(async () => {
  await Promise.all(running.map((one) => one.end("SIGTERM")));
  await hub?.stop();
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

let places = 0;
/** Runs the line of /add with a prefix. */
async function install(
  options: readonly string[],
  prefix = join(folder, `root-${places++}`),
): Promise<{ prefix: string; code: number | string; output: string }> {
  const script = await (await fetch(`${proxyUrl()}/install.sh`)).text();
  const file = `${prefix}.sh`;
  writeFileSync(file, script);
  const installing = run(join(bare, "sh"), [file, "--prefix", prefix, "--no-service", ...options], {
    cwd: folder,
    env: { PATH: bare },
  });
  running.push(installing);
  const code = await installing.ended;
  return { prefix, code, output: installing.output() };
}

test("without Node on the machine: the hub's own comes along, and the agent that was installed is in", async () => {
  const enrol = await hub.invite();
  const { prefix, code, output } = await install([
    "--enrol",
    enrol,
    "--hub-key",
    hub.hubKey,
    "--name",
    "web 1 (new)",
  ]);
  assert.equal(code, 0, output);
  assert.match(
    output,
    /1\/3 Fetching the agent from http:[\s\S]*2\/3 Fetching Node from http:[\s\S]*3\/3 Installed/,
  );
  const settings = join(prefix, "etc/servereye/agent.env");
  assert.equal(statSync(settings).mode & 0o777, 0o600, "the token is nobody else's");
  assert.match(readFileSync(settings, "utf8"), /SERVEREYE_AGENT_NAME='web 1 \(new\)'/);
  const line = output.split("\n").find((one) => one.startsWith("set -a")) ?? "";
  const agent = run(join(bare, "sh"), ["-c", line.replace("set +a; ", "set +a; exec ")], {
    cwd: folder,
    env: { PATH: bare },
  });
  running.push(agent);
  await agent.line((one) => one.includes("link.connected"));
  assert.equal((await hub.health()).agents.connected, 1);
  // The same place again: what it allows and who it is stay.
  const key = readFileSync(join(prefix, "var/lib/servereye-agent/server.key"), "utf8");
  writeFileSync(settings, readFileSync(settings, "utf8").replace(/ALLOW=.*/, "ALLOW=containers.restart"));
  assert.equal((await install(["--hub-key", hub.hubKey], prefix)).code, 0);
  assert.match(readFileSync(settings, "utf8"), /^SERVEREYE_AGENT_ALLOW=containers\.restart$/m);
  assert.equal(readFileSync(join(prefix, "var/lib/servereye-agent/server.key"), "utf8"), key);
});

test("another hub's key is refused before anything is written", async () => {
  const { prefix, code, output } = await install(["--enrol", "t".repeat(32), "--hub-key", "x".repeat(43)]);
  assert.equal(code, 1);
  assert.match(output, /this hub's key is not the one from \/add\. Nothing was installed/);
  assert.ok(!existsSync(prefix));
});

test("a bundle that was changed on the way is refused and taken away; so is a Node", async () => {
  for (const path of ["/download/agent.mjs", `/download/node-linux-${process.arch}`]) {
    tamper = { path, change: (body) => Buffer.concat([body, Buffer.from("\n// more")]) };
    const { prefix, code, output } = await install(["--hub-key", hub.hubKey, "--enrol", "t".repeat(32)]);
    tamper = undefined;
    assert.equal(code, 1, output);
    assert.match(output, /SHA-256 differs\)\. Nothing was started/);
    assert.ok(!existsSync(join(prefix, "opt/servereye/agent.mjs.new")));
    assert.ok(!existsSync(join(prefix, "opt/servereye/node")));
    assert.ok(!existsSync(join(prefix, "etc/servereye/agent.env")));
  }
});

test("what could leave its quotes is refused, and an unknown option is said", async () => {
  for (const name of ["a'b", "a\\", "$(touch x)'"]) {
    const { code, output } = await install(["--name", name]);
    assert.equal(code, 1);
    assert.match(output, /no quote and no backslash/);
  }
  assert.match((await install(["--frob"])).output, /unknown option: --frob/);
  assert.match((await install(["--enrol"])).output, /--enrol needs a token/);
});

test("downloads say what they are, HEAD starts none", async () => {
  const script = await fetch(`${hub.url}/install.sh`);
  assert.equal(script.headers.get("cache-control"), "no-store");
  assert.match(script.headers.get("content-type") ?? "", /^text\/x-shellscript/);
  const text = await script.text();
  assert.ok(text.startsWith("#!/bin/sh\n") && !/@[A-Z_0-9]+@/.test(text), "every mark is filled in");
  const bundle = await fetch(`${hub.url}/download/agent.mjs`);
  assert.match(bundle.headers.get("content-type") ?? "", /^text\/javascript/);
  await bundle.body?.cancel();
  const head = await fetch(`${hub.url}/download/node-linux-${process.arch}`, { method: "HEAD" });
  assert.equal(head.status, 404);
});

test("four may fetch Node at once; who leaves makes room", async () => {
  const url = `${hub.url}/download/node-linux-${process.arch}`;
  const held = await Promise.all([1, 2, 3, 4].map(() => fetch(url)));
  const fifth = await fetch(url);
  assert.deepEqual([fifth.status, fifth.headers.get("retry-after")], [503, "10"]);
  await Promise.all(held.map((one) => one.body?.cancel()));
  for (let status = 503; status !== 200; ) {
    const again = await fetch(url);
    status = again.status;
    await again.body?.cancel();
  }
});

/** Opens an agent's connection through the proxy, says nothing, and gives the status line. */
function knock(): Promise<{ status: string; end(): void }> {
  return new Promise((resolve, reject) => {
    const socket = connect((proxy.address() as AddressInfo).port, "127.0.0.1", () =>
      socket.write(
        "GET /agent/v1 HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      ),
    );
    socket.once("data", (data) =>
      resolve({ status: data.toString().slice(9, 12), end: () => socket.destroy() }),
    );
    socket.once("error", reject);
  });
}

test("behind a proxy each address has its own share of the handshakes", async () => {
  asking = "192.0.2.7";
  const first = await Promise.all(Array.from({ length: 50 }, knock));
  assert.ok(first.every(({ status }) => status === "101"));
  const arrived = once(proxy, "upgrade");
  const held = knock();
  await arrived;
  asking = "192.0.2.8";
  const other = await knock();
  assert.equal(other.status, "101");
  first[0]?.end();
  assert.equal((await held).status, "101");
  for (const one of [...first, other, await held]) one.end();
});
