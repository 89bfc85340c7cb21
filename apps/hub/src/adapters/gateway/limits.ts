/** How much a peer may take of the gateway before and after it has proved itself. */
import { isIPv6 } from "node:net";
import { HEARTBEAT_MS, SILENCE_MS } from "@servereye/contract";

export interface GatewayLimits {
  /** From the upgrade to the welcome, ms. */
  handshakeMs: number;
  /** Connections in the handshake at once: in all, and from one address. */
  handshakes: number;
  handshakesPerAddress: number;
  /** Upgrades held back until there is a place in the handshake, likewise, and for how long at most, ms. */
  line: number;
  linePerAddress: number;
  lineMs: number;
  /** Agents waiting to be added by their code, likewise. */
  waiting: number;
  waitingPerAddress: number;
  heartbeatMs: number;
  silenceMs: number;
  /** Bytes queued towards one agent. */
  outboundBytes: number;
  /** Asks held back until the welcome is sent. */
  early: number;
  /** Frames that carry nothing asked for (heartbeats, pings, unasked answers), for each heartbeat interval. */
  idleFrames: number;
  /** Events of one agent: at once, then for each minute. More are dropped, and told again by it later. */
  eventBurst: number;
  eventsPerMinute: number;
  /** From a close to the end of patience, ms. */
  closingMs: number;
}

export const GATEWAY_LIMITS: GatewayLimits = {
  handshakeMs: 10_000,
  handshakes: 200,
  // A thousand servers behind one router, 100 ms away, are through in some 5 s.
  handshakesPerAddress: 50,
  // 10 to 20 KB each. When a hub died its agents come within seconds: turned away, each would wait its backoff out.
  line: 2_000,
  linePerAddress: 1_000,
  // Below the 10 s that an agent waits for its socket.
  lineMs: 5_000,
  waiting: 200,
  waitingPerAddress: 10,
  heartbeatMs: HEARTBEAT_MS,
  silenceMs: SILENCE_MS,
  outboundBytes: 1_048_576,
  early: 64,
  idleFrames: 100,
  // A machine whose every container dies at once tells of 60; what goes on for hours is a few a minute.
  eventBurst: 60,
  eventsPerMinute: 30,
  closingMs: 300,
};

/** Places to stand in, few in all and fewer for one network. */
export interface Slots {
  /** Undefined when there is none; else what gives it back (idempotent). */
  take(address: string): (() => void) | undefined;
  taken(): number;
}

export function createSlots(inAll: number, perAddress: number): Slots {
  const byNetwork = new Map<string, number>();
  let taken = 0;
  return {
    take(address) {
      const network = networkOf(address);
      const mine = byNetwork.get(network) ?? 0;
      if (taken >= inAll || mine >= perAddress) return undefined;
      taken += 1;
      byNetwork.set(network, mine + 1);
      let given = false;
      return () => {
        if (given) return;
        given = true;
        taken -= 1;
        const left = (byNetwork.get(network) ?? 1) - 1;
        if (left > 0) byNetwork.set(network, left);
        else byNetwork.delete(network);
      };
    },
    taken: () => taken,
  };
}

/** The address itself, or the /64 of an IPv6 one: whoever has one address of it has them all. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
