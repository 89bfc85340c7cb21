/** The stretches of time by which history is kept: ms, and numbers of hours, days, weeks and spans since the epoch. */

export const SECOND_MS = 1_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Chunks are thrown away by whole weeks, roll-ups by whole spans of four. */
export const WEEK_DAYS = 7;
export const SPAN_DAYS = 28;

export const hourOf = (at: number): number => Math.floor(at / HOUR_MS);
export const dayOf = (at: number): number => Math.floor(at / DAY_MS);
export const weekOf = (day: number): number => Math.floor(day / WEEK_DAYS);
export const spanOf = (day: number): number => Math.floor(day / SPAN_DAYS);

/** Steps of roll-ups, ms. */
export const ROLLUP_STEPS = [600_000, HOUR_MS] as const;
export type RollupStep = (typeof ROLLUP_STEPS)[number];

/** How long each is kept. */
export interface Retention {
  /** Samples as they came. */
  hotHours: number;
  /** Every value, packed. */
  fullDays: number;
  /** Roll-ups. */
  rollupDays: number;
}

export const RETENTION: Retention = { hotHours: 48, fullDays: 30, rollupDays: 730 };
