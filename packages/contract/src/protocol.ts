/**
 * The version of the wire between agent and hub: one integer, with its history.
 *
 * 1 (2026-11): hello, challenge, prove, welcome; signed asks and answers; heartbeats.
 * 2 (2026-11): events and their acks; the welcome is signed, so that the hub's time can not be set by whoever is between.
 * 3 (2026-11): samples, which of them are kept, and the pace at which late ones may come. An agent tells none before it
 * was told a pace, and speaks 2 with a hub that knows no more.
 */
export const PROTOCOL = 3;

/** The oldest protocol a hub still serves. */
export const OLDEST_PROTOCOL = 1;

/** Where agents dial in, below the hub's address. */
export const AGENT_PATH = "/agent/v1";

/** A heartbeat each this many milliseconds; three of them missed is offline (DESIGN: 10 s and 30 s). */
export const HEARTBEAT_MS = 10_000;
export const SILENCE_MS = 30_000;

/** The first protocol whose welcome is signed, and whose agents tell events. */
export const SIGNED_WELCOME_PROTOCOL = 2;

/** The first protocol whose agents send samples. */
export const SAMPLES_PROTOCOL = 3;

/** Events an agent has on their way that the hub has not acknowledged: more wait for an ack. */
export const MOST_UNACKED_EVENTS = 16;

/** Largest event, bytes of its message as JSON. The hub drops what is larger. */
export const MAX_EVENT_BYTES = 16_384;

/** Largest frame either side accepts, bytes. Larger ones close the connection. */
export const MAX_FRAME_BYTES = 1_048_576;
