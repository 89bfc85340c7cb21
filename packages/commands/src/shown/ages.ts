/** Spans of time as a person reads them. */
import type { Translate } from "../kit.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds in the two largest units that matter: `3 d 4 h`, `4 h 12 min`, `12 min`, `45 s`. */
export function ageText(t: Translate, seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole >= DAY) return two(t, "unit-days", DAY, "unit-hours", HOUR, whole);
  if (whole >= HOUR) return two(t, "unit-hours", HOUR, "unit-minutes", MINUTE, whole);
  return shortAgeText(t, whole);
}

/** Seconds in the largest unit alone, for narrow columns: `3 d`, `4 h`, `12 min`, `45 s`. */
export function shortAgeText(t: Translate, seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole >= DAY) return t("unit-days", { value: Math.floor(whole / DAY) });
  if (whole >= HOUR) return t("unit-hours", { value: Math.floor(whole / HOUR) });
  if (whole >= MINUTE) return t("unit-minutes", { value: Math.floor(whole / MINUTE) });
  return t("unit-seconds", { value: whole });
}

function two(t: Translate, largerId: string, larger: number, smallerId: string, smaller: number, s: number) {
  const rest = Math.floor((s % larger) / smaller);
  const first = t(largerId, { value: Math.floor(s / larger) });
  return rest === 0 ? first : t("unit-two", { larger: first, smaller: t(smallerId, { value: rest }) });
}
