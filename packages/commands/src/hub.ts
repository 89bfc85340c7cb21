/** What a hub can ask and show: one line a command. */
import { cpuReading } from "./cpu/reply.ts";
import { diskReading } from "./disk/reply.ts";
import type { Reading } from "./kit.ts";
import { memoryReading } from "./memory/reply.ts";
import { networkReading } from "./network/reply.ts";
import { pingReading } from "./ping/reply.ts";
import { processesReading } from "./processes/reply.ts";
import { tempReading } from "./temp/reply.ts";
import { uptimeReading } from "./uptime/reply.ts";

export const readings: readonly Reading[] = [
  pingReading,
  cpuReading,
  memoryReading,
  processesReading,
  uptimeReading,
  tempReading,
  diskReading,
  networkReading,
];

export type { Messages, Reading, ReplyButton, ReplyContext, ReplyView, Translate } from "./kit.ts";
export { sharedMessages } from "./shown/messages.ts";
