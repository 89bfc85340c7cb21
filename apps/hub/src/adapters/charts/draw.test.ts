/** What is on a picture, by its pixels: text, lines where their values are, empty gaps, thresholds, night and day. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { type Chart, chartHeight, DARK, LIGHT } from "@servereye/contract";
import { BUNDLED, openDrawing } from "./draw.ts";
import { type Box, contrastOf, near, pixelsOf } from "./png.test-code.ts";
import { around, chartOf, DAY, lineOf, NOON, pointsOf, wave } from "./scenes.test-code.ts";

const draw = openDrawing();
const drawn = (chart: Chart, dark = false) =>
  pixelsOf(draw(chart, { dark, width: 390, height: chartHeight(chart) }).png);

/** Pixels: the title, the subtitle, the plot without its axes, and the words left of it and below. */
const TITLE: Box = [20, 20, 500, 60];
const SUBTITLE: Box = [20, 68, 700, 100];
const PLOT: Box = [130, 140, 700, 510];
const NUMBERS: Box = [20, 130, 108, 530];
const TIMES: Box = [60, 530, 760, 562];
const isGround = near(LIGHT.ground);
const ink = (chart: Chart, box: Box) => drawn(chart).count(box, (colour) => !isGround(colour));
const [BLUE = ""] = LIGHT.lines;

test("twice as many pixels as asked each way, on its ground, by day and by night", () => {
  for (const [dark, colours] of [
    [false, LIGHT],
    [true, DARK],
  ] as const) {
    const pixels = drawn(chartOf(), dark);
    assert.deepEqual([pixels.width, pixels.height], [780, 2 * chartHeight(chartOf())]);
    for (const x of [0, 779]) assert.equal(pixels.at(x, 0), colours.ground);
    assert.ok(pixels.count(TITLE, near(colours.text)) > 200);
    assert.ok(pixels.count(PLOT, near(colours.lines[0] ?? "")) > 500);
  }
});

test("text is there: title, where, axes; in Russian too, and not as boxes", () => {
  const pixels = drawn(chartOf());
  for (const box of [TITLE, SUBTITLE, NUMBERS, TIMES])
    assert.ok(pixels.count(box, (colour) => !isGround(colour)) > 300, String(box));
  assert.equal(ink(chartOf({ title: "" }), TITLE), 0);
  const titled = (title: string) => ink(chartOf({ title, language: "ru" }), TITLE);
  const russian = titled("Нагрузка");
  assert.ok(russian > 500, String(russian));
  assert.notEqual(russian, titled("□□□□□□□□"));
  assert.equal(titled("你好"), titled("□□"), "what the font lacks is seen to be lacking");
  assert.equal(titled("CPU\u200b\ufe0f"), titled("CPU"), "what shows nothing is left out");
  assert.equal(titled("и\u0306"), titled("й"));
  assert.ok(titled("</svg>&\"'") > titled("svg"), "markup is text");
});

test("without a font, or with one that lacks letters, nothing is drawn at all", () => {
  const latin = join(dirname(BUNDLED.regular), "DejaVuMathTeXGyre.ttf");
  assert.throws(() => openDrawing({ ...BUNDLED, bold: latin }), /DejaVuMathTeXGyre.*no glyphs for АЯЁ/);
  assert.throws(() => openDrawing({ ...BUNDLED, regular: "/nowhere.ttf" }), /nowhere\.ttf/);
  assert.throws(() => openDrawing({ ...BUNDLED, regular: import.meta.filename }), /no TrueType font/);
});

test("the line lies where its values say, and the threshold between", () => {
  const pixels = drawn(
    chartOf({ warn: 50, bad: 99, of: (share) => (share < 0.5 ? around(25, 0) : around(75, 0)) }),
  );
  const rowOf = ([x1, x2]: [number, number], colour: string, least: number): number => {
    const rows = pixels
      .rows([x1, PLOT[1], x2, PLOT[3]], near(colour, 40))
      .filter((y) => pixels.count([x1, y, x2, y + 1], near(colour, 40)) >= least);
    assert.ok(rows.length >= 1 && rows.length <= 5, `${colour} in rows ${rows}`);
    return rows.reduce((sum, y) => sum + y, 0) / rows.length;
  };
  const low = rowOf([200, 380], BLUE, 170);
  const high = rowOf([440, 620], BLUE, 170);
  const warn = rowOf([200, 380], LIGHT.warn, 50);
  assert.ok(Math.abs((low + high) / 2 - warn) <= 2, `${high} ${warn} ${low}`);
  // A quarter of the axis below the low one: the zero line.
  const zero = low + (low - high) / 2;
  assert.ok(pixels.count([200, Math.round(zero) - 2, 600, Math.round(zero) + 3], near(LIGHT.quiet)) >= 400);
  assert.ok(pixels.rows([300, PLOT[1], 600, PLOT[3]], near(LIGHT.bad)).length > 0);
});

test("a gap is empty from top to bottom, and nothing is drawn across it", () => {
  const whole = (share: number) => around(40 + 20 * wave(share, 1), 10);
  const pixels = drawn(
    chartOf({ worse: "none", of: (share) => (share > 0.4 && share < 0.6 ? null : whole(share)) }),
  );
  const [ground, grid] = [near(LIGHT.ground, 3), near(LIGHT.grid, 12)];
  const plain = (colour: string) => ground(colour) || grid(colour);
  const gap: Box = [360, PLOT[1], 460, PLOT[3]];
  assert.equal(
    pixels.count(gap, (colour) => !plain(colour)),
    0,
  );
  assert.ok(pixels.count([150, PLOT[1], 250, PLOT[3]], (colour) => !plain(colour)) > 5_000);
  assert.ok(pixels.count([600, PLOT[1], 700, PLOT[3]], (colour) => !plain(colour)) > 5_000);
});

test("one point is a dot; none is said in words", () => {
  const one = drawn(chartOf({ of: (share) => (Math.abs(share - 0.5) < 0.001 ? around(42, 0) : null) }));
  const dot = one.count(PLOT, near(BLUE));
  assert.ok(dot > 60 && dot < 250, `${dot} pixels`);
  const none = drawn(chartOf({ of: () => null }));
  assert.equal(none.count(PLOT, near(BLUE)), 0);
  assert.ok(none.count([200, 280, 580, 350], near(LIGHT.quiet)) > 500);
  assert.ok(ink(chartOf({ lines: [] }), [200, 250, 580, 350]) > 500);
});

test("eight lines: each in its colour, in the plot and before its name", () => {
  const lines = LIGHT.lines.map((_, at) =>
    lineOf(
      `web-${at}`,
      pointsOf(NOON - DAY, NOON, 100, () => around(8 + 8 * at, 0)),
      "%",
    ),
  );
  const chart = chartOf({ lines });
  const pixels = drawn(chart);
  for (const colour of LIGHT.lines) {
    assert.ok(pixels.count(PLOT, near(colour, 8)) > 300, colour);
    assert.ok(pixels.count([28, 580, 62, pixels.height], near(colour, 8)) >= 60, colour);
  }
});

test("every colour stands out from its ground", () => {
  for (const { ground, text, quiet, warn, bad, lines } of [LIGHT, DARK])
    for (const colour of [text, quiet, warn, bad, ...lines])
      assert.ok(contrastOf(colour, ground) >= 4.5, `${colour} on ${ground}: ${contrastOf(colour, ground)}`);
});
