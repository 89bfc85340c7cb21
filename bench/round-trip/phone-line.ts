/** The persons' process, started and asked. */
import { join } from "node:path";
import { type Child, startChild } from "../child.ts";
import { Failed, Place, type Round, Timed } from "./round.ts";

export interface PhoneLine {
  readonly pid: number;
  readonly place: Place;
  /** Rejects when an answer did not come. One at a time. */
  play(round: Round): Promise<Timed>;
}

/** Starts the emulated Telegram; how to stop it is added to `stops`. */
export async function phonesIn(stops: (() => unknown)[]): Promise<PhoneLine> {
  const child: Child = startChild(join(import.meta.dirname, "phones.ts"));
  stops.push(() => child.stop());
  const place = await child.told((message) => Place.safeParse(message).data);
  return {
    pid: child.pid,
    place,
    async play(round) {
      const done = child.told(
        (message) => Timed.safeParse(message).data ?? Failed.safeParse(message).data,
        180_000,
      );
      child.process.send(round);
      const outcome = await done;
      if ("failed" in outcome) throw new Error(`${round.text}: ${outcome.failed}`);
      return outcome;
    },
  };
}
