/** A double of the Go original's agent: speaks its wire as DESIGN §7 has it, bad habits included. */
import { randomUUID } from "node:crypto";

export type Style = "pubsub" | "streams" | "group";

/** What one sort of question is answered with: its reply's type and payload. */
export type Told = { type: string; payload: unknown };

export interface DoubleOptions {
  key: string;
  /** Where the next request goes: one hub, or now this and now that one. */
  base: () => string;
  style: Style;
  /** Replies by the type asked; what is not here is answered with an error. */
  answers?: Record<string, Told | ((payload: unknown) => Told)>;
  /** Waits so long after an error, and is deaf meanwhile; ms. The clock is the test's. */
  pause: (ms: number) => Promise<void>;
  /** Replies of these types it never sends. */
  loses?: (type: string) => boolean;
  /** Some versions give their replies an id of their own. */
  freshIds?: boolean;
  /** How long a poll asks to be held, ms. */
  holdMs?: number;
}

export interface Received {
  id: string;
  type: string;
  payload: unknown;
  version: string;
  timestamp: string;
}

export interface OriginalDouble {
  /** Everything it was given, oldest first, over all its lives. */
  readonly received: Received[];
  /** Statuses of requests that failed. */
  readonly errors: number[];
  register(more?: Record<string, unknown>): Promise<Response>;
  post(path: string, body: unknown): Promise<Response>;
  /** Begins to poll, from the very beginning of its stream, as after every start. */
  start(): void;
  /** Stops in the middle of whatever it does, as a killed process. */
  kill(): Promise<void>;
  /** Resolves when it was given as many as this. */
  given(count: number): Promise<Received[]>;
  /** Resolves when it is in the pause after an error. */
  deaf(): Promise<void>;
}

const DEAF_MS = 5_000;

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

export function originalAgent(options: DoubleOptions): OriginalDouble {
  const { key, style, pause } = options;
  const holdMs = options.holdMs ?? 30_000;
  const received: Received[] = [];
  const errors: number[] = [];
  const watchers = new Set<() => void>();
  const pauses = new Set<() => void>();
  let life = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  const post = (path: string, body: unknown, signal?: AbortSignal): Promise<Response> =>
    fetch(`${options.base()}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });

  async function must(path: string, body: unknown, signal: AbortSignal): Promise<Record<string, unknown>> {
    const response = await post(path, body, signal);
    const text = await response.text();
    if (response.status !== 200) {
      errors.push(response.status);
      throw new Error(`HTTP ${response.status}`);
    }
    return JSON.parse(text);
  }

  /** Messages of one poll, each with what it is acknowledged by. */
  async function poll(from: string, signal: AbortSignal): Promise<Array<{ text: string; entry?: string }>> {
    if (style === "pubsub") {
      const body = { channel: `cmd:${key}`, timeout: holdMs / 1_000 };
      const reply = await must("/api/redis/subscribe", body, signal);
      return reply.success === true ? [{ text: String(reply.message) }] : [];
    }
    const stream = `stream:cmd:${key}`;
    const wish = { stream, count: 10, block_ms: holdMs };
    const [path, body] =
      style === "group"
        ? ["/api/streams/xreadgroup", { ...wish, group: "agents", consumer: "one" }]
        : ["/api/streams/xread", { ...wish, last_id: from }];
    const { streams } = (await must(path, body, signal)) as {
      streams?: Array<{ Stream: string; Messages: Array<{ ID: string; Values: Record<string, unknown> }> }>;
    };
    return (streams ?? []).flatMap(({ Messages }) =>
      // What is no text it passes over.
      Messages.map(({ ID, Values }) => ({ text: String(Values.payload), entry: ID })),
    );
  }

  async function answer(asked: Received, signal: AbortSignal): Promise<void> {
    const made = options.answers?.[asked.type];
    const told =
      (typeof made === "function" ? made(asked.payload) : made) ??
      ({
        type: "error_response",
        payload: { error_code: "INVALID_COMMAND", error_message: "unknown" },
      } as Told);
    if (options.loses?.(told.type) === true) return;
    const id = options.freshIds ? randomUUID() : asked.id;
    const timestamp = new Date().toISOString();
    const message = JSON.stringify({ id, ...told, timestamp, version: "1.0" });
    if (style === "pubsub") {
      await must("/api/redis/publish", { channel: `resp:${key}:${asked.id}`, message }, signal);
      return;
    }
    const values = { type: told.type, id, command_id: asked.id, payload: message, timestamp };
    await must("/api/streams/xadd", { stream: `stream:resp:${key}`, values }, signal);
  }

  async function live(signal: AbortSignal): Promise<void> {
    let from = "0";
    while (!signal.aborted) {
      try {
        const messages = await poll(from, signal);
        from = "$";
        for (const { text, entry } of messages) {
          const asked: Received = JSON.parse(text);
          received.push(asked);
          for (const look of watchers) look();
          await answer(asked, signal);
          if (style === "group" && entry !== undefined)
            await must(
              "/api/streams/xack",
              { stream: `stream:cmd:${key}`, group: "agents", id: entry },
              signal,
            );
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof Error)) throw error;
        for (const tell of pauses) tell();
        await Promise.race([pause(DEAF_MS), ended(signal)]);
      }
    }
  }

  return {
    received,
    errors,
    post,
    register: (more = {}) => post("/api/register-key", { secret_key: key, ...more }),
    start() {
      life = new AbortController();
      loop = live(life.signal);
    },
    async kill() {
      life.abort();
      await loop;
    },
    given: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (received.length < count) return;
          watchers.delete(look);
          resolve(received);
        };
        watchers.add(look);
        look();
      }),
    deaf: () =>
      new Promise((resolve) => {
        const tell = () => {
          pauses.delete(tell);
          resolve();
        };
        pauses.add(tell);
      }),
  };
}

const GIB = 2 ** 30;

/** What a quiet machine tells: by the type asked. */
export const usualAnswers: Record<string, Told> = {
  ping: { type: "pong", payload: { status: "ok", uptime: "3h" } },
  get_cpu_temp: {
    type: "cpu_temp_response",
    payload: { temperature: 48.5, unit: "°C", sensor: "coretemp Package id 0" },
  },
  get_memory_info: {
    type: "memory_info_response",
    payload: {
      total: 16 * GIB,
      available: 10 * GIB,
      used: 6 * GIB,
      used_percent: 37.5,
      free: 2 * GIB,
      buffers: 0.5 * GIB,
      cached: 7.5 * GIB,
    },
  },
  get_disk_info: {
    type: "disk_info_response",
    payload: {
      disks: [
        {
          path: "/",
          total: 100 * GIB,
          used: 40 * GIB,
          free: 55 * GIB,
          used_percent: 42.1,
          filesystem: "ext4",
        },
        {
          path: "/srv",
          total: 500 * GIB,
          used: 470 * GIB,
          free: 30 * GIB,
          used_percent: 94,
          filesystem: "xfs",
        },
      ],
    },
  },
  get_containers: {
    type: "containers_response",
    payload: {
      containers: [
        {
          id: "0123456789ab",
          name: "/web",
          image: "nginx:1.27",
          status: "Up 3 hours (healthy)",
          state: "running",
          ports: ["0.0.0.0:8080->80/tcp"],
          labels: { "com.docker.compose.project": "shop" },
        },
      ],
      total: 1,
    },
  },
  get_uptime: {
    type: "uptime_response",
    payload: { uptime: 273_600, boot_time: 1_795_000_000, formatted: "3d 4h 0m" },
  },
  get_processes: {
    type: "processes_response",
    payload: {
      processes: [
        {
          pid: 812,
          name: "postgres",
          cpu_percent: 12.5,
          memory_mb: 512,
          memory_percent: 3.1,
          status: "sleep",
          username: "postgres",
          create_time: 1_795_000_500_000,
        },
        {
          pid: 1,
          name: "systemd",
          cpu_percent: 0.1,
          memory_mb: 12,
          memory_percent: 0.1,
          status: "S",
          username: "root",
          create_time: 1_795_000_000,
        },
      ],
      total: 143,
    },
  },
  get_network_info: {
    type: "network_info_response",
    payload: {
      interfaces: [
        {
          name: "eth0",
          bytes_sent: 8 * GIB,
          bytes_recv: 20 * GIB,
          packets_sent: 9e6,
          packets_recv: 2e7,
          errors_in: 0,
          errors_out: 0,
          drop_in: 12,
          drop_out: 0,
          speed_mbps: 1000,
        },
        { name: "lo", bytes_sent: GIB, bytes_recv: GIB, packets_sent: 1e5, packets_recv: 1e5, speed_mbps: 0 },
      ],
      download_speed_mbps: 12.8,
      upload_speed_mbps: 1.5,
      total_download_gb: 20,
      total_upload_gb: 8,
    },
  },
};
