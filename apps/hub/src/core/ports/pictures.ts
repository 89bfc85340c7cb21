/** Pictures of charts, for chats that show pictures. */
import type { Chart } from "@servereye/contract";

export interface PictureLook {
  dark: boolean;
  /** CSS pixels. A picture has twice as many each way, so that a phone shows it sharp. */
  width: number;
  height: number;
}

/** As a phone held upright shows a chart. */
export const PHONE_WIDTH = 390;

export interface Picture {
  png: Uint8Array;
  /** Pixels. */
  width: number;
  height: number;
}

export interface Pictures {
  /**
   * Faults: RATE_LIMITED (value `limit`) when that many wait already, INTERNAL when it can not be drawn, or not within
   * 5 s. What is asked again within a few minutes is not drawn again.
   */
  draw(chart: Chart, look: PictureLook): Promise<Picture>;
  /** What waits is rejected; the thread ends. */
  close(): Promise<void>;
}
