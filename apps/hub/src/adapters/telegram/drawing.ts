/** Charts of a view as pictures, each in time or with the reason why it is told in words. */
import { type Chart, chartHeight, Fault, type View } from "@servereye/contract";
import { PHONE_WIDTH, type Picture, type Pictures } from "../../core/ports/pictures.ts";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";
import { chartsOf, type Drawn } from "./message.ts";

/** Who asked is told in words sooner than they wait longer for a picture, ms. */
const PATIENCE_MS = 8_000;
/** Pictures of one view; the Bot API's bounds of one: bytes, pixels of both sides together, one side to the other. */
const MOST = 4;
const MOST_BYTES = 10_000_000;
const MOST_SIDES = 10_000;
const MOST_RATIO = 20;

export interface Drawing {
  /** Begins at once; never rejects. Undefined where there is nothing to draw. */
  begin(view: View): Promise<Drawn> | undefined;
}

export function createDrawing(deps: {
  pictures: Pick<Pictures, "draw">;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): Drawing {
  const { pictures, clock, log, metrics } = deps;

  async function one(chart: Chart): Promise<Picture | "busy" | "failed"> {
    let calm = (): void => undefined;
    const late = new Promise<never>((_, reject) => {
      calm = clock.after(PATIENCE_MS, () =>
        reject(new Fault("RATE_LIMITED", `no picture within ${PATIENCE_MS} ms`)),
      );
    });
    try {
      const look = { dark: chart.dark === true, width: PHONE_WIDTH, height: chartHeight(chart) };
      const picture = await Promise.race([pictures.draw(chart, look), late]);
      if (!takes(picture)) throw new Fault("INTERNAL", "Telegram would not take such a picture");
      return picture;
    } catch (error) {
      const why = Fault.of(error).code === "RATE_LIMITED" ? "busy" : "failed";
      metrics.count("telegram_pictures_missing", { why });
      log.warn("telegram.picture-missing", { why, reason: Fault.of(error).message });
      return why;
    } finally {
      calm();
    }
  }

  return {
    begin(view) {
      const charts = chartsOf(view);
      if (charts.length === 0) return undefined;
      // The rest stays in words, without a reason: it is not that they could not be drawn.
      const wanted = charts.slice(0, MOST);
      return Promise.all(wanted.map(async (chart) => [chart, await one(chart)] as const)).then(
        (all) => new Map(all),
      );
    },
  };
}

function takes({ png, width, height }: Picture): boolean {
  const narrow = Math.max(width, height) > MOST_RATIO * Math.min(width, height);
  return png.byteLength <= MOST_BYTES && width + height <= MOST_SIDES && !narrow;
}
