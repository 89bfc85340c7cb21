/** What the core asks of the process it runs in: time, chance, a log, figures, its key. */
import type { KeyPair } from "@servereye/contract";

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Ms, never jumps back. */
  monotonic(): number;
  /** Calls `run` once after `ms`; the returned function calls it off. */
  after(ms: number, run: () => void): () => void;
}

export interface Chance {
  uuid(): string;
  /** base64url of `bytes` random bytes. */
  token(bytes: number): string;
}

/** An event with fields; never a secret in a field. ERROR means somebody must act. */
export interface Log {
  debug(event: string, fields?: Record<string, unknown>): void;
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
}

export interface Metrics {
  /** A command came to its end. `outcome`: "ok" or a fault code. `ms` from intent to reply handed to the chat. */
  command(name: string, outcome: string, ms: number): void;
  /** Adds to a named counter (`servereye_<name>_total`). */
  count(name: string, labels?: Record<string, string>, by?: number): void;
  /** A gauge read when scraped (`servereye_<name>`). */
  gauge(name: string, help: string, read: () => number): void;
}

export type HubKey = KeyPair;
