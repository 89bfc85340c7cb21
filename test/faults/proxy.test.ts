/** The fault proxy between real sockets: each trouble does what it says, ends when it is healed, and only then. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { type FaultProxy, startFaultProxy, type Target } from "./proxy.ts";

let echo: Server;
let target: Target;
/** The echo server's ends of connections, in order. */
let ends: Socket[] = [];
const open: Array<{ close(): unknown }> = [];

function echoing(): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    ends.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => socket.write(bytes));
    socket.on("end", () => socket.end());
  });
}

before(async () => {
  echo = echoing();
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  target = { port: (echo.address() as AddressInfo).port };
});
after(() => {
  echo.close();
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  for (const socket of ends.splice(0)) socket.destroy();
});

async function proxied(to: Parameters<typeof startFaultProxy>[0] = target): Promise<FaultProxy> {
  const proxy = await startFaultProxy(to);
  open.push(proxy);
  return proxy;
}

interface Phone {
  socket: Socket;
  heard(): string;
  /** Resolves when this much came in all. */
  hears(text: string): Promise<void>;
  /** "end", or the code of the error it closed with. */
  over: Promise<string>;
}

/** Somebody who dials the proxy. */
function dial(proxy: FaultProxy): Phone {
  const socket = connect({ host: "127.0.0.1", port: proxy.port, allowHalfOpen: true });
  open.push({ close: () => socket.destroy() });
  let heard = "";
  const listeners = new Set<() => void>();
  socket.setEncoding("utf8").on("data", (text: string) => {
    heard += text;
    for (const listener of listeners) listener();
  });
  const over = new Promise<string>((resolve) => {
    socket.once("end", () => resolve("end"));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
  });
  return {
    socket,
    heard: () => heard,
    over,
    hears: (text) =>
      new Promise((resolve) => {
        const look = () => {
          if (heard === text) resolve();
        };
        listeners.add(look);
        look();
      }),
  };
}

/** A line through a proxy that has carried something, and its far end. */
async function linked() {
  const proxy = await proxied();
  const phone = dial(proxy);
  phone.socket.write("a");
  await phone.hears("a");
  const [far] = ends;
  assert.ok(far !== undefined);
  return { proxy, phone, far };
}

test("passes everything in order, and the end, both ways", async () => {
  const proxy = await proxied();
  const phone = dial(proxy);
  const text = "0123456789".repeat(300_000);
  phone.socket.end(text);
  assert.equal(await phone.over, "end");
  assert.equal(phone.heard(), text);
  while (proxy.connections() > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("passes to a unix socket", async () => {
  const folder = mkdtempSync(join(tmpdir(), "proxy-"));
  const server = echoing();
  const path = join(folder, "echo");
  server.listen(path);
  await once(server, "listening");
  open.push({
    close: () => {
      server.close();
      rmSync(folder, { recursive: true });
    },
  });
  const phone = dial(await proxied({ path }));
  phone.socket.write("hello");
  await phone.hears("hello");
});

test("latency is of one direction or of both, and ends", async () => {
  const proxy = await proxied();
  const phone = dial(proxy);
  const tookMs = async (text: string) => {
    const before = phone.heard();
    const began = performance.now();
    phone.socket.write(text);
    await phone.hears(before + text);
    return performance.now() - began;
  };
  await tookMs("warm");
  proxy.trouble({ latencyMs: 150 }, "down");
  assert.ok((await tookMs("down")) >= 149);
  proxy.trouble({ latencyMs: 100 });
  assert.ok((await tookMs("both")) >= 199);
  proxy.trouble({ latencyMs: 3_600_000 }, "up");
  proxy.heal();
  assert.ok((await tookMs("healed")) < 3_600_000);
});

test("latency delays and does not slow: what is sent together arrives together", async () => {
  const proxy = await proxied();
  proxy.trouble({ latencyMs: 200 }, "up");
  const phone = dial(proxy);
  const pieces = Array.from({ length: 50 }, (_, at) => `${at},`);
  const began = performance.now();
  for (const piece of pieces) phone.socket.write(piece);
  await phone.hears(pieces.join(""));
  // One after the other it would be ten seconds.
  assert.ok(performance.now() - began < 9_000);
});

test("throttles to bytes a second, and passes the rest at once when that ends", async () => {
  const proxy = await proxied();
  proxy.trouble({ bytesPerSecond: 20_000 }, "up");
  const phone = dial(proxy);
  const began = performance.now();
  phone.socket.write("x".repeat(6_000));
  await phone.hears("x".repeat(6_000));
  assert.ok(performance.now() - began >= 270, "faster than the line");
  proxy.trouble({ bytesPerSecond: 1 }, "up");
  phone.socket.write("y".repeat(100_000));
  proxy.heal();
  await phone.hears("x".repeat(6_000) + "y".repeat(100_000));
});

test("a black hole keeps both ends open, passes nothing, and what was sent arrives when it is gone", async () => {
  const proxy = await proxied();
  const phone = dial(proxy);
  phone.socket.write("a");
  await phone.hears("a");
  proxy.trouble({ blackHole: true }, "up");
  phone.socket.write("b");
  // Another connection's way back proves that time for it to pass has gone by.
  const other = dial(proxy);
  ends[0]?.write("back");
  await phone.hears("aback");
  other.socket.write("c");
  phone.socket.end();
  assert.equal(ends[0]?.readableEnded, false);
  proxy.heal();
  await phone.hears("abackb");
  await other.hears("c");
  assert.equal(await phone.over, "end");
});

test("an end that breaks off in a black hole is heard of when it is healed", async () => {
  const { proxy, phone, far } = await linked();
  const told = new Promise((resolve) => far.once("close", resolve));
  proxy.trouble({ blackHole: true });
  phone.socket.resetAndDestroy();
  const other = dial(proxy);
  await once(other.socket, "connect");
  assert.equal(far.destroyed, false);
  proxy.heal();
  await told;
});

test("cut is an end in good order to both sides", async () => {
  const { proxy, phone, far } = await linked();
  const told = once(far, "end");
  proxy.cut();
  assert.equal(await phone.over, "end");
  await told;
});

test("reset breaks both sides", async () => {
  const { proxy, phone, far } = await linked();
  const told = once(far, "error");
  proxy.reset();
  assert.equal(await phone.over, "ECONNRESET");
  assert.equal(((await told)[0] as NodeJS.ErrnoException).code, "ECONNRESET");
  assert.equal(proxy.connections(), 0);
});

test("half-open: the target is rid of it, the dialler is told nothing until it is healed", async () => {
  const { proxy, phone, far } = await linked();
  const told = new Promise((resolve) => far.once("close", resolve));
  proxy.halfOpen();
  await told;
  phone.socket.write("into the void");
  const other = dial(proxy);
  other.socket.write("b");
  await other.hears("b");
  assert.equal(phone.socket.destroyed, false);
  assert.equal(phone.heard(), "a");
  proxy.heal();
  assert.equal(await phone.over, "ECONNRESET");
});

test("refuses new connections and keeps those that stand", async () => {
  const proxy = await proxied();
  const phone = dial(proxy);
  phone.socket.write("a");
  await phone.hears("a");
  proxy.refuse(true);
  assert.equal(await dial(proxy).over, "ECONNRESET");
  phone.socket.write("b");
  await phone.hears("ab");
  proxy.refuse(false);
  const next = dial(proxy);
  next.socket.write("c");
  await next.hears("c");
});

test("tells a break by either side to the other", async () => {
  const proxy = await proxied();
  const phone = dial(proxy);
  phone.socket.write("a");
  await phone.hears("a");
  ends[0]?.resetAndDestroy();
  assert.equal(await phone.over, "ECONNRESET");
});

test("balances over several targets in turn, past those that take nobody", async () => {
  const second = echoing();
  second.listen(0, "127.0.0.1");
  await once(second, "listening");
  const two = { port: (second.address() as AddressInfo).port };
  const targets: Target[] = [target, two];
  const proxy = await proxied(() => targets);
  const ports = async (count: number) => {
    ends = [];
    for (let n = 0; n < count; n++) {
      const phone = dial(proxy);
      phone.socket.write("a");
      await phone.hears("a");
    }
    return ends.map((end) => end.localPort);
  };
  const both = await ports(4);
  assert.equal(new Set(both).size, 2);
  assert.equal(both[0], both[2]);
  for (const socket of ends) socket.destroy();
  await new Promise((resolve) => second.close(resolve));
  assert.deepEqual(new Set(await ports(3)), new Set([(echo.address() as AddressInfo).port]));
  targets.length = 0;
  assert.equal(await dial(proxy).over, "ECONNRESET");
});
