/** Why the private PostgreSQL cannot be used, in words that say what to do about it. */

/** A start that failed for a reason a person can act on; `message` is the whole line to show. */
export class StoreStartFault extends Error {
  override readonly name: string = "StoreStartFault";
}

/** Another process of this kernel holds the data folder. */
export class DataFolderLocked extends StoreStartFault {
  override readonly name = "DataFolderLocked";
  /** The holder's process id, or undefined when it has not written it yet. */
  readonly pid: number | undefined;

  constructor(dataDir: string, pid: number | undefined, options?: ErrorOptions) {
    const holder = pid === undefined ? "Another hub" : `Another hub (process ${pid})`;
    super(
      `${holder} is using the data folder ${dataDir}. Stop it first, or give this one a folder of its own with SERVEREYE_DATA_DIR.`,
      options,
    );
    this.pid = pid;
  }
}

/** The `code` of a system error (`ENOENT`, ...), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
