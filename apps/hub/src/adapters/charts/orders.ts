/** What passes between the hub's thread and the one that draws. */
import type { Chart } from "@servereye/contract";
import type { Picture, PictureLook } from "../../core/ports/pictures.ts";

export interface Order {
  chart: Chart;
  look: PictureLook;
}

/** Follows the one word "ready", one for each order. */
export type Drawn = { picture: Picture } | { failed: string };
