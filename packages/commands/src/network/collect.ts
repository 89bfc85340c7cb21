/** network at the agent: the counters twice, and what the kernel tells of each link meanwhile. */
import { Fault } from "@servereye/contract";
import type { Host } from "../host.ts";
import { collector } from "../kit.ts";
import { type Flow, Interface, MOST_INTERFACES, network } from "./contract.ts";
import { kindOf } from "./kinds.ts";
import { flowsBetween, type LinkCounters, parseNetDev, sumFlows } from "./netdev.ts";
import { speedOf } from "./speed.ts";

/** What the rates are measured over, ms. */
const INTERVAL_MS = 400;

const NET_DEV = "/proc/net/dev";

export const networkCollector = collector(network, async (_ask, host) => {
  const before = look(host);
  await host.wait(INTERVAL_MS);
  const now = look(host);
  const ms = now.at - before.at;

  const links: { name: string; in: Flow; out: Flow }[] = [];
  const ports: { in: Flow; out: Flow }[] = [];
  const bridges: { in: Flow; out: Flow }[] = [];
  let loopback: Flow | undefined;
  for (const [name, counters] of now.links) {
    const flows = flowsBetween(before.links.get(name), counters, ms);
    const kind = kindOf(name, () => host.peekText(`/sys/class/net/${name}/type`));
    if (kind === "link") links.push({ name, ...flows });
    else if (kind === "loopback") loopback = sumFlows(loopback ? [loopback, flows.in] : [flows.in]);
    else (kind === "port" ? ports : bridges).push(flows);
  }

  const described = links.map((link) => ({ ...describe(host, link.name), in: link.in, out: link.out }));
  const used = described.filter((link) => link.physical || link.state !== "down" || weightOf(link) > 0);
  used.sort((a, b) => rateOf(b) - rateOf(a) || weightOf(b) - weightOf(a) || (a.name < b.name ? -1 : 1));
  const interfaces = used.slice(0, MOST_INTERFACES);
  const counted = ports.length > 0 ? ports : bridges;
  return {
    interfaces: await withSpeeds(host, interfaces),
    left: used.length - interfaces.length,
    unused: described.length - used.length,
    ...(loopback ? { loopback } : {}),
    ...(counted.length > 0
      ? {
          containers: {
            count: ports.length + bridges.length,
            // The host's end sends what the container receives.
            in: sumFlows(counted.map((flows) => flows.out)),
            out: sumFlows(counted.map((flows) => flows.in)),
          },
        }
      : {}),
    intervalMs: ms,
  };
});

function look(host: Host): { at: number; links: Map<string, LinkCounters> } {
  const text = host.peekText(NET_DEV);
  if (text === undefined) {
    throw new Fault("UNSUPPORTED", `${NET_DEV} can not be read`, { values: { path: NET_DEV } });
  }
  return { at: host.monotonic(), links: parseNetDev(text) };
}

const rateOf = (link: { in: Flow; out: Flow }) => (link.in.rate ?? 0) + (link.out.rate ?? 0);
const weightOf = (link: { in: Flow; out: Flow }) => link.in.bytes + link.out.bytes;

function describe(host: Host, name: string): Pick<Interface, "name" | "state" | "physical"> {
  const state = Interface.shape.state.safeParse(host.peekText(`/sys/class/net/${name}/operstate`)?.trim());
  const target = host.readLink(`/sys/class/net/${name}`);
  return {
    name,
    state: state.success ? state.data : "unknown",
    physical: target !== undefined && !target.includes("/virtual/"),
  };
}

/** Speeds in parallel: a driver that is slow to tell only loses its own. Down links have none to tell. */
async function withSpeeds(host: Host, interfaces: readonly Interface[]): Promise<Interface[]> {
  return Promise.all(
    interfaces.map(async (link) => {
      if (link.state === "down" || link.state === "notpresent") return link;
      const speed = await speedOf(host, link.name);
      return speed === undefined ? link : { ...link, speed };
    }),
  );
}
