/** What the chat needs of the rest of the core and of the outside. */

import type { Reading } from "@servereye/commands/hub";
import type { Fleet } from "../fleet/ask.ts";
import type { Enrolment } from "../fleet/enrol.ts";
import type { ChatPort } from "../ports/chat.ts";
import type { History } from "../ports/history.ts";
import type { ChannelName } from "../ports/people.ts";
import type { Chance, Clock, Log, Metrics } from "../ports/process.ts";
import type { Store } from "../ports/store.ts";
import type { Live } from "./live-plan.ts";

/** The part of the fleet the chat talks to. */
export type ChatFleet = Pick<Fleet, "ask" | "presenceOf" | "unseen" | "removed" | "prepare">;

/** The part of enrolment the chat talks to. */
export type ChatEnrolment = Pick<Enrolment, "invite" | "addByCode" | "addByKey">;

/** The part of the history that is looked at. */
export type ChatHistory = Pick<History, "query" | "latest" | "series">;

export interface ChatDeps {
  store: Store;
  fleet: ChatFleet;
  enrolment: ChatEnrolment;
  history: ChatHistory;
  /** How many agents are connected to any hub. */
  online(): Promise<number>;
  port(channel: ChannelName): ChatPort;
  /** Messages that go on changing. */
  live: Live;
  readings: readonly Reading[];
  clock: Clock;
  chance: Chance;
  log: Log;
  metrics: Metrics;
  registration: "closed" | "open";
  about: {
    version: string;
    hubId: string;
    /** Epoch ms. */
    startedAt: number;
    /** Where people and agents reach this hub, without a slash at the end. */
    publicUrl(): string;
    /** base64url of the hub's public key, for the install command. */
    hubKey: string;
    /** `https://t.me/<bot>`, when a bot runs. */
    botLink(): string | undefined;
  };
}
