/** One agent's socket: frames out within a bound, frames in as the schema gives them, and its end. */
import type { Duplex } from "node:stream";
import { AgentFrame, type HubFrame } from "@servereye/contract";
import type { RawData, WebSocket } from "ws";
import type { Clock } from "../../core/ports/process.ts";
import type { GatewayLimits } from "./limits.ts";

export interface Wire {
  /** False when the agent does not take what it is sent; then nothing was queued. */
  send(frame: HubFrame): boolean;
  /** Closes politely, and cuts when the peer does not within the limit. */
  close(code: number, reason: string): void;
  cut(): void;
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
}

/** `socket`: what `ws` writes to. Frames of one turn of the event loop leave in one system call. */
export function createWire(ws: WebSocket, socket: Duplex, clock: Clock, limits: GatewayLimits): Wire {
  let gathering = false;
  const gather = (): void => {
    if (gathering) return;
    gathering = true;
    socket.cork();
    setImmediate(() => {
      gathering = false;
      socket.uncork();
    });
  };
  let stopTimer = (): void => {};
  const closed = new Promise<void>((done) => {
    ws.once("close", () => {
      stopTimer();
      done();
    });
  });
  return {
    send(frame) {
      if (ws.readyState !== ws.OPEN) return true;
      const text = JSON.stringify(frame);
      // Bytes are at least as many as characters; what the socket holds already is counted in bytes.
      if (ws.bufferedAmount + text.length > limits.outboundBytes) return false;
      gather();
      // Failures come as the socket's "error" and "close"; the callback keeps them from being thrown.
      ws.send(text, () => {});
      return true;
    },
    close(code, reason) {
      if (ws.readyState === ws.CLOSED) return;
      ws.close(code, reason);
      stopTimer = clock.after(limits.closingMs, () => ws.terminate());
    },
    cut: () => ws.terminate(),
    closed,
  };
}

/** Bytes of a message. */
export function sizeOf(data: RawData): number {
  return Array.isArray(data) ? data.reduce((sum, part) => sum + part.length, 0) : data.byteLength;
}

/** The frame, or undefined for anything that is none: binary, not JSON, unknown, or out of its schema. */
export function readFrame(data: RawData, isBinary: boolean): AgentFrame | undefined {
  if (isBinary) return undefined;
  try {
    const parsed = AgentFrame.safeParse(JSON.parse(data.toString()));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Not JSON: no frame. The caller closes the connection and counts it.
    return undefined;
  }
}
