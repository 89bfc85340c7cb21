/** ping at the agent: its clock, nothing else, so that the time is the way's own. */
import { collector } from "../kit.ts";
import { ping } from "./contract.ts";

export const pingCollector = collector(ping, async (_ask, host) => ({ clock: Math.round(host.now()) }));
