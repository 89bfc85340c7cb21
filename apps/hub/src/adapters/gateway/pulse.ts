/** Whether a connection lives: its silence is noticed, its round trip measured. */
import type { WebSocket } from "ws";
import type { Clock } from "../../core/ports/process.ts";
import type { GatewayLimits } from "./limits.ts";

export interface Pulse {
  /** A sign of life. */
  sign(): void;
  stop(): void;
}

export function startPulse(parts: {
  ws: WebSocket;
  clock: Clock;
  limits: GatewayLimits;
  /** Called once, when there was no sign of life for the limit. */
  silent(): void;
  /** Ms there and back. */
  latency(ms: number): void;
  /** A pong that answers no ping of ours. */
  unasked(): void;
}): Pulse {
  const { ws, clock, limits } = parts;
  let last = clock.monotonic();
  let ping: { mark: string; sent: number } | undefined;
  let count = 0;
  let stopSilence = (): void => {};
  let stopPing = (): void => {};

  function watch(): void {
    const left = limits.silenceMs - (clock.monotonic() - last);
    if (left <= 0) parts.silent();
    else stopSilence = clock.after(left, watch);
  }

  function measure(): void {
    if (ws.readyState === ws.OPEN) {
      ping = { mark: String(count++), sent: clock.monotonic() };
      // A socket that fails here tells so by its own events.
      ws.ping(ping.mark, false, () => {});
    }
    stopPing = clock.after(limits.heartbeatMs, measure);
  }

  function pong(data: Buffer): void {
    if (ping === undefined || data.toString() !== ping.mark) {
      parts.unasked();
      return;
    }
    const ms = clock.monotonic() - ping.sent;
    ping = undefined;
    parts.latency(ms);
  }

  ws.on("pong", pong);
  watch();
  measure();
  return {
    sign() {
      last = clock.monotonic();
    },
    stop() {
      ws.off("pong", pong);
      stopSilence();
      stopPing();
    },
  };
}
