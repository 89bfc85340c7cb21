/** `servereye backup` and `servereye restore` as a process: arguments in, one clear line for whatever happens. */
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { writeFile, writeTo } from "./adapters/store/backup/file.ts";
import { BackupFault } from "./adapters/store/backup/format.ts";
import { verify } from "./adapters/store/backup/read.ts";
import { knownSchema, lookInto, notEmpty, restoreBackup } from "./adapters/store/backup/restore.ts";
import { writeBackup } from "./adapters/store/backup/write.ts";
import { backupFault, Interrupted, UsageFault, wasInterrupted } from "./backup-fault.ts";
import { showProgress } from "./backup-progress.ts";
import { readingStore, replacingStore } from "./backup-store.ts";
import { systemClock } from "./clock.ts";
import { readConfig } from "./config.ts";
import type { Log } from "./core/ports/process.ts";
import { environment } from "./environment.ts";

const USAGE = `Usage: servereye backup [FILE] [--force]
       servereye restore FILE [--replace [--yes]]

backup writes everything of the hub's store into one file, also while hubs run. FILE is a name with the date in this
folder unless given, and "-" is standard output. --force writes over a file that is there.

restore loads it into an empty store: the data folder's (no hub may run on it), or the one that DATABASE_URL names.
--replace throws away what the store holds, after asking; --yes does not ask.
`;

const SECRETS =
  "It holds secrets, the hub's own key among them: keep it as you keep a password. Its mode is 600.";

/** Lines of the pool are about single connections; what matters is thrown. */
const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function backup(args: string[], signal: AbortSignal): Promise<void> {
  const { force, positionals } = read(args, ["force"]);
  if (positionals.length > 1) throw new UsageFault("Name one file.");
  const now = systemClock.now();
  const path =
    positionals[0] ?? `servereye-${new Date(now).toISOString().slice(0, 19).replaceAll(":", "")}Z.backup`;
  if (path === "-" && process.stdout.isTTY)
    throw new BackupFault(
      "A backup holds secrets and is no text: it is not shown on a terminal. Name a file.",
    );
  const config = readConfig(environment().env);
  const progress = showProgress(process.stderr, systemClock, "Backing up");
  const source = (sink: (bytes: Buffer) => Promise<void>) =>
    readingStore(config, progress.tell, (connection) =>
      writeBackup({ connection, sink, now, log: silent, signal, progress: progress.rows }),
    );
  try {
    const { rows } =
      path === "-"
        ? await writeTo(createWriteStream("", { fd: 1 }), source, signal)
        : await writeFile(path, { force, signal }, source);
    progress.clear();
    const all = Object.values(rows).reduce((sum, count) => sum + count, 0);
    say(
      `Wrote ${path === "-" ? "the backup" : path}: ${counted(all, "row")}, ${counted(rows.servers ?? 0, "server")}, ${counted(rows.persons ?? 0, "person")}.`,
    );
    say(path === "-" ? SECRETS.replace(" Its mode is 600.", "") : SECRETS);
  } finally {
    progress.clear();
  }
}

async function restore(args: string[], signal: AbortSignal): Promise<void> {
  const { replace, yes, positionals } = read(args, ["replace", "yes"]);
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new UsageFault("Name the one file to restore.");
  const config = readConfig(environment().env);
  const file = await open(path);
  const progress = showProgress(process.stderr, systemClock, "Restoring");
  try {
    const { header } = await verify(file, signal);
    knownSchema(header);
    const { rows, tables, leftOut } = await replacingStore(
      config,
      progress.tell,
      async (connection, alone) => {
        const target = { connection, alone, log: silent };
        const held = await lookInto(target);
        if (!held.empty && !replace) throw notEmpty(held);
        if (!held.empty && !yes) await ask(held, signal);
        return restoreBackup(target, { file, replace, signal, progress: progress.rows });
      },
    );
    progress.clear();
    say(
      `Restored ${path}, made ${header.made} from PostgreSQL ${header.postgresql}: ${counted(rows, "row")} in ${counted(tables, "table")}.`,
    );
    for (const table of leftOut) say(`Left out the table ${table}: it is not ServerEye's.`);
    say(
      "Start the hub now. Leave the old one stopped if its store was another: agents would find two with one key.",
    );
  } finally {
    progress.clear();
    await file.close();
  }
}

async function ask(
  held: { persons: number; servers: number; entries: number },
  signal: AbortSignal,
): Promise<void> {
  const lost = `${counted(held.persons, "person")}, ${counted(held.servers, "server")} and ${held.entries} audit entries`;
  if (!process.stdin.isTTY)
    throw new BackupFault(`The store holds ${lost}. To replace them without being asked, add --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const left = Promise.withResolvers<never>();
  // The terminal gives Ctrl-C as a key while a question stands, and Ctrl-D as its end.
  terminal.once("SIGINT", () => left.reject(new Interrupted()));
  terminal.once("close", () => left.reject(new Interrupted()));
  try {
    const question = `This throws away ${lost}, for good. Write "replace" to go on: `;
    const answer = await Promise.race([terminal.question(question, { signal }), left.promise]);
    if (answer.trim().toLowerCase() !== "replace") throw new BackupFault("Nothing was changed.");
  } catch (error) {
    // Ends the line that the question stands on.
    if (wasInterrupted(error)) process.stderr.write("\n");
    throw error;
  } finally {
    terminal.close();
  }
}

/** The arguments as names of files and known flags. */
function read<Flag extends string>(
  args: string[],
  flags: readonly Flag[],
): Record<Flag, boolean> & { positionals: string[] } {
  const options = Object.fromEntries(flags.map((flag) => [flag, { type: "boolean" as const }]));
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const set = Object.fromEntries(flags.map((flag) => [flag, values[flag] === true]));
    return { ...(set as Record<Flag, boolean>), positionals };
  } catch (cause) {
    throw new UsageFault(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

const counted = (count: number, what: string): string =>
  `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

/** Stops what is under way in order at the first signal, at once at the second. */
function interruption(): AbortSignal {
  const asked = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      if (asked.signal.aborted) process.exit(130);
      asked.abort(new Interrupted());
    });
  return asked.signal;
}

async function main([verb = "", ...args]: string[]): Promise<number> {
  if ([verb, ...args].some((word) => word === "--help" || word === "-h")) {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    if (verb === "backup") await backup(args, interruption());
    else if (verb === "restore") await restore(args, interruption());
    else throw new UsageFault("Name a command.");
    return 0;
  } catch (error) {
    if (error instanceof UsageFault) {
      say(`${error.message}\n\n${USAGE}`);
      return 2;
    }
    say(await backupFault(error));
    return wasInterrupted(error) ? 130 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
