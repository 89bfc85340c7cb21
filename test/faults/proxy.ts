/** A TCP proxy that breaks the line between two parts on purpose: late, slow, cut, reset, half-open, refused. */
import { connect, createServer, type Socket } from "node:net";
import { createWay, type Trouble, type Way } from "./way.ts";

/** Where connections go: a port of 127.0.0.1, or a unix socket. */
export type Target = { readonly port: number } | { readonly path: string };

/** `up` is from who dialled to the target, `down` back. */
export type Direction = "up" | "down";

export interface FaultProxy {
  /** Port of 127.0.0.1 to dial. */
  readonly port: number;
  /** Connections that stand now. */
  connections(): number;
  /** Puts a trouble in place of what was there, for connections that stand and that come. */
  trouble(trouble: Trouble, direction?: Direction): void;
  /** Accepts no one: who dials is reset at once. */
  refuse(refused: boolean): void;
  /** Ends every connection in good order, both ways (FIN). */
  cut(): void;
  /** Breaks every connection, both ways (RST). */
  reset(): void;
  /**
   * Breaks every connection towards its target and tells the dialler nothing: its end stays open, what it sends
   * is swallowed, and nothing ever comes back. As after a pulled cable, or a machine that is gone.
   */
  halfOpen(): void;
  /** Everything passes again. Who missed the end of the other is reset now. */
  heal(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  server: Socket | undefined;
  ways: readonly Way[];
  /** The target's end is gone and the client does not know. */
  halfOpen: boolean;
}

/** How long a target may take to accept, ms. */
const CONNECT_MS = 5_000;

/**
 * Listens on a free port of 127.0.0.1 (or `port`). With several targets it is a balancer: each connection goes to
 * the next one that accepts, in turn; when none does, who dialled is reset.
 */
export async function startFaultProxy(
  targets: Target | (() => readonly Target[]),
  { port = 0 }: { port?: number } = {},
): Promise<FaultProxy> {
  const candidates = typeof targets === "function" ? targets : () => [targets];
  const pairs = new Set<Pair>();
  const troubles: Record<Direction, Trouble> = { up: {}, down: {} };
  let refused = false;
  let turn = 0;

  function forget(pair: Pair): void {
    for (const way of pair.ways) way.close();
    pair.client.destroy();
    pair.server?.destroy();
    pairs.delete(pair);
  }

  function reset(pair: Pair): void {
    for (const socket of [pair.client, pair.server]) breakOff(socket);
    forget(pair);
  }

  /** An end broke off: the other is told, unless nothing passes that way; then it hears of it when all is healed. */
  function broken(pair: Pair, direction: Direction): void {
    if (pairs.has(pair) && !pair.halfOpen && troubles[direction].blackHole !== true) reset(pair);
  }

  /** Both ends have closed by themselves: nothing is left to pass. */
  function closed(pair: Pair): void {
    if (pair.client.destroyed && pair.server?.destroyed !== false) forget(pair);
  }

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, async (client) => {
    const pair: Pair = { client, server: undefined, ways: [], halfOpen: false };
    pairs.add(pair);
    client.on("error", () => broken(pair, "up"));
    client.on("close", () => closed(pair));
    if (refused) return reset(pair);
    const others = candidates();
    const from = turn++;
    for (let at = 0; at < others.length && pair.server === undefined; at++) {
      const target = others[(from + at) % others.length];
      if (target !== undefined) pair.server = await dial(target);
    }
    if (pair.server === undefined || refused || !pairs.has(pair)) {
      pair.server?.destroy();
      return reset(pair);
    }
    const { server: far } = pair;
    far.on("error", () => broken(pair, "down"));
    far.on("close", () => closed(pair));
    pair.ways = [createWay(client, far, () => troubles.up), createWay(far, client, () => troubles.down)];
    client.resume();
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");

  const changed = () => {
    for (const pair of pairs) for (const way of pair.ways) way.changed();
  };
  return {
    port: address.port,
    connections: () => pairs.size,
    trouble(trouble, direction) {
      if (direction !== "down") troubles.up = trouble;
      if (direction !== "up") troubles.down = trouble;
      changed();
    },
    refuse(on) {
      refused = on;
    },
    cut() {
      for (const pair of pairs) {
        for (const way of pair.ways) way.close();
        for (const socket of [pair.client, pair.server]) socket?.end(() => socket.destroySoon());
      }
    },
    reset() {
      for (const pair of pairs) reset(pair);
    },
    halfOpen() {
      for (const pair of pairs) {
        pair.halfOpen = true;
        for (const way of pair.ways) way.close();
        breakOff(pair.server);
        pair.client.resume();
      }
    },
    heal() {
      refused = false;
      troubles.up = {};
      troubles.down = {};
      for (const pair of pairs) if (pair.halfOpen || gone(pair.client) || gone(pair.server)) reset(pair);
      changed();
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const pair of pairs) reset(pair);
      await closed;
    },
  };
}

/** Broke off, rather than ended in good order. */
const gone = (socket: Socket | undefined): boolean => socket?.destroyed === true && !socket.readableEnded;

/** By a reset; a unix socket has none, and just closes. */
function breakOff(socket: Socket | undefined): void {
  if (socket === undefined || socket.destroyed) return;
  // A reset while its end is still being sent is refused by libuv (EINVAL), and the handle would stay for ever.
  const ending = socket.writableEnded && !socket.writableFinished;
  if (socket.remoteAddress === undefined || ending) socket.destroy();
  else socket.resetAndDestroy();
}

/** A connection to a target, or undefined when it takes none. */
function dial(target: Target): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      ...("path" in target ? { path: target.path } : { host: "127.0.0.1", port: target.port }),
      allowHalfOpen: true,
    });
    socket.setNoDelay(true);
    // Of no effect once it is connected: then the pair's own listener hears of it.
    const fail = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(undefined);
    };
    const timer = setTimeout(fail, CONNECT_MS);
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}
