/** How Telegram is doing, in a word for /health and a line in the log when it changes. */
import type { Log } from "../../core/ports/process.ts";

export interface Status {
  status: "ok" | "starting" | "down";
  detail: string;
}

export interface State {
  up(): void;
  down(detail: string): void;
  /** The token does not work any more: somebody must act. */
  refused(): void;
  status(): Status;
}

export function createState(log: Log, onChange: (status: Status) => void): State {
  let current: Status = { status: "starting", detail: "connecting to Telegram" };

  function become(next: Status): boolean {
    if (next.status === current.status && next.detail === current.detail) return false;
    current = next;
    onChange(next);
    return true;
  }
  return {
    up() {
      if (become({ status: "ok", detail: "connected" })) log.info("telegram.up");
    },
    down(detail) {
      if (become({ status: "down", detail })) log.warn("telegram.down", { detail });
    },
    refused() {
      if (become({ status: "down", detail: "Telegram refuses the bot token" }))
        log.error("telegram.token-refused");
    },
    status: () => current,
  };
}
