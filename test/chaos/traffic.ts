/** Persons who write on and on, and the record of what they wrote, what they were told, and what agents ran for it. */
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod/mini";
import type { Cluster } from "../system/cluster.ts";
import type { Actor } from "../telegram/actor.ts";
import type { ChatMessage } from "../telegram/message.ts";
import { align, findEnd, fits } from "./align.ts";
import type { Chance } from "./chance.ts";
import type { Disturbance, History, Operation, Run, Said } from "./history.ts";
import { meaningOf } from "./words.ts";

export interface Person {
  readonly actor: Actor;
  /** The servers they may see. */
  readonly servers: readonly string[];
}

/** One person writes at most so many before they are answered. */
const MOST_OPEN = 4;
/** Between two messages of one person, ms: well below what a person may write (4 a second). */
const PAUSE_MS = [300, 1_200] as const;

const RunLine = z.object({ server: z.string(), run: z.int(), ask: z.string(), at: z.number() });

export interface Traffic {
  /** Writes a mark and gives its operation. */
  mark(person: Person): Operation;
  ask(person: Person, server: string): Operation;
  /** Everybody writes on and on, until the returned function is called and has resolved. */
  go(chance: Chance): () => Promise<void>;
  /** Operations that nothing has ended yet. */
  open(): Operation[];
  /** Resolves when nothing is open any more, or after `ms`; gives what still is. */
  drained(ms: number): Promise<Operation[]>;
  history(disturbances: readonly Disturbance[]): History;
}

/** From now on: what is in the chats already does not count. */
export function createTraffic(cluster: Cluster, persons: readonly Person[]): Traffic {
  const operations: Operation[] = [];
  const before = new Map(persons.map(({ actor }) => [actor.id, actor.chat.messages.length]));

  const said = ({ actor }: Person): Said[] =>
    actor.chat.messages.slice(before.get(actor.id) ?? 0).flatMap((message) => saidIn(actor.id, message));

  function write(person: Person, kind: Operation["kind"], of: string, text: string): Operation {
    const number = 1 + operations.filter(({ person: id }) => id === person.actor.id).length;
    const operation = { kind, person: person.actor.id, number, of, invokedAt: Date.now() };
    operations.push(operation);
    person.actor.write(text);
    return operation;
  }

  const openOf = (person: Person): Operation[] => {
    const own = operations.filter(({ person: id }) => id === person.actor.id);
    const { ended, extra } = align(
      own,
      said(person).filter(({ meaning }) => meaning.kind !== "meanwhile"),
    );
    // Out of turn or not is for the checker: here it is whether there is an end to wait for.
    own.forEach((_, at) => {
      if (ended[at] === undefined) findEnd(own, ended, extra, at, fits);
    });
    return own.filter((_, at) => ended[at] === undefined);
  };
  const open = () => persons.flatMap(openOf);

  const traffic: Traffic = {
    mark(person) {
      const number = 1 + operations.filter(({ person: id }) => id === person.actor.id).length;
      const word = `q${person.actor.id}-${number}`;
      return write(person, "mark", word, `/ping ${word}`);
    },
    ask: (person, server) => write(person, "ask", server, `/temp ${server}`),
    go(chance) {
      let going = true;
      const loops = persons.map(async (person) => {
        // Told by count, not by alignment: this only paces, and alignments of long chats cost.
        const { id, chat } = person.actor;
        while (going) {
          const written = operations.filter(({ person: one }) => one === id).length;
          const settled = chat.messages.slice(before.get(id) ?? 0).filter(settles).length;
          if (written - settled < MOST_OPEN) {
            if (chance.next() < 0.3) traffic.mark(person);
            else traffic.ask(person, chance.pick(person.servers));
          }
          await wait(chance.between(...PAUSE_MS));
        }
      });
      return async () => {
        going = false;
        await Promise.all(loops);
      };
    },
    open,
    async drained(ms) {
      const end = Date.now() + ms;
      for (;;) {
        const left = open();
        if (left.length === 0 || Date.now() > end) return left;
        await wait(200);
      }
    },
    history: (disturbances) => ({
      operations,
      said: persons.flatMap(said),
      runs: cluster.agents.flatMap((agent) => runsIn(agent.output())),
      disturbances: [...disturbances, ...cluster.agents.flatMap((agent) => unlinked(agent.output()))],
    }),
  };
  return traffic;
}

const settles = (message: ChatMessage): boolean =>
  message.from.bot && meaningOf(message.text).kind !== "meanwhile";

/** A message of the bot and what it was before each edit, with when each was said. */
function saidIn(chat: number, message: ChatMessage): Said[] {
  if (!message.from.bot) return [];
  const texts = [...message.history.map(({ text }) => text), message.text];
  const moments = [message.sentAt, ...message.history.map(({ at }) => at)];
  return texts.map((text, index) => ({
    chat,
    text,
    at: moments[index] ?? message.sentAt,
    meaning: meaningOf(text),
  }));
}

/** The runs that an agent told of on its standard output. */
function runsIn(output: string): Run[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith('{"server"'))
    .map((line) => RunLine.parse(JSON.parse(line)));
}

const LinkLine = z.object({ time: z.string(), event: z.string() });

/** When an agent had no hub, by its own log: what makes "offline" true, whatever the reason. */
function unlinked(output: string): Disturbance[] {
  const gaps: Disturbance[] = [];
  for (const line of output.split("\n")) {
    if (!line.includes('"event":"link.')) continue;
    const { time, event } = LinkLine.parse(JSON.parse(line));
    const last = gaps.at(-1);
    const off = last !== undefined && last.until === undefined;
    if (event === "link.connected" && off) last.until = Date.parse(time);
    if (event === "link.lost" && !off)
      gaps.push({ target: "agent", what: "off", at: Date.parse(time), until: undefined });
  }
  return gaps;
}
