/** What is kept of a run in which something was violated: the history, and what every part wrote. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cluster } from "../system/cluster.ts";
import type { Violation } from "./checker.ts";
import type { History } from "./history.ts";

/** Writes it all into a new folder below the machine's temporary one, and gives its path. */
export function keepEvidence(cluster: Cluster, history: History, violations: readonly Violation[]): string {
  const folder = mkdtempSync(join(tmpdir(), "chaos-"));
  const write = (name: string, value: unknown) =>
    writeFileSync(join(folder, name), `${JSON.stringify(value, null, 1)}\n`);
  write("violations.json", violations);
  write("history.json", history);
  write("telegram-calls.json", cluster.emulator.control.calls);
  for (const member of [...cluster.hubs, ...cluster.agents]) {
    writeFileSync(join(folder, `${member.name}.output`), member.output());
    const logs = join(cluster.folder, member.name, "logs");
    if (!existsSync(logs)) continue;
    mkdirSync(join(folder, member.name));
    cpSync(logs, join(folder, member.name), { recursive: true });
  }
  return folder;
}
