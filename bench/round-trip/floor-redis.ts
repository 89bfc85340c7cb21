/**
 * The floor's two hubs: the same hops as the real ones' and no work in them. `polls` fetches a poll, publishes, and
 * sends what comes back; `holds` has the WebSocket, and answers over Redis.
 */
import { createClient } from "@redis/client";
import { WebSocket } from "ws";
import { call, nextUpdates } from "./floor-calls.ts";

const [, , role = "", redis = "", place = ""] = process.argv;
const client = createClient({ url: redis });
const listener = client.duplicate();
await Promise.all([client.connect(), listener.connect()]);
process.on("disconnect", () => process.exit());

if (role === "holds") {
  const line = new WebSocket(place, { perMessageDeflate: false });
  await new Promise((resolve) => line.once("open", resolve));
  line.on("message", (data) => void client.publish("answers", String(data)));
  await listener.subscribe("asks", (chat) => line.send(chat));
  process.send?.("holding");
} else {
  await listener.subscribe("answers", (chat) => {
    void call(place, "sendMessage", { chat_id: Number(chat), text: "the same hops, empty" });
  });
  process.send?.("polling");
  for (let offset = 0; ; ) {
    const updates = await nextUpdates(place, offset);
    for (const { update_id, message } of updates) {
      offset = update_id + 1;
      void client.publish("asks", String(message.chat.id));
    }
  }
}
