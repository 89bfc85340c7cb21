/** What a Prometheus is given: read by a real scraper that finds its targets by itself, and by the form's rules. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Fault, type Measure } from "@servereye/contract";
import { fastify } from "fastify";
import { startVictoria } from "../../../../../test/engines/victoria.ts";
import { needs } from "../../../../../test/engines.ts";
import type { Scraped } from "../../core/ports/scrape.ts";
import { exposition, prometheusRoutes } from "./prometheus.ts";

const AB = "ab".repeat(16);
const CPU: Measure = {
  ...{ key: "cpu.usage", unit: "percent", kind: "gauge", about: 'all "cores", C:\\' },
  ...{ quantum: 0.1, worse: "higher" },
};
const measures = new Map([[CPU.key, CPU]]);
const scraped: Scraped = {
  server: { id: AB, name: 'we"b\\1' },
  values: [
    { series: { key: "disk.used", of: 'диск "C:\\"' }, at: 1_700_000_000_250, value: 1e21 },
    { series: { key: "cpu.usage" }, at: 1_700_000_000_000, value: 3.5 },
    { series: { key: "disk.used", of: "/" }, at: 1_700_000_000_250, value: -0.25 },
  ],
};

test("the text form: one block a name, what it means above it, labels escaped", () => {
  const own = `server="${AB}",name="we\\"b\\\\1"`;
  assert.equal(
    exposition(scraped, measures),
    [
      "# HELP servereye_up 1 while samples of the server come in.",
      "# TYPE servereye_up gauge",
      `servereye_up{${own}} 1`,
      "# HELP servereye_newest_sample_time_seconds When the newest sample was, since the epoch.",
      "# TYPE servereye_newest_sample_time_seconds gauge",
      `servereye_newest_sample_time_seconds{${own}} 1700000000.25`,
      '# HELP servereye_cpu_usage all "cores", C:\\\\ (percent)',
      "# TYPE servereye_cpu_usage gauge",
      `servereye_cpu_usage{${own}} 3.5`,
      "# TYPE servereye_disk_used untyped",
      `servereye_disk_used{${own},of="диск \\"C:\\\\\\""} 1e+21`,
      `servereye_disk_used{${own},of="/"} -0.25`,
      "",
    ].join("\n"),
  );
  const none = exposition({ ...scraped, values: [] }, measures);
  assert.match(none, /servereye_up\{.*\} 0\n$/);
});

test(
  "a real scraper finds the servers by the token, and reads each under its name",
  needs("victoria-metrics"),
  async () => {
    const secret = `sep_${"s".repeat(43)}`;
    const asked = new Set<string>();
    const app = fastify();
    const only = (given: string) => {
      asked.add(given);
      if (given !== secret) throw new Fault("TOKEN_INVALID", "no");
    };
    let url = "";
    prometheusRoutes(app, {
      measures,
      addressOf: () => "here",
      publicUrl: () => url,
      scrapes: {
        targets: async (given) => {
          only(given);
          return [scraped.server];
        },
        read: async (given, serverId) => {
          only(given);
          assert.equal(serverId, AB);
          return scraped;
        },
      },
    });
    url = await app.listen({ host: "127.0.0.1", port: 0 });
    const folder = mkdtempSync(join(tmpdir(), "scrape-"));
    const config = join(folder, "scrape.yml");
    writeFileSync(
      config,
      [
        "global: {scrape_interval: 1s}",
        "scrape_configs:",
        "- job_name: servereye",
        "  authorization:",
        `    credentials: ${secret}`,
        "  http_sd_configs:",
        `  - url: ${url}/api/v1/prometheus/targets`,
        "    authorization:",
        `      credentials: ${secret}`,
        "",
      ].join("\n"),
    );
    const victoria = await startVictoria([`-promscrape.config=${config}`]);
    try {
      const found = async () => {
        await victoria.settle();
        const text = await (
          await fetch(`${victoria.url}/api/v1/export?match[]={__name__=~"servereye_.%2B"}`)
        ).text();
        return text
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line));
      };
      let lines = await found();
      // It scrapes when it will; a test that hangs here has a scraper that finds nothing.
      while (lines.length < 5) lines = await found();
      const told = new Map(
        lines.map(({ metric, values }) => [`${metric.__name__} ${metric.of}`, { metric, values }]),
      );
      assert.deepEqual(told.get("servereye_cpu_usage undefined")?.metric, {
        ...{ __name__: "servereye_cpu_usage", server: AB, name: 'we"b\\1' },
        ...{ instance: 'we"b\\1', job: "servereye" },
      });
      assert.equal(told.get('servereye_disk_used диск "C:\\"')?.values[0], 1e21);
      assert.equal(told.get("servereye_disk_used /")?.values[0], -0.25);
      assert.deepEqual([...asked], [secret]);
      const refused = await fetch(`${url}/api/v1/servers/${AB}/prometheus`);
      assert.ok(refused.status >= 400, "without a token there is nothing");
    } finally {
      await victoria.stop();
      await app.close();
      rmSync(folder, { recursive: true });
    }
  },
);
