/** Numbers as they go into answers: no more digits than the source is worth. */

/** One decimal. */
export const tenths = (value: number): number => Math.round(value * 10) / 10;
