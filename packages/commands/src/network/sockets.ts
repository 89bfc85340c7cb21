/** TCP sockets by state, at a cost that does not grow with their number. */
import type { Host } from "../host.ts";
import { Scan } from "../kernel/scan.ts";

/** How a socket is counted, by the number of its state (linux/tcp_states.h) from 1 on. */
const STATES = [
  "established",
  "opening", // SYN_SENT
  "opening", // SYN_RECV
  "closing", // FIN_WAIT1
  "closing", // FIN_WAIT2
  "time_wait",
  "closing", // CLOSE
  "close_wait",
  "closing", // LAST_ACK
  "listening",
  "closing", // CLOSING
  "opening", // NEW_SYN_RECV
] as const;

/**
 * So many are looked at one by one, and that once a minute: for the table the kernel goes through all of its places
 * for sockets, about 2 ms of a machine with a handful of them. Of more, its sums alone are told.
 */
const MANY = 10_000;
const SELDOM_MS = 60_000;

/**
 * Counts by state: `established`, `opening`, `closing`, `time_wait`, `close_wait` (its peer has closed, its program
 * has not), `listening`; and `orphan` (no program has it). With so many sockets that a look at each would cost too
 * much, `established`, `time_wait` and `orphan` are the kernel's own sums, of which the first has `close_wait` in it.
 */
export function tcpSockets(host: Host): () => Map<string, number> {
  let seldom: { at: number; counted: Map<string, number> } | undefined;
  return () => {
    const sums = sumsOf(host);
    const sockets = sums.inUse + sums.timeWait;
    let counted: Map<string, number> | undefined;
    if (sockets <= MANY) {
      const at = host.monotonic();
      if (seldom === undefined || at - seldom.at >= SELDOM_MS) seldom = { at, counted: countAll(host) };
      counted = new Map(seldom.counted);
      // What the kernel sums up is of this moment.
      if (sums.established !== undefined)
        counted.set("established", Math.max(0, sums.established - (counted.get("close_wait") ?? 0)));
      counted.set("time_wait", sums.timeWait);
    }
    if (sums.established === undefined && counted === undefined) return new Map();
    const found = counted ?? new Map([["time_wait", sums.timeWait]]);
    if (counted === undefined && sums.established !== undefined) found.set("established", sums.established);
    if (sums.orphan !== undefined) found.set("orphan", sums.orphan);
    return found;
  };
}

interface Sums {
  /** All but those in TIME_WAIT. */
  inUse: number;
  timeWait: number;
  orphan: number | undefined;
  /** ESTABLISHED and CLOSE_WAIT (RFC 1213, tcpCurrEstab). */
  established: number | undefined;
}

function sumsOf(host: Host): Sums {
  const four = host.peekText("/proc/net/sockstat") ?? "";
  const [, inUse, orphan, timeWait] = /^TCP: inuse (\d+) orphan (\d+) tw (\d+)/m.exec(four) ?? [];
  const [, inUse6] = /^TCP6: inuse (\d+)/m.exec(host.peekText("/proc/net/sockstat6") ?? "") ?? [];
  return {
    inUse: Number(inUse ?? 0) + Number(inUse6 ?? 0),
    timeWait: Number(timeWait ?? 0),
    orphan: orphan === undefined ? undefined : Number(orphan),
    established: currentlyEstablished(host.peekText("/proc/net/snmp") ?? ""),
  };
}

/** Two lines: names, then numbers. */
function currentlyEstablished(snmp: string): number | undefined {
  const [names, numbers] = snmp.split("\n").filter((line) => line.startsWith("Tcp: "));
  const at = names?.split(" ").indexOf("CurrEstab") ?? -1;
  const number = at < 0 ? undefined : numbers?.split(" ")[at];
  return number !== undefined && /^\d+$/.test(number) ? Number(number) : undefined;
}

function countAll(host: Host): Map<string, number> {
  const counts = new Map<string, number>(STATES.map((state) => [state, 0]));
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const bytes = host.peek(table);
    if (bytes !== undefined) countIn(bytes, counts);
  }
  return counts;
}

/** `  0: 0100007F:1F90 00000000:0000 0A ...`: number, own address, peer's, state in hexadecimal (proc(5)). */
function countIn(bytes: Uint8Array, counts: Map<string, number>): void {
  const scan = new Scan(bytes);
  while (scan.nextLine()) {
    scan.skipWords(3);
    scan.skipBlanks();
    const number = Number.parseInt(String.fromCharCode(...bytes.subarray(scan.at, scan.at + 2)), 16);
    const state = STATES[number - 1];
    if (state !== undefined) counts.set(state, (counts.get(state) ?? 0) + 1);
  }
}
