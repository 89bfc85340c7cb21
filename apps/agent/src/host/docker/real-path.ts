/** Where a path of the machine leads once every link in it is followed. */
import { realpath } from "node:fs/promises";

/** Undefined when there is no such path, or it may not be looked at. */
export async function realPath(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    // Not there, a ring of links, or not allowed: none that could be meant.
    return undefined;
  }
}
