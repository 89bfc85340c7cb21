/** Remote write to a real receiver, through receivers that fail, and within its bounds. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startVictoria } from "../../../../../test/engines/victoria.ts";
import { needs } from "../../../../../test/engines.ts";
import type { Ingest } from "../../core/ports/history.ts";
import type { Clock, Metrics } from "../../core/ports/process.ts";
import { batchOf, samplesFrom } from "../history/contract.test-suite.ts";
import { keepingLog } from "../store/contract/world.test-suite.ts";
import { createLine } from "./line.ts";
import { createRemoteWrite, remoteWritePlace } from "./remote-write.ts";

const AB = "ab".repeat(16);
const CD = "cd".repeat(16);

/** A clock on which no time passes and nothing is waited for. */
const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => 0,
  after: (_ms, run) => {
    const timer = setImmediate(run);
    return () => clearImmediate(timer);
  },
};

function world(address: string, more: { tokenFile?: string; values?: number } = {}) {
  const log = keepingLog();
  const counted: Record<string, number> = {};
  const looks = new Set<() => void>();
  const metrics: Metrics = {
    command: () => undefined,
    gauge: () => undefined,
    count(name, labels, by = 1) {
      assert.equal(name, "remote_write_values");
      const outcome = labels?.outcome ?? "";
      counted[outcome] = (counted[outcome] ?? 0) + by;
      for (const look of looks) look();
    },
  };
  const place = remoteWritePlace(address, more.tokenFile);
  assert.ok(place);
  const limits = { values: more.values ?? 10_000, request: 100 };
  const remote = createRemoteWrite({ place, version: "1", clock, log, metrics, limits });
  const until = (outcome: string, values: number) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if ((counted[outcome] ?? 0) >= values) resolve();
      };
      looks.add(look);
      look();
    });
  return { log, counted, remote, until };
}

/** A receiver that answers each request as it is told: a status, or "gone" for a connection that ends. */
async function receiver(answers: Array<number | "gone">) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const answer = answers.shift() ?? 204;
    request.resume().on("end", () => {
      if (answer === "gone") return void request.socket.destroy();
      response.writeHead(answer).end(answer === 400 ? "out of order sample" : "");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url: `127.0.0.1:${address.port}/write`, requests, close };
}

test(
  "a real receiver has each value, under its name and labels, late ones too",
  needs("victoria-metrics"),
  async () => {
    const victoria = await startVictoria();
    try {
      const { remote, until } = world(`${victoria.url}/api/v1/write`);
      const from = Math.floor(Date.now() / 1_000) * 1_000 - 600_000;
      const series = [{ key: "cpu.usage" }, { key: "disk.used", of: 'диск "C:\\"' }];
      const both = (ms: number, seq: number, values: Array<number | null>) => ({
        seq,
        at: from + ms,
        values,
      });
      remote.offer([
        batchOf(AB, [both(20_000, 2, [3.5, null]), both(30_000, 3, [-4e-9, 1.5e9])], { series }),
        batchOf(CD, samplesFrom(from, 10_000, [7])),
        batchOf(AB, [both(0, 0, [1, 2]), both(10_000, 1, [2, 3])], { series }),
      ]);
      await until("sent", 9);
      await remote.close();
      await victoria.settle();
      const told = await (
        await fetch(`${victoria.url}/api/v1/export?match[]={__name__!=""}&start=${from / 1_000 - 1}`)
      ).text();
      const lines = told
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      const of = (name: string, server: string) =>
        lines.find(({ metric }) => metric.__name__ === name && metric.server === server);
      const at = (ms: number) => from + ms;
      assert.deepEqual(of("servereye_cpu_usage", AB), {
        metric: { __name__: "servereye_cpu_usage", server: AB },
        values: [1, 2, 3.5, -4e-9],
        timestamps: [at(0), at(10_000), at(20_000), at(30_000)],
      });
      assert.deepEqual(of("servereye_disk_used", AB), {
        metric: { __name__: "servereye_disk_used", of: 'диск "C:\\"', server: AB },
        values: [2, 3, 1.5e9],
        timestamps: [at(0), at(10_000), at(30_000)],
      });
      assert.deepEqual(of("servereye_cpu_usage", CD).values, [7]);
      assert.equal(lines.length, 3);
    } finally {
      await victoria.stop();
    }
  },
);

test("what fails is tried again, what is refused is let go and named, without a secret", async () => {
  const { url, requests, close } = await receiver([503, "gone", 429, 204, 400, 204]);
  const { remote, until, counted, log } = world(`http://ann:s%C3%A9cret@${url}`);
  remote.offer([batchOf(AB, samplesFrom(1e12, 10_000, [1, 2]))]);
  await until("sent", 2);
  assert.equal(requests.length, 4);
  // Before what was sent: a receiver may refuse it, and not what came with it from another server.
  remote.offer([
    batchOf(AB, samplesFrom(1e12 - 50_000, 10_000, [0])),
    batchOf(CD, samplesFrom(1e12, 10_000, [5])),
  ]);
  await until("sent", 3);
  assert.deepEqual(counted, { sent: 3, refused: 1 });
  assert.deepEqual(
    log.events.map(({ level, event }) => `${level} ${event}`),
    ["warn remote_write.away", "info remote_write.back", "warn remote_write.refused"],
  );
  assert.match(JSON.stringify(log.events[2]?.fields), /400 out of order/);
  assert.doesNotMatch(JSON.stringify(log.events), /cret/);
  const { headers } = requests[0] ?? {};
  assert.equal(headers?.authorization, `Basic ${Buffer.from("ann:sécret").toString("base64")}`);
  assert.equal(headers?.["content-encoding"], "snappy");
  await remote.close();
  await close();
});

test("a token is read from its file each time", async () => {
  const folder = mkdtempSync(join(tmpdir(), "remote-write-"));
  const tokenFile = join(folder, "token");
  const { url, requests, close } = await receiver([]);
  const { remote, until } = world(`http://${url}`, { tokenFile });
  for (const [n, token] of ["first", "second"].entries()) {
    writeFileSync(tokenFile, `${token}\n`);
    remote.offer([batchOf(AB, samplesFrom(1e12 + n * 10_000, 10_000, [n], n))]);
    await until("sent", n + 1);
  }
  assert.deepEqual(
    requests.map(({ headers }) => headers.authorization),
    ["Bearer first", "Bearer second"],
  );
  await remote.close();
  await close();
  rmSync(folder, { recursive: true });
});

test("while nobody takes it the oldest go, are counted, and closing waits for nothing", async () => {
  const { url, close } = await receiver(new Array<number>(1_000).fill(503));
  const { remote, until, counted } = world(`http://${url}`, { values: 60 });
  for (let n = 0; n < 20; n++)
    remote.offer([
      batchOf(AB, samplesFrom(1e12 + n * 100_000, 10_000, new Array<number>(10).fill(n), n * 10)),
    ]);
  await until("full", 140);
  assert.deepEqual(counted, { full: 140 });
  await remote.close();
  await close();
});

test("a request has samples of now of many servers, or late ones of one", () => {
  const line = createLine({ values: 1_000, request: 4 });
  const put = (serverId: string, at: number, many: number): void => {
    const samples = samplesFrom(at, 1_000, new Array<number>(many).fill(1), at / 1_000);
    assert.equal(line.put(batchOf(serverId, samples) satisfies Ingest), 0);
  };
  put(AB, 10_000_000, 2);
  put(CD, 10_000_000, 2);
  put(CD, 20_000_000, 1);
  put(AB, 9_000_000, 1);
  put(CD, 9_000_000, 1);
  const next = () => line.take().batches.map(({ serverId }) => (serverId === AB ? "ab" : "cd"));
  assert.deepEqual([next(), next(), next(), next()], [["ab", "cd"], ["cd"], ["ab"], ["cd"]]);
  assert.equal(line.values, 0);
});
