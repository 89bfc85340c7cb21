/** The few lines a person sees when the hub is ready. */
import { relative } from "node:path";
import type { Config } from "./config.ts";
import type { Hub } from "./hub.ts";
import { VERSION } from "./version.ts";

export function greeting(
  hub: Pick<Hub, "loginLink" | "telegram" | "logFile">,
  config: Config,
  more: { tookMs: number; warning: string | undefined },
): string[] {
  const row = (label: string, text: string): string => `  ${label.padEnd(10)}${text}`;
  const lines = ["", `👁 ServerEye ${VERSION} is ready (${(more.tookMs / 1000).toFixed(1)} s)`, ""];
  lines.push(
    row("Page", hub.loginLink),
    row("", "this link works once, for an hour; a new one: npx servereye login"),
  );
  lines.push(row("Terminal", "npx servereye chat"));
  if (hub.telegram !== undefined) {
    lines.push(row("Telegram", hub.telegram.link));
    if (hub.telegram.setupLink !== undefined)
      lines.push(
        row("Setup", hub.telegram.setupLink),
        row("", "open it once in Telegram: it makes you the admin"),
      );
  } else if (config.telegram !== undefined) {
    lines.push(row("Telegram", "not reached yet; I keep trying (see the log)"));
  } else {
    lines.push(row("Telegram", "off; to turn it on: README, “Connect Telegram”"));
  }
  if (hub.logFile !== undefined) lines.push(row("Log", relative(process.cwd(), hub.logFile)));
  if (more.warning !== undefined) lines.push("", more.warning);
  lines.push("", "Ctrl-C stops everything.", "");
  return lines;
}
