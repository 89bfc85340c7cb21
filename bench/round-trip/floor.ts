/** The floor's hub: the same hops as the real one's and no work in them. Fetch a poll, ask over a WebSocket, send. */
import { WebSocket } from "ws";
import { call, nextUpdates } from "./floor-calls.ts";

const [, , root = "", echo = ""] = process.argv;
const line = new WebSocket(echo, { perMessageDeflate: false });
await new Promise((resolve) => line.once("open", resolve));
line.on("message", (data) => {
  void call(root, "sendMessage", { chat_id: Number(String(data)), text: "the same hops, empty" });
});

process.send?.("polling");
process.on("disconnect", () => process.exit());
for (let offset = 0; ; ) {
  for (const { update_id, message } of await nextUpdates(root, offset)) {
    offset = update_id + 1;
    line.send(String(message.chat.id));
  }
}
