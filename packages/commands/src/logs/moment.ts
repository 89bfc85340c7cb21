/** Moments of log lines, to the nanosecond: more than a number of milliseconds holds. */

const SHAPE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Seconds since 1970 and nanoseconds, which order as texts too: `1763869925.000000001`. Undefined for what is none. */
export function momentOf(text: string): string | undefined {
  const [, second, fraction = "", zone] = SHAPE.exec(text) ?? [];
  if (second === undefined || zone === undefined) return undefined;
  const at = Date.parse(`${second}${zone}`) / 1000;
  return at >= 0 ? `${String(at).padStart(10, "0")}.${fraction.padEnd(9, "0")}` : undefined;
}
