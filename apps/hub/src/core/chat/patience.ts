/** Tells a person what is happening when it takes long. Of a press nothing is told: its message stands as it is. */
import type { Clock } from "../ports/process.ts";
import type { LiveTurn } from "./live-plan.ts";
import { note } from "./turn.ts";

/** The person is told what is happening when it takes longer than this, ms. */
const PATIENCE_MS = 1_000;

export async function patiently<T>(
  clock: Clock,
  turn: Pick<LiveTurn, "incoming" | "t" | "meanwhile">,
  asked: { server: string; command: string },
  work: () => Promise<T>,
): Promise<T> {
  const calm = clock.after(PATIENCE_MS, () => {
    if (turn.incoming.did.kind === "wrote") turn.meanwhile({ blocks: [note(turn.t("asking-still", asked))] });
  });
  try {
    return await work();
  } finally {
    calm();
  }
}
