/** Charts as a hub makes them, for tests that look at pictures: made numbers, nothing random. */
import type { Chart, ChartLine, ChartPoint } from "@servereye/contract";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const NOON = Date.UTC(2026, 10, 23, 12);

/** A day of a server's processor, `of` giving average, lowest and highest by the share of the span gone. */
export function pointsOf(
  from: number,
  to: number,
  count: number,
  of: (share: number) => [avg: number, min: number, max: number] | null,
): ChartPoint[] {
  return Array.from({ length: count }, (_, at): ChartPoint => {
    const when = Math.round(from + ((to - from) * at) / count);
    const value = of(at / count);
    return value === null ? [when, null] : [when, ...value];
  });
}

/** Waves that do not repeat, 0..1. */
export const wave = (share: number, seed: number): number =>
  0.5 +
  0.25 * Math.sin(seed + share * 17) +
  0.15 * Math.sin(2 * seed + share * 61) +
  0.1 * Math.sin(3 * seed + share * 173);

export function lineOf(label: string, points: ChartPoint[], unit: string): ChartLine {
  const seen = points.filter((point): point is [number, number, number, number] => point[1] !== null);
  const last = seen.at(-1);
  if (last === undefined) return { label, points };
  const say = (value: number): string => `${value.toFixed(1)}\u00a0${unit}`;
  return {
    label,
    points,
    summary: {
      min: say(Math.min(...seen.map(([, , min]) => min))),
      avg: say(seen.reduce((sum, [, avg]) => sum + avg, 0) / seen.length),
      max: say(Math.max(...seen.map(([, , , max]) => max))),
      last: say(last[1]),
    },
  };
}

export function chartOf(
  more: Partial<Chart> & { of?: Parameters<typeof pointsOf>[3]; count?: number } = {},
): Chart {
  const { of = (share) => around(20 + 70 * wave(share, 1), 8), count = 240, ...given } = more;
  const from = given.from ?? NOON - DAY;
  const to = given.to ?? NOON;
  return {
    type: "chart",
    title: "CPU usage",
    subtitle: "web-1 · 22 Nov 12:00 – 23 Nov 12:00 UTC",
    unit: "%",
    language: "en",
    zone: "UTC",
    from,
    to,
    fromZero: true,
    whole: false,
    most: 100,
    worse: "higher",
    warn: 80,
    bad: 95,
    lines: [lineOf("", pointsOf(from, to, count, of), given.unit ?? "%")],
    words: { min: "min", avg: "avg", max: "max", last: "now", none: "No data in this time" },
    ...given,
  };
}

export const around = (avg: number, half: number): [number, number, number] => [avg, avg - half, avg + half];
