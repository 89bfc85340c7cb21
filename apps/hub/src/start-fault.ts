/** Why a hub did not start, as one clear line that says what to do. */
import { Fault } from "@servereye/contract";
import { StoreStartFault } from "./adapters/store/embedded/fault.ts";
import { TokenRefused } from "./adapters/telegram/telegram.ts";
import { redactText } from "./adapters/telemetry/log.ts";
import { ConfigFault } from "./config.ts";

export function startFault(error: unknown): string {
  if (error instanceof ConfigFault) return error.message;
  if (error instanceof StoreStartFault) return error.message;
  if (error instanceof TokenRefused)
    return "Telegram does not know this TELEGRAM_BOT_TOKEN. Copy it again from @BotFather, or unset it to start without Telegram.";
  if (error instanceof Fault && error.code === "STORE_UNAVAILABLE")
    return `The database can not be reached: ${redactText(error.message.replace(/^the store is not available: /, ""))}. Check DATABASE_URL and that PostgreSQL runs.`;
  // A database too old, in another encoding, or with a newer schema: the store has said what to do.
  if (error instanceof Fault && error.code === "UNSUPPORTED") return error.message;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const port = error instanceof Error && "port" in error ? String(error.port) : "";
  const address = error instanceof Error && "address" in error ? String(error.address) : "";
  if (code === "EADDRINUSE")
    return `Port ${port} on ${address} is taken by another program. Stop that one, or choose another port: SERVEREYE_HTTP_PORT=${Number(port) + 1}`;
  if (code === "EACCES" && port !== "")
    return `Port ${port} may not be opened by this user. Choose one above 1023: SERVEREYE_HTTP_PORT=8080`;
  if (code === "EADDRNOTAVAIL")
    return `This machine has no address ${address}. Set SERVEREYE_HTTP_HOST to one it has, 127.0.0.1 or 0.0.0.0.`;
  return `ServerEye could not start: ${redactText(error instanceof Error ? (error.stack ?? error.message) : String(error))}`;
}
