/** What an agent can do: one line a command. */
import type { Collector } from "./kit.ts";
import { pingCollector } from "./ping/collect.ts";

export const collectors: readonly Collector[] = [pingCollector];

export type { Host, Space } from "./host.ts";
export type { Collector } from "./kit.ts";
