/** One connection to one Redis server: every call on it ends within the deadline, and it ends itself when it is dead. */
import { isIP } from "node:net";
import { createClient } from "@redis/client";
import { Fault } from "@servereye/contract";
import type { Clock } from "../../../core/ports/process.ts";
import type { Endpoint } from "./place.ts";

/** How long any call may take, connecting included; ms. */
export const DEADLINE_MS = 1_000;
/** How often a connection is asked for a sign of life: one that is half open is noticed within this and a deadline; ms. */
export const PING_MS = 1_000;
/** Commands on their way on one connection. At the bound a call fails at once. */
const MOST_IN_FLIGHT = 20_000;

export interface WireOptions {
  at: Endpoint;
  tls: boolean;
  /** PEM of the authorities to trust in place of the system's. */
  ca: string | undefined;
  username: string | undefined;
  password: string | undefined;
  database: number;
  clock: Clock;
  /** Sharded pub/sub, as in a Cluster. */
  sharded: boolean;
  /** Told once, when the connection ends by itself. Not told of `drop`. */
  lost(error: unknown): void;
  /** A message of a channel joined here. */
  heard(channel: string, message: string): void;
}

/** Each call rejects with Fault BROKER_UNAVAILABLE, the cause being what Redis or the network said. */
export interface Wire {
  readonly alive: boolean;
  call(args: string[]): Promise<unknown>;
  /** Resolves when Redis confirmed all of them. */
  join(channels: string[]): Promise<void>;
  part(channels: string[]): Promise<void>;
  /** Ends it; what is on its way rejects. */
  drop(): void;
  /** Ends it as one that was lost. */
  fail(error: unknown): void;
}

export const unavailable = (detail: string, cause?: unknown): Fault =>
  new Fault("BROKER_UNAVAILABLE", detail, cause === undefined ? {} : { cause });

class Overdue extends Error {}

/** Opens a connection that has said who it is and had an answer to a first ping. */
export async function openWire(options: WireOptions): Promise<Wire> {
  const { at, clock } = options;
  let state: "opening" | "open" | "over" = "opening";
  let stopPinging = (): void => undefined;
  const client = createClient({
    socket: {
      host: at.host,
      port: at.port,
      connectTimeout: DEADLINE_MS,
      // Reconnecting is connections.ts's: it knows where to, and what has to stand again.
      reconnectStrategy: false,
      ...(options.tls ? { tls: true as const } : {}),
      ...(options.tls && options.ca !== undefined ? { ca: options.ca } : {}),
      ...(options.tls && isIP(at.host) === 0 ? { servername: at.host } : {}),
    },
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    database: options.database,
    // A command that was to be queued would run later than anybody waits for it.
    disableOfflineQueue: true,
    commandsQueueMaxLength: MOST_IN_FLIGHT,
    // Deadlines are this file's, by the clock it is given; the client's own would cost a signal a command.
    commandOptions: { timeout: 0 },
    maintNotifications: "disabled",
    name: "servereye",
  });

  function over(): boolean {
    const was = state;
    state = "over";
    stopPinging();
    // Not at once: destroyed while it reads (a handler that closes the broker), the client reads the same bytes for ever.
    queueMicrotask(() => client.destroy());
    return was === "open";
  }
  function lose(error: unknown): void {
    if (over()) options.lost(error);
  }
  const isOver = (): boolean => state === "over";
  client.on("error", lose);
  // Given up while it was being made: the client would keep what comes about all the same.
  client.on("connect", () => isOver() && client.destroy());
  // The slot moved to another node: what is heard there is not heard here.
  client.on("sharded-channel-moved", () => lose(new Error("slots have moved to another node")));

  /** One turn of the event loop later than due: after a long turn of our own, answers that are in come first. */
  function within<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = clock.after(DEADLINE_MS, () =>
        setImmediate(() => reject(new Overdue(`no answer within ${DEADLINE_MS} ms`))),
      );
      work.then(resolve, reject).finally(stop);
    });
  }
  async function ended<T>(work: Promise<T>): Promise<T> {
    try {
      return await within(work);
    } catch (error) {
      // What answers late holds up whatever comes after it, and what it was sent may still be done by it then.
      if (error instanceof Overdue) lose(error);
      else if (error instanceof Error && /^(READONLY|NOAUTH)\b/.test(error.message)) lose(error);
      throw unavailable(
        error instanceof Overdue ? "Redis does not answer" : "Redis can not do it now",
        error,
      );
    }
  }
  const call = (args: string[]): Promise<unknown> =>
    state === "over"
      ? Promise.reject(unavailable("the connection to Redis is lost"))
      : ended(client.sendCommand(args));
  const heard = (message: string, channel: string): void => {
    if (state !== "over") options.heard(channel, message);
  };
  function keepPinging(): void {
    stopPinging = clock.after(PING_MS, () => {
      // A refusal is an answer too; no answer has ended the connection.
      call(["PING"])
        .catch(() => undefined)
        .finally(() => state === "open" && keepPinging());
    });
  }

  try {
    await within(client.connect());
    // A server that is still reading its files in lets one in and says so here.
    await within(client.sendCommand(["PING"]));
    if (isOver()) throw new Error("lost while it was opened");
  } catch (error) {
    over();
    const refused = error instanceof Error && /^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH)\b/.test(error.message);
    throw unavailable(
      refused ? "Redis refuses the user and password it was given" : "Redis can not be reached",
      error,
    );
  }
  state = "open";
  keepPinging();

  return {
    get alive() {
      return state === "open";
    },
    call,
    async join(channels) {
      if (!options.sharded) await ended(client.subscribe(channels, heard));
      // Channels of different slots can not share a command; those of one turn share a write.
      else await ended(Promise.all(channels.map((channel) => client.sSubscribe(channel, heard))));
    },
    async part(channels) {
      if (!options.sharded) await ended(client.unsubscribe(channels, heard));
      else await ended(Promise.all(channels.map((channel) => client.sUnsubscribe(channel, heard))));
    },
    drop() {
      over();
    },
    fail: lose,
  };
}
