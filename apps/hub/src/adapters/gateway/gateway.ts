/** The WebSocket gateway where agents dial in: upgrades, the limits on strangers, and the end of all connections. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { MAX_FRAME_BYTES, serverIdOf, verifierOf } from "@servereye/contract";
import { type WebSocket, WebSocketServer } from "ws";
import type { AgentDoor } from "../../core/fleet/door.ts";
import type { Chance, Clock, Log, Metrics } from "../../core/ports/process.ts";
import { type AgentConnection, serveAgent } from "./connection.ts";
import type { Proofs } from "./handshake.ts";
import { createSlots, GATEWAY_LIMITS, type GatewayLimits } from "./limits.ts";
import { createLine } from "./line.ts";

export interface GatewayParts {
  door: AgentDoor;
  clock: Clock;
  chance: Chance;
  log: Log;
  metrics: Metrics;
  limits?: Partial<GatewayLimits>;
  /** The web's own cryptography unless told. */
  proofs?: Proofs;
  /** Address of the peer; else the socket's own. Give one behind a proxy whose header can be believed. */
  addressOf?: (request: IncomingMessage) => string;
}

export interface Gateway {
  /** Takes over an upgrade request for AGENT_PATH. Never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says bye to everybody, to dial again soon, and cuts who has not closed within 300 ms. */
  close(): Promise<void>;
  /** Agents that are in. */
  connected(): number;
}

export function createGateway(parts: GatewayParts): Gateway {
  const limits: GatewayLimits = { ...GATEWAY_LIMITS, ...parts.limits };
  const { metrics, log } = parts;
  const line = createLine(
    {
      places: limits.handshakes,
      placesPerNetwork: limits.handshakesPerAddress,
      waiting: limits.line,
      waitingPerNetwork: limits.linePerAddress,
      patienceMs: limits.lineMs,
    },
    parts.clock,
  );
  const waitingSlots = createSlots(limits.waiting, limits.waitingPerAddress);
  const connections = new Set<AgentConnection>();
  // No compression: frames are small, and it costs each connection hundreds of kilobytes.
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  const addressOf = parts.addressOf ?? ((request) => request.socket.remoteAddress ?? "unknown");
  let closing = false;

  metrics.gauge("agent_handshakes", "Agents' connections that have not proved themselves yet.", () =>
    line.taken(),
  );
  metrics.gauge("agents_in_line", "Agents' connections that wait for a place to prove themselves.", () =>
    line.waiting(),
  );
  metrics.gauge("agents_waiting", "Agents waiting to be added by their code.", () => waitingSlots.taken());

  // Each of these outlives the upgrade with its connection, so each is made where no request can be held on to.
  function watch(socket: Duplex): void {
    // A peer that resets the socket meanwhile is no fault of ours; its "close" follows and frees the place.
    socket.on("error", (error) => log.debug("agent.socket_error", { error }));
  }

  function refuse(socket: Duplex, reason: "stopping" | "busy"): void {
    metrics.count("agent_upgrades_refused", { reason });
    turnAway(socket);
  }

  function begin(ws: WebSocket, socket: Duplex, from: string, settled: () => void): void {
    const { door, clock, chance } = parts;
    const proofs = parts.proofs ?? { verifierOf, serverIdOf };
    const own = { ws, socket, from, settled };
    const connection = serveAgent({
      ...own,
      door,
      clock,
      chance,
      proofs,
      log,
      metrics,
      limits,
      waitingSlots,
    });
    connections.add(connection);
    void connection.ended.then(() => connections.delete(connection));
    // Came through its upgrade while the others were told to go.
    if (closing) connection.leave("soon", "stopping", "the hub is stopping");
  }

  return {
    upgrade(request, socket, head) {
      watch(socket);
      if (closing) return refuse(socket, "stopping");
      const from = addressOf(request);
      let leaveLine: (() => void) | undefined;
      const enter = (leave: () => void): void => {
        // Who waited holds on to the whole request: that ends here.
        if (leaveLine !== undefined) socket.off("close", leaveLine);
        socket.once("close", leave);
        if (socket.destroyed) leave();
        else server.handleUpgrade(request, socket, head, (ws) => begin(ws, socket, from, leave));
      };
      leaveLine = line.join(from, enter, () => refuse(socket, closing ? "stopping" : "busy"));
      if (leaveLine === undefined) return;
      metrics.count("agent_upgrades_held");
      socket.once("close", leaveLine);
    },
    async close() {
      closing = true;
      line.close();
      const all = [...connections];
      for (const connection of all) connection.leave("soon", "stopping", "the hub is stopping");
      await Promise.all(all.map((connection) => connection.ended));
      server.close();
    },
    connected: () => [...connections].filter((connection) => connection.online()).length,
  };
}

function turnAway(socket: Duplex): void {
  socket.once("finish", () => socket.destroy());
  socket.end(
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n",
  );
}
