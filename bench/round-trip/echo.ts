/** The floor's agent: says over a WebSocket what it is told. */
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (line) => line.on("message", (data) => line.send(String(data))));
server.once("listening", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.send?.(`ws://127.0.0.1:${address.port}`);
});
process.on("disconnect", () => process.exit());
