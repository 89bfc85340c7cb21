/** What a hub can ask and show: one line a command. */
import type { Reading } from "./kit.ts";
import { pingReading } from "./ping/reply.ts";

export const readings: readonly Reading[] = [pingReading];

export type { Messages, Reading, ReplyButton, ReplyContext, ReplyView, Translate } from "./kit.ts";
export { sharedMessages } from "./shown/messages.ts";
