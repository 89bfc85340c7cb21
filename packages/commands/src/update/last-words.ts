/** The last lines a container wrote: mostly the reason why it ended. */
import { withoutSecrets } from "@servereye/contract";
import { endOfLog, shownLines } from "../docker/episodes/lines.ts";
import type { Host } from "../host.ts";
import { wholeOf } from "./whole.ts";

const LINES = 5;
const CALL_MS = 5_000;
const LONGEST = 300;

/** At most 300 characters; undefined: it wrote nothing, or its engine does not keep what it writes. */
export async function lastWords(host: Host, id: string): Promise<string | undefined> {
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
