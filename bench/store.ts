/** What the store takes for the statements on a message's way, one at a time and a hundred at once. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { StoredButton } from "../apps/hub/src/core/ports/buttons.ts";
import type { Store } from "../apps/hub/src/core/ports/store.ts";
import { benchFolder } from "./folder.ts";
import { castIn, PERSONS, personId, storeIn } from "./round-trip/people.ts";
import { type Summary, summary } from "./summary.ts";

export interface StoreTimes {
  what: string;
  /** Ms each. */
  single: Summary;
  together: Summary;
}

export async function storeTimes({
  single,
  rounds,
}: {
  single: number;
  rounds: number;
}): Promise<StoreTimes[]> {
  const folder = benchFolder("store");
  try {
    const dataDir = join(folder.path, "data");
    mkdirSync(dataDir, { mode: 0o700 });
    await castIn(dataDir, join(folder.path, "agents"));
    const { store, close } = await storeIn(dataDir);
    try {
      const times: StoreTimes[] = [];
      for (const [what, statement] of Object.entries(statements(store))) {
        for (let at = 0; at < 3; at++) await together(statement);
        const alone: number[] = [];
        for (let at = 0; at < single; at++) alone.push(await timed(() => statement(at % PERSONS)));
        const many: number[] = [];
        for (let round = 0; round < rounds; round++) many.push(...(await together(statement)));
        times.push({ what, single: summary(alone), together: summary(many) });
      }
      return times;
    } finally {
      await close();
    }
  } finally {
    folder.remove();
  }
}

type Statement = (person: number) => Promise<unknown>;

/** In the order of a message's way. */
function statements(store: Store): Record<string, Statement> {
  let update = 0;
  let token = 0;
  let done = 0;
  const button = (): StoredButton => ({
    token: `bench-${token++}`,
    chatId: "telegram:1",
    personId: null,
    action: { kind: "menu", command: "memory", args: [] },
    expires: Date.now() + 60_000,
    once: false,
  });
  return {
    "keep an update (inbox.take)": () =>
      store.inbox.take("hub", [
        {
          id: ++update,
          body: { update_id: update, message: { text: "/memory" } },
          chat: `${update % 50}`,
          owner: "hub",
        },
      ]),
    "who is it, what do they see (people.actor)": (at) => {
      const externalId = String(personId(at));
      return store.people.actor({ channel: "telegram", externalId }, `telegram:${externalId}`);
    },
    "save a button (buttons.save)": () => store.buttons.save([button()]),
    "note that it is handled (inbox.done, lingers 10 ms)": () => store.inbox.done(++done),
  };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

const together = (statement: Statement): Promise<number[]> =>
  Promise.all(Array.from({ length: PERSONS }, (_, at) => timed(() => statement(at))));
