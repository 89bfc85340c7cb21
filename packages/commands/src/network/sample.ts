/** network in samples: what each link carried since the last one, and TCP sockets by state. */
import type { Host } from "../host.ts";
import { put } from "../kernel/measured.ts";
import { Rates } from "../kernel/rates.ts";
import type { Sampler, Values } from "../kit.ts";
import { kindOf } from "./kinds.ts";
import {
  networkDrops,
  networkErrorRate,
  networkErrors,
  networkIn,
  networkLoad,
  networkMeasures,
  networkOut,
  networkPacketsIn,
  networkPacketsOut,
  networkTcp,
} from "./measures.ts";
import { type LinkCounters, MOST_BYTES_A_MS, parseNetDev } from "./netdev.ts";
import { tcpSockets } from "./sockets.ts";
import { speedOf } from "./speed.ts";

/** Links that have series: more are found on routers alone. */
const MOST_LINKS = 32;
/** 1 Tbit/s in bytes a ms, and as many of the smallest packets (84 bytes on the wire): no link is faster. */
const FASTEST = 1.25e8;
const MOST_PACKETS_A_MS = FASTEST / 84;
/** Kinds and speeds of links are looked for anew after this, ms; kinds also when others come. */
const LOOK_MS = 60_000;

export const networkSampler: Sampler = {
  measures: networkMeasures,
  start(host) {
    const links = linkSampler(host);
    const sockets = tcpSockets(host);
    return () => {
      const values: Values = [];
      links(values);
      for (const [state, count] of sockets()) put(values, networkTcp, count, state);
      return values;
    };
  },
};

function linkSampler(host: Host): (values: Values) => void {
  const bytes = { most: FASTEST, wrapped: MOST_BYTES_A_MS };
  const packets = { most: MOST_PACKETS_A_MS, wrapped: MOST_PACKETS_A_MS };
  const rates = new Rates({
    ...{ inBytes: bytes, outBytes: bytes, inPackets: packets, outPackets: packets },
    ...{ inErrors: packets, outErrors: packets, inDrops: packets, outDrops: packets },
  });
  const speeds = speedsOf(host);
  let names = "";
  let chosen: string[] = [];
  let lookedAt = -Infinity;
  return (values) => {
    const all = parseNetDev(host.peekText("/proc/net/dev") ?? "");
    const at = host.monotonic();
    const there = [...all.keys()].join(" ");
    if (there !== names || at - lookedAt >= LOOK_MS) {
      chosen = usedLinks(host, all);
      names = there;
      lookedAt = at;
    }
    const now = new Map(
      chosen.flatMap((name) => {
        const one = all.get(name);
        return one === undefined ? [] : [[name, countersOf(one)] as const];
      }),
    );
    for (const [name, rate] of rates.since(at, now)) {
      const { inBytes, outBytes, inPackets = 0, outPackets = 0 } = rate;
      const errors = (rate.inErrors ?? 0) + (rate.outErrors ?? 0);
      const whole = inPackets + outPackets + errors;
      const speed = speeds(name);
      put(values, networkIn, inBytes, name);
      put(values, networkOut, outBytes, name);
      put(values, networkPacketsIn, inPackets, name);
      put(values, networkPacketsOut, outPackets, name);
      put(values, networkErrorRate, errors, name);
      put(values, networkErrors, whole > 0 ? (errors / whole) * 100 : 0, name);
      put(values, networkDrops, (rate.inDrops ?? 0) + (rate.outDrops ?? 0), name);
      if (speed !== undefined)
        put(values, networkLoad, (Math.max(inBytes ?? 0, outBytes ?? 0) * 8 * 100) / speed, name);
    }
  };
}

const countersOf = ({ in: inward, out }: LinkCounters) => ({
  ...{ inBytes: inward.bytes, inPackets: inward.packets, inErrors: inward.errors, inDrops: inward.drops },
  ...{ outBytes: out.bytes, outPackets: out.packets, outErrors: out.errors, outDrops: out.drops },
});

/** The machine's own links that ever carried anything; what containers are tied to is told with the containers. */
function usedLinks(host: Host, all: ReadonlyMap<string, LinkCounters>): string[] {
  const used = [...all].filter(([, link]) => link.in.packets + link.out.packets > 0);
  return used
    .map(([name]) => name)
    .filter((name) => kindOf(name, () => host.peekText(`/sys/class/net/${name}/type`)) === "link")
    .slice(0, MOST_LINKS);
}

/** Bits a second that a link is made for, as far as they are known by now: a driver may be slow to tell. */
function speedsOf(host: Host): (name: string) => number | undefined {
  const known = new Map<string, { askedAt: number; speed: number | undefined }>();
  return (name) => {
    const last = known.get(name);
    if (last === undefined || host.monotonic() - last.askedAt >= LOOK_MS) {
      const asked = { askedAt: host.monotonic(), speed: last?.speed };
      if (known.size >= 2 * MOST_LINKS) known.clear();
      known.set(name, asked);
      void speedOf(host, name).then((speed) => {
        asked.speed = speed;
      });
    }
    return known.get(name)?.speed;
  };
}
