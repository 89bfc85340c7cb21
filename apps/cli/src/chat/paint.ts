/** Colours and weights of a terminal, or none. */

type Brush = (text: string) => string;

export interface Paint {
  strong: Brush;
  soft: Brush;
  code: Brush;
  link: Brush;
  ok: Brush;
  warn: Brush;
  bad: Brush;
}

const brush =
  (on: number, off: number): Brush =>
  (text) =>
    `\u001B[${on}m${text}\u001B[${off}m`;

export const COLOURS: Paint = {
  strong: brush(1, 22),
  soft: brush(2, 22),
  code: brush(36, 39),
  link: brush(4, 24),
  ok: brush(32, 39),
  warn: brush(33, 39),
  bad: brush(31, 39),
};

const bare: Brush = (text) => text;
export const NO_COLOURS: Paint = {
  strong: bare,
  soft: bare,
  code: bare,
  link: bare,
  ok: bare,
  warn: bare,
  bad: bare,
};

/** Colours where there is a terminal and nobody has said no (no-color.org). */
export const paintFor = (
  stream: { isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Paint => (stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb" ? COLOURS : NO_COLOURS);
