/** Figures for Prometheus, all under `servereye_`. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Metrics } from "../../core/ports/process.ts";

export interface OpenMetrics extends Metrics {
  /** The text exposition format. */
  expose(): Promise<{ contentType: string; text: string }>;
}

/** Most label combinations of one counter: beyond it they are counted as "other". */
const MOST_SERIES = 200;

export function openMetrics(): OpenMetrics {
  const registry = new Registry();
  // Gives process memory and CPU, and the event loop's lag as servereye_nodejs_eventloop_lag_*_seconds.
  collectDefaultMetrics({ register: registry, prefix: "servereye_" });
  const commands = new Counter({
    name: "servereye_commands_total",
    help: "Commands that came to their end, by name and outcome (ok or a fault code)",
    labelNames: ["command", "outcome"],
    registers: [registry],
  });
  const duration = new Histogram({
    name: "servereye_command_duration_seconds",
    help: "From what a person did to the reply handed to the chat",
    labelNames: ["command"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const counters = new Map<string, { counter: Counter; series: Set<string> }>();

  return {
    command: (name, outcome, ms) => {
      commands.inc({ command: name, outcome });
      duration.observe({ command: name }, ms / 1000);
    },
    count: (name, labels = {}, by = 1) => {
      let kept = counters.get(name);
      if (kept === undefined) {
        const counter = new Counter({
          name: `servereye_${name}_total`,
          help: `Events: ${name.replaceAll("_", " ")}`,
          labelNames: Object.keys(labels),
          registers: [registry],
        });
        kept = { counter, series: new Set() };
        counters.set(name, kept);
      }
      const key = JSON.stringify(labels);
      const room = kept.series.has(key) || kept.series.size < MOST_SERIES;
      if (room) kept.series.add(key);
      kept.counter.inc(
        room ? labels : Object.fromEntries(Object.keys(labels).map((label) => [label, "other"])),
        by,
      );
    },
    gauge: (name, help, read) => {
      new Gauge({
        name: `servereye_${name}`,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
