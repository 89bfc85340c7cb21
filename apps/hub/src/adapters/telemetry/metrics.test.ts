/** Figures as Prometheus reads them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openMetrics } from "./metrics.ts";

const textOf = async (metrics: ReturnType<typeof openMetrics>) => (await metrics.expose()).text;

test("commands by name and outcome, and their time as a histogram in seconds", async () => {
  const metrics = openMetrics();
  metrics.command("memory", "ok", 12);
  metrics.command("memory", "ok", 3_000);
  metrics.command("memory", "SERVER_OFFLINE", 1);
  const text = await textOf(metrics);
  assert.match(text, /^servereye_commands_total\{command="memory",outcome="ok"\} 2$/m);
  assert.match(text, /^servereye_commands_total\{command="memory",outcome="SERVER_OFFLINE"\} 1$/m);
  assert.match(text, /^servereye_command_duration_seconds_bucket\{le="0.025",command="memory"\} 2$/m);
  assert.match(text, /^servereye_command_duration_seconds_sum\{command="memory"\} 3\.013$/m);
  assert.match(text, /^servereye_command_duration_seconds_count\{command="memory"\} 3$/m);
});

test("gauges are read when asked, the process and its event loop are there, all under one prefix", async () => {
  const metrics = openMetrics();
  let agents = 3;
  metrics.gauge("agents_connected", "Agents connected to this hub.", () => agents);
  assert.match(await textOf(metrics), /^servereye_agents_connected 3$/m);
  agents = 4;
  const { text, contentType } = await metrics.expose();
  assert.match(text, /^servereye_agents_connected 4$/m);
  assert.match(text, /^servereye_nodejs_eventloop_lag_seconds /m);
  assert.match(contentType, /^text\/plain; version=0\.0\.4/);
  for (const line of text.split("\n"))
    if (line !== "" && !line.startsWith("#")) assert.match(line, /^servereye_/);
});

test("label values of a counter are bounded: what comes later is other", async () => {
  const metrics = openMetrics();
  for (let i = 0; i < 500; i++) metrics.count("odd", { reason: `r${i}` });
  metrics.count("odd", { reason: "r0" });
  metrics.count("plain", {}, 5);
  const text = await textOf(metrics);
  assert.equal(text.match(/^servereye_odd_total\{/gm)?.length, 201);
  assert.match(text, /^servereye_odd_total\{reason="r0"\} 2$/m);
  assert.match(text, /^servereye_odd_total\{reason="other"\} 300$/m);
  assert.match(text, /^servereye_plain_total 5$/m);
});
