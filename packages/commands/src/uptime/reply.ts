/** uptime in the chat. */
import { levelOf } from "@servereye/contract";
import { type ReplyView, reading } from "../kit.ts";
import { ageText } from "../shown/ages.ts";
import { plainName } from "../shown/names.ts";
import type { BootReason } from "./contract.ts";
import { uptime } from "./contract.ts";
import { uptimeMeasures, uptimeSeconds } from "./measures.ts";
import { messages } from "./messages.ts";

const WORDS: Record<BootReason, string> = {
  watchdog: "uptime-watchdog",
  overheat: "uptime-overheat",
  fan: "uptime-fan",
  power: "uptime-power",
  panic: "uptime-panic",
  hardware: "uptime-hardware",
};

export const uptimeReading = reading(
  uptime,
  ({ uptime, bootTime, reason, kernel, original }, { t, server }) => {
    const facts: Extract<ReplyView["blocks"][number], { type: "facts" }> = {
      type: "facts",
      rows: [
        {
          label: t("uptime-up"),
          value: [{ kind: "strong", text: ageText(t, uptime) }],
          level: levelOf(uptimeSeconds, uptime),
        },
        { label: t("uptime-booted"), value: [{ kind: "time", at: bootTime, style: "full" }] },
      ],
    };
    if (reason) facts.rows.push({ label: t("uptime-reason"), value: [t(WORDS[reason.what])], level: "bad" });
    else if (!original) facts.rows.push({ label: t("uptime-reason"), value: [t("uptime-unknown")] });
    if (kernel) facts.rows.push({ label: t("uptime-kernel"), value: [plainName(kernel)] });
    const blocks: ReplyView["blocks"] = [facts];
    if (reason) blocks.push({ type: "note", text: [t("uptime-source", { path: plainName(reason.source) })] });
    if (original) blocks.push({ type: "note", text: [t("uptime-original")] });
    return { title: t("uptime-title", { server: server.name }), blocks };
  },
  messages,
  { measures: uptimeMeasures },
);
