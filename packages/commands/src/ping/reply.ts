/** ping in the chat. The chat gives the measured time as `tookMs`. */
import { reading } from "../kit.ts";
import { ping } from "./contract.ts";
import { messages } from "./messages.ts";

export const pingReading = reading(
  ping,
  (_answer, { t, server, tookMs }) => ({
    title: t("ping-title", { server: server.name }),
    blocks: [
      {
        type: "facts",
        rows: [{ label: t("ping-round-trip"), value: [t("ping-ms", { ms: Math.round(tookMs * 10) / 10 })] }],
      },
    ],
  }),
  messages,
);
