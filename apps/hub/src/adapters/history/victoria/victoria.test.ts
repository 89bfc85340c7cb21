/** History's contract on Debian's VictoriaMetrics, and what is its own: killed hubs, a database that is away. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startVictoria, type Victoria } from "../../../../../../test/engines/victoria.ts";
import { needs } from "../../../../../../test/engines.ts";
import { type FreshStores, freshStores } from "../../store/contract/fresh.test-suite.ts";
import { faultOf } from "../../store/contract/world.test-suite.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../store/embedded/start.ts";
import { batchOf, countOf, historyContract, samplesFrom } from "../contract.test-suite.ts";
import { victoriaWorld } from "./world.test-code.ts";

const options = needs("victoria-metrics");
const dataDir = mkdtempSync(join(tmpdir(), "victoria-store-"));
let postgres: EmbeddedPostgres | undefined;
let stores: FreshStores | undefined;
let victoria: Victoria | undefined;

before(async () => {
  if (options.skip) return;
  [postgres, victoria] = await Promise.all([
    startEmbeddedPostgres({ dataDir, log: () => undefined }),
    startVictoria(),
  ]);
  stores = await freshStores(postgres.connection);
});
after(async () => {
  await victoria?.stop();
  await postgres?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function fresh() {
  assert.ok(stores && victoria, "asked for before it was there");
  return victoriaWorld(stores, victoria);
}

historyContract("history in VictoriaMetrics", fresh, options);

describe("of VictoriaMetrics alone", options, () => {
  test("a hub that dies after it wrote and before it noted so doubles nothing, whatever the clock says then", async () => {
    const world = await fresh();
    const serverId = await world.server();
    const from = world.now() - 600_000;
    const samples = samplesFrom(from, 10_000, [1, 2, 3, 4, 5, 6]);
    const died = world.another((real) => ({ ...real, kept: () => Promise.reject(new Error("killed")) }));
    await assert.rejects(died.ingest([batchOf(serverId, samples.slice(0, 4))]), /killed/);
    world.turn(90_000);
    // By another connection, whose skew is told a little differently, and cut in another way.
    const again = { ...batchOf(serverId, samples), arrived: world.now(), skewMs: 730 };
    await world.history.ingest([again]);
    await world.settled();
    const [line] = await world.history.query({
      ...{ serverIds: [serverId], series: [{ key: "cpu.usage" }], from, to: world.now(), points: 500 },
    });
    assert.equal(countOf(line), 6);
    await world.close();
  });

  test("while it is away samples are refused as not kept, and taken when it is back", async () => {
    const world = await fresh();
    assert.ok(victoria);
    const serverId = await world.server();
    const batch = batchOf(serverId, samplesFrom(world.now() - 60_000, 10_000, [1, 2]));
    await victoria.kill();
    await assert.rejects(world.history.ingest([batch]), faultOf("STORE_UNAVAILABLE"));
    await assert.rejects(world.history.check(), faultOf("STORE_UNAVAILABLE"));
    await victoria.start();
    await world.history.check();
    await world.history.ingest([batch]);
    await world.settled();
    assert.equal((await world.history.latest([serverId], "cpu.usage", 3_600_000))[0]?.value, 2);
    assert.deepEqual(
      world.log.events.filter(({ event }) => event === "history.victoria_flags"),
      [],
    );
    await world.close();
  });

  test("it says when VictoriaMetrics would count doubles", async () => {
    const plain = await startVictoria([]);
    try {
      assert.ok(stores);
      const world = await victoriaWorld(stores, plain);
      await world.history.check();
      assert.equal(world.log.events.find(({ event }) => event === "history.victoria_flags")?.level, "warn");
      await world.close();
    } finally {
      await plain.stop();
    }
  });
});
