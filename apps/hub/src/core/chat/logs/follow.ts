/** A log as it grows: one message for a minute, with what came since the last look alone asked for. */
import { type Log, logView, USUAL_LOG_RANGE } from "@servereye/commands/hub";
import type { ButtonDeed } from "../commands/command.ts";
import { note } from "../turn.ts";
import { fromValues, logAction, logButtons, readLog } from "./read.ts";

const EVERY_MS = 3_000;
const FOR_MS = 60_000;
/** Lines asked for at once; of more within one look the newest are shown. */
const MOST = 200;

export const followDeed: ButtonDeed = async (turn, values) => {
  const { place, range } = fromValues(turn, values);
  const { t, deps } = turn;
  const { server } = place;
  let seen: Log | undefined;
  await deps.live.run(turn, {
    everyMs: EVERY_MS,
    forMs: FOR_MS,
    again: logAction("show", place, range),
    reads: server.id,
    of: { server: server.name, command: "logs" },
    draw: async () => {
      const cursor = seen?.cursor;
      const came = await readLog(turn, place, { lines: MOST, ...(cursor === undefined ? {} : { cursor }) });
      const lines = [...(seen?.lines ?? []), ...came.lines].slice(-MOST);
      seen = { ...came, lines, cursor: came.cursor ?? cursor };
      const { title, blocks } = logView(seen, {
        t,
        server: server.name,
        now: deps.clock.now(),
        range: undefined,
      });
      const over = came.unreadable !== undefined;
      return {
        draft: {
          title,
          blocks: over ? blocks : [...blocks, note(t("logs-following"))],
          ...(over ? { buttons: logButtons(turn, place, USUAL_LOG_RANGE) } : {}),
        },
        over,
      };
    },
  });
};
