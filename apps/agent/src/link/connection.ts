/** One WebSocket to the hub as a stream of checked frames, bounded on both sides. */
import { type AgentFrame, Fault, HubFrame, MAX_FRAME_BYTES, utf8 } from "@servereye/contract";
import { type Clock, within } from "../clock.ts";

/** Frames that wait to be looked at; the hub sends far fewer in one turn of the event loop. */
const MOST_WAITING = 1_024;
/** Bytes handed to the socket and not yet taken by the network: beyond this the hub is not reading. */
const MOST_UNSENT = 4 * MAX_FRAME_BYTES;

/** RFC 6455 §7.4.2: 4000-4999 are the application's own. */
export const CLOSE = { normal: 1000, invalid: 4400, proof: 4401, late: 4408, flooded: 4429 } as const;

/** The connection is over. `message` says why. */
export class Disconnected extends Error {
  override readonly name = "Disconnected";
}

export interface Connection {
  /** The next frame. Throws Disconnected, Fault FRAME_INVALID, or Fault COMMAND_TIMEOUT after `deadlineMs`. */
  receive(deadlineMs?: number): Promise<HubFrame>;
  /** Throws Disconnected when the connection is over, RangeError when the frame is larger than the hub takes. */
  send(frame: AgentFrame): void;
  close(code: number, reason: string): void;
  /** Resolves when the socket is fully closed. */
  readonly closed: Promise<void>;
}

/** Dials. Rejects with Disconnected when the hub can not be reached within `deadlineMs`. */
export async function connect(
  Socket: typeof WebSocket,
  url: string,
  clock: Clock,
  deadlineMs: number,
): Promise<Connection> {
  const socket = new Socket(url);
  const inbox: HubFrame[] = [];
  let ending: Error | undefined;
  let waiter: { resolve: (frame: HubFrame) => void; reject: (error: Error) => void } | undefined;

  const end = (error: Error, code: number, reason: string): void => {
    if (ending !== undefined) return;
    ending = error;
    inbox.length = 0;
    waiter?.reject(error);
    waiter = undefined;
    socket.close(code, reason);
  };
  const take = (data: unknown): void => {
    if (ending !== undefined) return;
    const frame = frameOf(data);
    if (frame instanceof Fault) end(frame, CLOSE.invalid, "frame not understood");
    else if (waiter !== undefined) {
      waiter.resolve(frame);
      waiter = undefined;
    } else if (inbox.length >= MOST_WAITING)
      end(new Fault("FRAME_INVALID", "more frames at once than can be looked at"), CLOSE.flooded, "too many");
    else inbox.push(frame);
  };

  const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
  const opened = new Promise<void>((resolve, reject) => {
    let wasOpen = false;
    socket.addEventListener("open", () => {
      wasOpen = true;
      resolve();
    });
    socket.addEventListener("close", (event) => {
      const silent = wasOpen ? "the connection broke" : "the hub can not be reached";
      const error = new Disconnected(
        event.reason || (event.code === 1006 ? silent : `closed (${event.code})`),
      );
      end(error, CLOSE.normal, "");
      reject(error);
    });
  });
  socket.addEventListener("message", (event) => take(event.data));

  await within(clock, deadlineMs, opened, () => {
    const error = new Disconnected(`no connection within ${deadlineMs / 1000} s`);
    end(error, CLOSE.normal, "");
    throw error;
  });

  const frame = () =>
    new Promise<HubFrame>((resolve, reject) => {
      const next = inbox.shift();
      if (next !== undefined) resolve(next);
      else if (ending !== undefined) reject(ending);
      else waiter = { resolve, reject };
    });

  return {
    closed,
    receive: (ms) =>
      ms === undefined
        ? frame()
        : within(clock, ms, frame(), () => {
            throw new Fault("COMMAND_TIMEOUT", `the hub said nothing for ${Math.round(ms / 1000)} s`);
          }),
    send(message) {
      if (ending !== undefined)
        throw ending instanceof Disconnected ? ending : new Disconnected(ending.message);
      const text = JSON.stringify(message);
      if (tooLarge(text))
        throw new RangeError(`a frame of ${text.length} characters is more than the hub takes`);
      if (socket.bufferedAmount + text.length > MOST_UNSENT) {
        end(new Disconnected("the hub does not read what is sent"), CLOSE.flooded, "not reading");
        throw ending ?? new Disconnected("the hub does not read what is sent");
      }
      socket.send(text);
    },
    close: (code, reason) => end(new Disconnected(reason), code, reason),
  };
}

/** UTF-8 takes one to three bytes a UTF-16 unit, so most texts need no counting. */
const tooLarge = (text: string): boolean =>
  text.length > MAX_FRAME_BYTES || (text.length * 3 > MAX_FRAME_BYTES && utf8(text).length > MAX_FRAME_BYTES);

/** A frame, or the Fault that says why it is none. */
export function frameOf(data: unknown): HubFrame | Fault {
  if (typeof data !== "string") return new Fault("FRAME_INVALID", "a frame that is not text");
  if (tooLarge(data)) return new Fault("FRAME_INVALID", `a frame of ${data.length} characters`);
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (cause) {
    return new Fault("FRAME_INVALID", "a frame that is not JSON", { cause });
  }
  const parsed = HubFrame.safeParse(value);
  if (parsed.success) return parsed.data;
  return new Fault("FRAME_INVALID", "a frame of no known shape", { cause: parsed.error });
}
