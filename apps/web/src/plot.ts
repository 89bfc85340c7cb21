/** Draws a chart into the page as SVG. A file of its own, so that a page without charts loads none of it. */
import { type Chart, chartOption } from "@servereye/contract";
import { CustomChart, LineChart } from "echarts/charts";
import {
  GraphicComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  CustomChart,
  LineChart,
  GraphicComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  SVGRenderer,
]);

const FONT = "system-ui, sans-serif";

export interface Plot {
  /** Sizes in CSS pixels. */
  draw(chart: Chart, look: { dark: boolean; width: number; height: number }): void;
  close(): void;
}

export function openPlot(element: HTMLElement): Plot {
  const plot = init(element, null, { renderer: "svg", width: 1, height: 1 });
  return {
    draw(chart, look) {
      const option = chartOption(chart, { ...look, font: FONT, live: true });
      plot.resize({ width: look.width, height: look.height });
      // The page's policy allows no styles inside of markup, which figures shown as HTML would be made of.
      const tooltip = { ...option.tooltip, renderMode: "richText" as const };
      plot.setOption({ ...option, tooltip }, true);
    },
    close: () => plot.dispose(),
  };
}
