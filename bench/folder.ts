/** A folder of its own for a bench, on the disk where this copy lies: a folder in memory would make writing free. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..");

export interface Folder {
  readonly path: string;
  remove(): void;
}

export function benchFolder(name: string): Folder {
  const cache = join(root, ".cache");
  mkdirSync(cache, { recursive: true });
  const path = mkdtempSync(join(cache, `bench-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
