/** The shapes of a command's three parts, as its folder writes them. */
import type {
  AnswerOf,
  AskOf,
  Command,
  Measure,
  OriginalCommand,
  OriginalTold,
  Role,
  Series,
  View,
} from "@servereye/contract";
import type { Host } from "./host.ts";

/** Runs on the agent: reads the machine through `Host`. Throws a Fault when it can not answer. */
export type Collect<C extends Command> = (ask: AskOf<C>, host: Host) => Promise<AnswerOf<C>>;

/** Words by message id and values, in the reader's language. Numbers given as numbers follow its plural rules. */
export type Translate = (id: string, values?: Record<string, string | number>) => string;

export interface ReplyContext {
  t: Translate;
  /** BCP 47, for number and date words. */
  language: string;
  /** The server that answered, as the reader knows it. */
  server: { id: string; name: string };
  /** Epoch ms, the hub's clock. */
  now: number;
  /** How long the question took from the hub to the agent and back, ms. */
  tookMs: number;
}

/** A button of a reading: asks another (or the same) reading of the same server, or does something to it. */
export type ReplyButton =
  | {
      label: string;
      command: string;
      ask?: Record<string, unknown>;
      /** What the agent has to know, and to allow where it has a policy; else it is not shown. */
      takes?: Pick<Command, "name" | "policy">;
    }
  | {
      label: string;
      takes?: Pick<Command, "name" | "policy">;
      /** A deed of the chat's, by its name; the server is added to `values`. */
      deed: string;
      /** Shown to whom this is given on the server, and for that person alone. */
      needs: Role;
      values: Record<string, string>;
      /** Works once. */
      once?: boolean;
    };

/** What a reply makes: a view whose buttons are still wishes. Refresh is added to every reading by the chat. */
export interface ReplyView {
  title: string;
  blocks: View["blocks"];
  buttons?: ReplyButton[][];
  /** There is nothing in it that goes on. */
  still?: true;
  /** Which thing of the server it is about, as series name it: a container. */
  of?: string;
}

/** Runs on the hub: the answer as a person reads it. */
export type Reply<C extends Command> = (
  answer: AnswerOf<C>,
  context: ReplyContext,
  ask: AskOf<C>,
) => ReplyView;

/** Numbers of one moment, each of one series; what could not be measured is not in it. */
export type Values = Array<readonly [Series, number]>;

/** What a sampler may measure beyond the usual. */
export interface SampleWish {
  /** Each processor by itself. */
  cores: boolean;
}

/**
 * Measures the machine again and again. What `start` gives is called for each sample, never before the last call has
 * ended; it keeps the counters of the last one, of which rates are made. It shares them with no live reading.
 */
export interface Sampler {
  measures: readonly Measure[];
  start(host: Host, wish: SampleWish): () => Values | Promise<Values>;
}

/** Message texts of one folder, in Fluent syntax (FTL), by language. Every id stands in both. */
export interface Messages {
  en: string;
  ru: string;
}

/** The agent's half of a command. */
export interface Collector {
  command: Command;
  collect: (ask: unknown, host: Host) => Promise<unknown>;
}

/** The hub's half of a command. `words` reads what was typed after the command (and before the server). */
export interface Reading {
  command: Command;
  reply: (answer: unknown, context: ReplyContext, ask: unknown) => ReplyView;
  messages: Messages;
  measures: readonly Measure[];
  /**
   * Takes its own words off the front of what was typed: `/processes memory web-1` → ask `{by: "memory"}`,
   * rest `["web-1"]`. `namesServer`: whether a text names one or more of the person's servers. Absent: the command
   * takes no words of its own.
   */
  words?: (
    typed: readonly string[],
    namesServer?: (reference: string) => boolean,
  ) => { ask: Record<string, unknown>; rest: readonly string[] };
  /** It is about one container: its name is typed first, and it is asked by the id in `container`. */
  named?: true;
  /** Typed, it goes on for a minute; a button starts that too. */
  live?: true;
  /** "none": it is understood, and shown only to those whose servers can do it. Absent: it is in everybody's menu. */
  menu?: "none";
}

/** Ties a command to its collector, keeping the types inside. */
export function collector<C extends Command>(command: C, collect: Collect<C>): Collector {
  return { command, collect: (ask, host) => collect(ask as AskOf<C>, host) };
}

/** Ties a command to its reply, keeping the types inside. */
export function reading<C extends Command>(
  command: C,
  reply: Reply<C>,
  messages: Messages,
  more: {
    measures?: readonly Measure[];
    words?: Reading["words"];
    menu?: "none";
    named?: true;
    live?: true;
  } = {},
): Reading {
  return {
    command,
    reply: (answer, context, ask) => reply(answer as AnswerOf<C>, context, ask as AskOf<C>),
    messages,
    measures: more.measures ?? [],
    ...(more.words ? { words: more.words } : {}),
    ...(more.menu ? { menu: more.menu } : {}),
    ...(more.named ? { named: more.named } : {}),
    ...(more.live ? { live: more.live } : {}),
  };
}

/** Ties a command to its like at an agent of the Go original, keeping the types inside. */
export function original<C extends Command>(
  command: C,
  like: Pick<OriginalCommand, "type" | "reply"> & {
    answer: (told: OriginalTold, ask: AskOf<C>) => AnswerOf<C>;
  },
): OriginalCommand {
  return {
    command: command.name,
    type: like.type,
    reply: like.reply,
    payload: () => null,
    answer: (told, ask) => like.answer(told, ask as AskOf<C>),
  };
}
