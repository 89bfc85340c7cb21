/** Where things are in this repository. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Node that the project runs on, put there by the npm package `node`. */
export const pinnedNode = join(root, "node_modules", "node", "bin", "node");
