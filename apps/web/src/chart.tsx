/** A chart on the page: in words until what draws it is here, and for who can not see it. */
import { type Block, type Chart, chartHeight, chartText } from "@servereye/contract";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { keyed } from "./keyed.ts";
import { plain } from "./plain.ts";
import type { Plot } from "./plot.ts";

const DARK = "(prefers-color-scheme: dark)";

export function ChartBody({ chart }: { chart: Extract<Block, { type: "chart" }> }): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    return follow(element, chart, setDrawn);
  }, [chart]);
  const words = chartText(chart).map(plain);
  return (
    <figure className="chart">
      <div ref={frame} className="plot" role="img" aria-label={words.join(". ")} />
      {!drawn &&
        keyed(words).map(({ one: line, key }) => (
          <p key={key} className="text">
            {line}
          </p>
        ))}
    </figure>
  );
}

/** Draws it, and again whenever its room or the scheme changes. What is returned ends that. */
function follow(element: HTMLElement, chart: Chart, told: (drawn: boolean) => void): () => void {
  const scheme = window.matchMedia(DARK);
  let plot: Plot | undefined;
  let ended = false;
  let width = 0;
  const draw = (): void => {
    if (plot === undefined || width === 0) return;
    plot.draw(chart, { dark: scheme.matches, width, height: chartHeight(chart) });
    told(true);
  };
  const room = new ResizeObserver(([entry]) => {
    const now = Math.floor(entry?.contentRect.width ?? 0);
    if (now === width) return;
    width = now;
    draw();
  });
  room.observe(element);
  scheme.addEventListener("change", draw);
  import("./plot.ts").then(
    ({ openPlot }) => {
      if (ended) return;
      plot = openPlot(element);
      draw();
    },
    // Of a hub that was updated meanwhile, or without a network: the words stay.
    () => told(false),
  );
  return () => {
    ended = true;
    room.disconnect();
    scheme.removeEventListener("change", draw);
    plot?.close();
  };
}
