/**
 * The version of the wire between agent and hub: one integer, with its history.
 *
 * 1 (2026-11): hello, challenge, prove, welcome; signed asks and answers; heartbeats.
 */
export const PROTOCOL = 1;

/** The oldest protocol a hub still serves. */
export const OLDEST_PROTOCOL = 1;

/** Where agents dial in, below the hub's address. */
export const AGENT_PATH = "/agent/v1";

/** A heartbeat each this many milliseconds; three of them missed is offline (DESIGN: 10 s and 30 s). */
export const HEARTBEAT_MS = 10_000;
export const SILENCE_MS = 30_000;

/** Largest frame either side accepts, bytes. Larger ones close the connection. */
export const MAX_FRAME_BYTES = 1_048_576;
