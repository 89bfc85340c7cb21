/** Which hub a chat belongs to: rendezvous hashing, so that a hub that comes or goes moves only its own share. */
import { hash } from "node:crypto";

/** The living hub whose hash with the chat is highest (Thaler and Ravishankar, 1998). `living` has one at least. */
export function ownerOf(chat: string, living: readonly string[]): string {
  const [only = ""] = living;
  if (living.length <= 1) return only;
  let best = { hub: only, score: "" };
  for (const hub of living) {
    const score = hash("md5", `${hub} ${chat}`);
    if (score > best.score || (score === best.score && hub > best.hub)) best = { hub, score };
  }
  return best.hub;
}
