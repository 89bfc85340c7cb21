/** How charts look, light and dark: lines that people who see few colours can tell apart, on a phone, at night. */

export interface ChartLook {
  dark: boolean;
  /** CSS pixels. */
  width: number;
  height: number;
  /** CSS font families. */
  font: string;
  /** Somebody can point at it: figures are shown where they point. */
  live?: boolean;
}

export interface ChartColours {
  ground: string;
  text: string;
  quiet: string;
  grid: string;
  warn: string;
  bad: string;
  /** One for each line that a chart may have; blue and orange first, which every kind of colour blindness tells apart. */
  lines: readonly string[];
}

/**
 * Each colour stands out from its ground by at least 4.5:1 (WCAG 2.2, 1.4.3); neighbours in `lines` differ in lightness
 * or in blue against yellow, after Okabe and Ito's "Color Universal Design".
 */
export const LIGHT: ChartColours = {
  ground: "#ffffff",
  text: "#15191e",
  quiet: "#5a6472",
  grid: "#e7eaef",
  warn: "#9a5b00",
  bad: "#c2182b",
  lines: ["#0a66c2", "#c04a00", "#00785a", "#93418e", "#7a6200", "#00799c", "#50555c", "#a5124a"],
};

export const DARK: ChartColours = {
  ground: "#11151b",
  text: "#e8ecf1",
  quiet: "#98a3b3",
  grid: "#262d37",
  warn: "#ffb224",
  bad: "#ff6b70",
  lines: ["#5cb2ff", "#ff9c57", "#4bd3a0", "#e39bdc", "#e5ca48", "#86dcff", "#c3c9d2", "#ff84a8"],
};

/** From the fifth line on, a line is dashed too: eight colours are more than eyes keep apart. */
export const SOLID_LINES = 4;
