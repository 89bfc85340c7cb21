/** The last lines a container wrote: mostly the reason why it ended. */
import { withoutSecrets } from "@servereye/contract";
import { endOfLog, shownLines } from "../docker/episodes/lines.ts";
import { mayTellLogs } from "../docker/policy.ts";
import type { Host } from "../host.ts";
import { wholeOf } from "./whole.ts";

const LINES = 5;
const CALL_MS = 5_000;
const LONGEST = 300;

/** At most 300 characters; undefined: it wrote nothing, its engine does not keep it, or logs may not be read here. */
export async function lastWords(host: Host, id: string): Promise<string | undefined> {
  if (!mayTellLogs(host.docker.policy)) return undefined;
  try {
    const container = await wholeOf(host, id);
    const pieces = await host.docker.engine.stream({
      route: "container.logs",
      path: { id },
      query: { stdout: true, stderr: true, tail: LINES },
      ...{ deadlineMs: CALL_MS, quietMs: CALL_MS },
    });
    const lines = shownLines(await endOfLog(pieces, container?.Config.Tty !== true));
    const text = withoutSecrets(lines.slice(-LINES).join("\n")).trim();
    return text === "" ? undefined : text.slice(-LONGEST).toWellFormed();
  } catch {
    // They are an extra: the fault that they would explain is told without them.
    return undefined;
  }
}
