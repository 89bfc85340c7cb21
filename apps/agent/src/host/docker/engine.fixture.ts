/** Engines that behave as a test says, on sockets of their own, and what is asserted of a client of theirs. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Fault } from "@servereye/contract";
import type { Log } from "../../log.ts";
import { engineAt } from "./engine.ts";

export const QUIET: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A server on a socket of its own that is an engine of version 1.99, but for what `answer` does. */
export async function fake(
  t: TestContext,
  answer: RequestListener,
  greet: RequestListener = (_, response) => response.end('{"ApiVersion":"1.99","MinAPIVersion":"1.24"}'),
) {
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const heard: string[] = [];
  const path = join(folder, "s");
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    if (request.url === "/version") greet(request, response);
    else answer(request, response);
  });
  await listening(t, server, path);
  return { engine: engineAt({ address: `unix://${path}`, log: QUIET }), heard, server };
}

export async function serving(
  t: TestContext,
  { path }: { path: string },
  answer: RequestListener,
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === "/version") response.end('{"ApiVersion":"1.41"}');
    else answer(request, response);
  });
  await listening(t, server, path);
  return server;
}

async function listening(t: TestContext, server: Server, path: string): Promise<void> {
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** A socket's file without anybody behind it, as a killed engine leaves it. */
export function leftBehind(path: string): void {
  const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script], { timeout: 30_000 });
}

/** Resolves when the server has so many connections. */
export async function connections(server: Server, count: number): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    const now = await new Promise<number>((resolve) => server.getConnections((_, open) => resolve(open)));
    if (now === count) return;
    assert.ok(performance.now() < end, `${now} connections are left`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function away(work: Promise<unknown>, reason: string): Promise<Fault> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    assert.deepEqual([error.code, error.values.reason], ["DOCKER_UNAVAILABLE", reason], error.message);
    return error;
  }
  throw new assert.AssertionError({ message: "nothing failed" });
}
