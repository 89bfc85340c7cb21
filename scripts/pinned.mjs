/** Running one of the project's programs on the pinned Node, in place of this process. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { handOver } from "./handover.mjs";
import { pinnedNode, root } from "./root.mjs";

/**
 * @param {string} script its path in the repository
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runPinned(script, args) {
  const tether = pathToFileURL(join(root, "scripts", "tether.mjs"));
  tether.searchParams.set("starter", String(process.pid));
  return await handOver(pinnedNode, [`--import=${tether.href}`, join(root, script), ...args], {
    tether: true,
  });
}
