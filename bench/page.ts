/** The results' places: `bench/results.json`, and `docs/performance.md` between its markers. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { root } from "./folder.ts";

const resultsFile = join(root, "bench/results.json");
const pageFile = join(root, "docs/performance.md");

/** Where and when a bench ran. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = (totalmem() / 1_024 ** 3).toFixed(0);
  const date = new Date().toISOString().slice(0, 10);
  return `${availableParallelism()} cores (${cpu?.model.trim() ?? "unknown"}), ${memory} GiB, Node ${process.versions.node}, ${date}.`;
}

/** The text with what stands between the markers of `name` replaced. Throws when they are not there. */
export function replaced(page: string, name: string, words: string): string {
  const [begin, end] = [`<!-- ${name}: made by the bench -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no place for ${name}`);
  return `${page.slice(0, from + begin.length)}\n\n${words}\n\n${page.slice(to)}`;
}

/** Keeps a bench's result; those of other benches stay as they are. */
export function keep(name: string, result: unknown, words: string): void {
  const known: unknown = existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, "utf8")) : {};
  const all = { ...(known as object), [name]: { machine: machine(), result } };
  writeFileSync(resultsFile, `${JSON.stringify(all, rounded, 2)}\n`);
  const page = readFileSync(pageFile, "utf8");
  writeFileSync(pageFile, replaced(page, name, `${machine()}\n\n${words}`));
}

/** Thousandths are far below what differs from run to run. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === "number" ? Math.round(value * 1_000) / 1_000 : value;
