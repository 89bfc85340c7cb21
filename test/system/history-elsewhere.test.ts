/** A hub that keeps samples in VictoriaMetrics and sends them on: what a real agent measures is there, and is scraped by its person's token. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { startVictoria } from "../engines/victoria.ts";
import { needs } from "../engines.ts";
import { PATIENCE_MS } from "./process.ts";
import { addServer, ask, assertSecretsKept, openSystem } from "./system.ts";

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(Date.now() < end, `never: ${what}`);
    await wait(250);
  }
}

test("history in VictoriaMetrics, sent on, and scraped", needs("victoria-metrics"), async () => {
  const login = ["-httpAuth.username=eye", "-httpAuth.password=a-secret-of-hers"];
  const victoria = await startVictoria(["-dedup.minScrapeInterval=1ms", ...login]);
  const place = `eye:a-secret-of-hers@127.0.0.1:${victoria.port}`;
  const system = await openSystem({
    env: {
      SERVEREYE_ADMINS: "1",
      SERVEREYE_HISTORY_URL: `victoriametrics://${place}`,
      SERVEREYE_REMOTE_WRITE_URL: `http://${place}/api/v1/write`,
    },
  });
  try {
    system.secrets.add("a-secret-of-hers");
    const ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
    await addServer(system, ann, "web-1", { SERVEREYE_AGENT_INTERVAL: "1" });

    const { text } = await ask(ann, "/prometheus web-1");
    const secret = /sep_[\w-]+/.exec(text)?.[0] ?? "";
    assert.ok(secret.length > 40, text);
    system.secrets.add(secret);
    const bearer = { headers: { authorization: `Bearer ${secret}` } };
    const discovered = await fetch(`${system.hub.url}/api/v1/prometheus/targets`, bearer);
    const targets = (await discovered.json()) as Array<{ labels: Record<string, string> }>;
    assert.deepEqual(
      targets.map(({ labels }) => labels.instance),
      ["web-1"],
    );
    const path = targets[0]?.labels.__metrics_path__ ?? "";

    const scraped = await until("samples to scrape", async () => {
      const answer = await fetch(`${system.hub.url}${path}`, bearer);
      const body = await answer.text();
      // It is asked more often than it allows, now and then.
      assert.ok(answer.status === 200 || answer.status === 429, body);
      return /^servereye_memory_usage\{.*name="web-1".*\} \d/m.test(body) ? body : undefined;
    });
    assert.match(scraped, /^servereye_up\{.*\} 1$/m);
    assert.match(scraped, /^# TYPE servereye_memory_usage gauge$/m);
    for (const authorization of ["Bearer sep_0123456789012345678901234567890123456789", ""])
      assert.equal((await fetch(`${system.hub.url}${path}`, { headers: { authorization } })).status, 401);
    const other = path.replace(/[0-9a-f]{32}/, "00".repeat(16));
    assert.equal((await fetch(`${system.hub.url}${other}`, bearer)).status, 404);

    // What was kept has its measure as a label, what was sent on has none.
    const basic = Buffer.from("eye:a-secret-of-hers").toString("base64");
    await until("samples that were sent on", async () => {
      await victoria.settle();
      const query = `${victoria.url}/api/v1/series?match[]={__name__="servereye_memory_usage"}&start=0`;
      const told = await fetch(query, { headers: { authorization: `Basic ${basic}` } });
      const { data } = (await told.json()) as { data: unknown[] };
      return data.length === 2 ? true : undefined;
    });
    assert.ok(assertSecretsKept(system) > 1_000);
  } finally {
    await system.close();
    await victoria.stop();
  }
});
