/** ping of an agent of the Go original: that it answers. */
import { original } from "../kit.ts";
import { ping } from "./contract.ts";

export const pingOriginal = original(ping, {
  type: "ping",
  reply: "pong",
  answer: ({ at }) => (at === undefined ? {} : { clock: at }),
});
