/** Why a backup or a restoring came to nothing, as one clear line that says what to do. */
import { Fault } from "@servereye/contract";
import { BackupFault } from "./adapters/store/backup/format.ts";

/** Somebody pressed Ctrl-C, or the system is going down. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Arguments that make no sense. */
export class UsageFault extends Error {
  override readonly name = "UsageFault";
}

export function wasInterrupted(error: unknown): boolean {
  return error instanceof Interrupted || (error instanceof Error && error.cause instanceof Interrupted);
}

/** PostgreSQL manual, appendix A: disk full. */
const DISK_FULL = "53100";

export async function backupFault(error: unknown): Promise<string> {
  if (wasInterrupted(error)) return "Stopped. Nothing was changed.";
  if (error instanceof BackupFault) return error.message;
  if (error instanceof Fault && codeOf(error.cause) === DISK_FULL)
    return "The database's disk is full. Make room there and try again: nothing was changed.";
  const path = error instanceof Error && "path" in error ? ` ${String(error.path)}` : "";
  switch (codeOf(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return "The disk is full. Make room, or name a file on another one: no backup was written.";
    case "EPIPE":
      return "What was to take the backup ended before it had all: no whole backup was written.";
    case "ENOENT":
      return `There is no${path}: look at the name.`;
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `This account may not open${path}. Name another file, or run it as the account that may.`;
    case "EISDIR":
      return `A folder was named${path}: name a file in it.`;
    default: {
      // It knows the channels too, which take longer to load than most backups take.
      const { startFault } = await import("./start-fault.ts");
      return startFault(error);
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
