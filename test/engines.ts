/** What a test may need from the machine, and what becomes of the test where it is missing. */
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { installedBinaries } from "../apps/hub/src/adapters/store/embedded/binaries.ts";

/** The engines by the name a test asks for, each with how it is found. */
const engines = {
  chromium: () => onPath("chromium") ?? onPath("chromium-browser") ?? onPath("google-chrome"),
  tmux: () => onPath("tmux"),
  redis: () => onPath("redis-server"),
  // Where root has its programs, which is not on everybody's path.
  haproxy: () => onPath("haproxy") ?? at("/usr/sbin/haproxy"),
  psql: () => onPath("psql"),
  /** dockerd, which needs root. */
  docker: () => (process.getuid?.() === 0 ? (onPath("dockerd") ?? at("/usr/sbin/dockerd")) : undefined),
  podman: () => (process.getuid?.() === 0 ? onPath("podman") : undefined),
  "docker-registry": () => onPath("docker-registry"),
  "victoria-metrics": () => onPath("victoria-metrics"),
  /** For the bench of sampling only: what others run for the same. */
  "node-exporter": () => onPath("prometheus-node-exporter") ?? onPath("node_exporter"),
  /** Linked statically, so that it runs alone in a container. */
  busybox: () => (existsSync("/usr/share/doc/busybox-static") ? onPath("busybox") : undefined),
  /** iproute2, which makes network namespaces (for root). */
  ip: () => onPath("ip"),
  /** A PostgreSQL of the system, of the oldest major that is supported. */
  postgres15: () => installedBinaries().find((one) => one.from === "system" && one.major === 15)?.bin,
  root: () => (process.getuid?.() === 0 ? "/" : undefined),
  /** `/proc` as Linux has it. */
  procfs: () => (existsSync("/proc/self/stat") ? "/proc" : undefined),
} satisfies Record<string, () => string | undefined>;

export type Engine = keyof typeof engines;

/** Where the engine is (a program's path, or a folder), or undefined where it is missing. */
export function engine(name: Engine): string | undefined {
  return engines[name]();
}

/**
 * The options for a test that needs engines: `test("...", needs("chromium"), ...)`.
 *
 * Where one is missing the test is skipped with its reason printed, so that nobody takes a skip for a pass. With
 * `CI=true` nothing may be missing, and this throws.
 */
export function needs(...names: Engine[]): { skip: string | false } {
  const missing = names.filter((name) => engine(name) === undefined);
  if (missing.length === 0) return { skip: false };
  const reason = `needs ${missing.join(" and ")}, which this machine does not have`;
  if (process.env.CI === "true")
    throw new Error(`A test ${reason}; with CI=true every engine must be there.`);
  process.stderr.write(`skipped: a test ${reason}\n`);
  return { skip: reason };
}

const at = (path: string): string | undefined => (existsSync(path) ? path : undefined);

function onPath(program: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        // Not in this folder of the path.
        return false;
      }
    });
}
