/** An agent of the Go original as the bench needs it: polls, answers pings, and tells when it was given each. */
import { Agent, request } from "node:http";

export type PollStyle = "streams" | "pubsub";

export interface Poller {
  start(): void;
  stop(): void;
}

export interface PollerParts {
  base: string;
  key: string;
  style: PollStyle;
  /** Ms from when the hub made the message (in whole ms, so at most one too many) until it was here. */
  given(ms: number): void;
  failed(why: string): void;
}

/** What its versions ask for: streams are held 5 s, a subscription 30 s with a tenth between two. */
const BLOCK_MS = 5_000;
const SUBSCRIBE_S = 30;
const BETWEEN_MS = 100;
const HEARTBEAT_MS = 30_000;

const epoch = (): number => performance.timeOrigin + performance.now();
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function poller({ base, key, style, given, failed }: PollerParts): Poller {
  const connections = new Agent({ keepAlive: true });
  let stopped = false;
  let beats: NodeJS.Timeout | undefined;

  function post(path: string, body: unknown): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const text = JSON.stringify(body);
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
      const sent = request(`${base}${path}`, { method: "POST", agent: connections, headers }, (response) => {
        let answer = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          answer += chunk;
        });
        response.on("end", () => {
          if (response.statusCode === 200) resolve(JSON.parse(answer));
          else reject(new Error(`${path}: ${response.statusCode} ${answer}`));
        });
        response.on("error", reject);
      });
      sent.on("error", reject);
      sent.end(text);
    });
  }

  async function poll(): Promise<string[]> {
    if (style === "pubsub") {
      const reply = await post("/api/redis/subscribe", { channel: `cmd:${key}`, timeout: SUBSCRIBE_S });
      return reply.success === true ? [String(reply.message)] : [];
    }
    const wish = { stream: `stream:cmd:${key}`, last_id: "$", count: 10, block_ms: BLOCK_MS };
    const { streams = [] } = (await post("/api/streams/xread", wish)) as {
      streams?: Array<{ Messages: Array<{ Values: { payload: string } }> }>;
    };
    return streams.flatMap(({ Messages }) => Messages.map(({ Values }) => Values.payload));
  }

  async function answer(text: string): Promise<void> {
    const { id, timestamp } = JSON.parse(text) as { id: string; timestamp: string };
    given(epoch() - Date.parse(timestamp));
    const message = JSON.stringify({
      id,
      type: "pong",
      timestamp: new Date().toISOString(),
      version: "1.0",
      payload: { status: "ok" },
    });
    if (style === "pubsub") await post("/api/redis/publish", { channel: `resp:${key}:${id}`, message });
    else {
      const values = {
        type: "pong",
        id,
        command_id: id,
        payload: message,
        timestamp: new Date().toISOString(),
      };
      await post("/api/streams/xadd", { stream: `stream:resp:${key}`, values });
    }
  }

  async function live(): Promise<void> {
    while (!stopped) {
      for (const text of await poll()) await answer(text);
      if (style === "pubsub") await wait(BETWEEN_MS);
    }
  }

  return {
    start() {
      const end = (error: unknown) => {
        if (!stopped) failed(String(error));
      };
      live().catch(end);
      beats = setInterval(() => void post("/api/heartbeat", { server_key: key }).catch(end), HEARTBEAT_MS);
    },
    stop() {
      stopped = true;
      clearInterval(beats);
      connections.destroy();
    },
  };
}
