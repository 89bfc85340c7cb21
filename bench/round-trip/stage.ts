/** What most benches measure on: one hub, the emulated Telegram with its persons, and the servers that are theirs. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type RunningHub, startHub } from "../hub.ts";
import { castIn, PERSONS, personId, SERVERS } from "./people.ts";
import { type PhoneLine, phonesIn } from "./phone-line.ts";

export interface Stage {
  hub: RunningHub;
  phones: PhoneLine;
  /** The agents' data folders, none of them started. */
  agents: string[];
}

/** How to stop what is started is added to `stops`. */
export async function stageIn(folder: string, stops: (() => unknown)[]): Promise<Stage> {
  const dataDir = join(folder, "data");
  mkdirSync(dataDir, { mode: 0o700 });
  const { agents } = await castIn(dataDir, join(folder, "agents"));
  const phones = await phonesIn(stops);
  const env = { TELEGRAM_BOT_TOKEN: phones.place.token, TELEGRAM_API_ROOT: phones.place.url };
  const hub = await startHub({ dataDir, env });
  stops.push(() => hub.child.stop());
  return { hub, phones, agents };
}

/** Those who see the first server, in turn: nobody asks faster than a person may. */
export function inTurn(): () => number {
  let asked = 0;
  return () => personId((asked++ % (PERSONS / SERVERS)) * SERVERS);
}
