/** For Prometheus: each server's newest samples in its text form, and the list of what can be scraped. */
import type { IncomingMessage } from "node:http";
import { Fault, type Measure } from "@servereye/contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { metricName } from "../../core/history/metric.ts";
import type { Scraped, Scrapes } from "../../core/ports/scrape.ts";

export interface PrometheusOptions {
  scrapes: Scrapes;
  measures: ReadonlyMap<string, Measure>;
  /** Address of the peer: what wrong tokens are counted by. */
  addressOf(request: IncomingMessage): string;
  publicUrl(): string;
}

const TYPE = "text/plain; version=0.0.4; charset=utf-8";

function secretOf(request: FastifyRequest): string {
  const secret = /^Bearer (\S{16,128})$/i.exec(request.headers.authorization ?? "")?.[1];
  if (secret === undefined)
    throw new Fault("TOKEN_INVALID", "send a token of /prometheus as a bearer: authorization, credentials");
  return secret;
}

export function prometheusRoutes(app: FastifyInstance, options: PrometheusOptions): void {
  const { scrapes, measures, addressOf, publicUrl } = options;

  app.get<{ Params: { id: string } }>("/api/v1/servers/:id/prometheus", async (request, reply) => {
    const scraped = await scrapes.read(secretOf(request), request.params.id, addressOf(request.raw));
    return reply
      .header("content-type", TYPE)
      .header("cache-control", "no-store")
      .send(exposition(scraped, measures));
  });

  // Prometheus' own discovery by HTTP: servers that are added are scraped without a word in its configuration.
  app.get("/api/v1/prometheus/targets", async (request, reply) => {
    const servers = await scrapes.targets(secretOf(request), addressOf(request.raw));
    const { host, protocol } = new URL(publicUrl());
    return reply.header("cache-control", "no-store").send(
      servers.map(({ id, name }) => ({
        targets: [host],
        labels: {
          __scheme__: protocol.slice(0, -1),
          __metrics_path__: `/api/v1/servers/${id}/prometheus`,
          instance: name,
        },
      })),
    );
  });
}

/** Prometheus' text form 0.0.4: samples of one name together, under what it means. Without times: they are of now. */
export function exposition(
  { server, values }: Scraped,
  measures: ReadonlyMap<string, Pick<Measure, "kind" | "unit" | "about">>,
): string {
  const lines: string[] = [];
  const about = (name: string, kind: string, help: string) =>
    lines.push(
      `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
      `# TYPE ${name} ${kind}`,
    );
  const own = `server="${escaped(server.id)}",name="${escaped(server.name)}"`;
  about("servereye_up", "gauge", "1 while samples of the server come in.");
  lines.push(`servereye_up{${own}} ${values.length > 0 ? 1 : 0}`);
  if (values.length > 0) {
    const newest = Math.max(...values.map(({ at }) => at));
    about("servereye_newest_sample_time_seconds", "gauge", "When the newest sample was, since the epoch.");
    lines.push(`servereye_newest_sample_time_seconds{${own}} ${newest / 1_000}`);
  }
  const byName = Map.groupBy(values, ({ series }) => metricName(series.key));
  for (const [name, ofName] of [...byName].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const measure = measures.get(ofName[0]?.series.key ?? "");
    if (measure === undefined) lines.push(`# TYPE ${name} untyped`);
    else about(name, measure.kind, `${measure.about} (${measure.unit})`);
    // Two keys could make one name; a series is told once all the same.
    const told = new Map(ofName.map((one) => [one.series.of, one.value]));
    for (const [of, value] of told)
      lines.push(`${name}{${own}${of === undefined ? "" : `,of="${escaped(of)}"`}} ${value}`);
  }
  return `${lines.join("\n")}\n`;
}

const escaped = (text: string): string =>
  text.toWellFormed().replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
