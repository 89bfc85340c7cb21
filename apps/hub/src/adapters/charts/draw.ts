/** A chart drawn: the option as SVG by ECharts, the SVG as PNG by resvg, all text in the font that comes along. */
import { fileURLToPath } from "node:url";
import { Resvg } from "@resvg/resvg-js";
import { type Chart, chartOption } from "@servereye/contract";
import { CustomChart, LineChart } from "echarts/charts";
import { GraphicComponent, GridComponent, MarkAreaComponent, MarkLineComponent } from "echarts/components";
import { init, setPlatformAPI, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Picture, PictureLook } from "../../core/ports/pictures.ts";
import { readFont } from "./font.ts";

use([
  CustomChart,
  LineChart,
  GraphicComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  SVGRenderer,
]);

/** Pixels for a CSS pixel. */
const SHARPNESS = 2;

const FAMILY = "DejaVu Sans";
/** What a hub writes without being asked for it: both alphabets, digits, and the signs of units. */
const NEEDED = "AZaz09АЯЁаяё%°·–…□/.,:";
/** Shown for what the font has no glyph for: never nothing. */
const UNKNOWN = "□";
/** Joins, selects and directs other characters, and shows nothing by itself. */
const UNSEEN = /[\p{Cf}\p{Mn}\p{Cc}]/u;

export interface Fonts {
  regular: string;
  bold: string;
}

/** Where the npm package `dejavu-fonts-ttf` has them. */
export const BUNDLED: Fonts = {
  regular: fileURLToPath(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf")),
  bold: fileURLToPath(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf")),
};

export type Draw = (chart: Chart, look: PictureLook) => Picture;

/** Throws when a font is missing, or lacks letters that are needed. */
export function openDrawing(fonts: Fonts = BUNDLED): Draw {
  const regular = readFont(fonts.regular, NEEDED);
  const bold = readFont(fonts.bold, NEEDED);
  setPlatformAPI({
    measureText: (text, css = "") => {
      const size = Number(/([\d.]+)px/.exec(css)?.[1] ?? 12);
      return { width: size * (css.includes("bold") ? bold : regular).widthOf(text) };
    },
  });
  const shown = (text: string): string =>
    [...text.normalize("NFC")]
      .filter((one) => !UNSEEN.test(one))
      .map((one) => (regular.has(one) && bold.has(one) ? one : UNKNOWN))
      .join("");

  return (chart, { dark, width, height }) => {
    const plot = init(null, null, { renderer: "svg", ssr: true, width, height });
    let svg: string;
    try {
      plot.setOption(chartOption(spelled(chart, shown), { dark, width, height, font: FAMILY }));
      svg = plot.renderToSVGString();
    } finally {
      plot.dispose();
    }
    const image = new Resvg(svg, {
      fitTo: { mode: "zoom", value: SHARPNESS },
      font: {
        fontFiles: [fonts.regular, fonts.bold],
        loadSystemFonts: false,
        defaultFontFamily: FAMILY,
        sansSerifFamily: FAMILY,
      },
    }).render();
    return { png: image.asPng(), width: image.width, height: image.height };
  };
}

/** The chart with every text in characters that can be drawn. */
function spelled(chart: Chart, shown: (text: string) => string): Chart {
  return {
    ...chart,
    title: shown(chart.title),
    subtitle: shown(chart.subtitle),
    unit: shown(chart.unit),
    lines: chart.lines.map((line) => ({ ...line, label: shown(line.label) })),
    ...(chart.note === undefined ? {} : { note: shown(chart.note) }),
  };
}
