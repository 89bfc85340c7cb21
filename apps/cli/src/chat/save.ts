/** `/save [folder or name]`: the last file of the conversation, written where the person stands, over nothing. */
import { statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type ChatFile, fileName } from "@servereye/contract";
import { Advice, type HubApi } from "../local-hub.ts";

export const SAVE = /^\/save(?:\s|$)/;

/** Gives what to tell. A file that is there already is not written over: the new one gets a number. */
export async function save(hub: HubApi, file: ChatFile | undefined, typed: string): Promise<string> {
  if (file === undefined) return "No file has come yet.";
  if (file.href === undefined) return `${file.name} is not kept any more: ask for it again.`;
  const response = await hub.call("GET", file.href, { signal: AbortSignal.timeout(30_000) });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const wanted = typed.replace(SAVE, "").trim();
  const target = resolve(wanted === "" ? "." : wanted);
  const folder = statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
  // The name comes from the hub: no path in it may lead elsewhere.
  const path = folder ? join(target, fileName(file.name)) : target;
  for (let n = 1; n < 100; n++) {
    const free = n === 1 ? path : path.replace(/(\.\w+)?$/, ` (${n})$1`);
    try {
      // Only its person may read it: what is in it is theirs to judge.
      await writeFile(free, bytes, { flag: "wx", mode: 0o600 });
      return `Saved: ${free}`;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST"))
        throw new Advice(`${free} can not be written: ${String(error)}`, { cause: error });
    }
  }
  return `${path} is there already, and so are its next ninety-eight names.`;
}
