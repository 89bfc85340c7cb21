/** The thread that draws: one picture for each message, the next only when it is asked for. */
import { parentPort, workerData } from "node:worker_threads";
import { openDrawing } from "./draw.ts";
import type { Drawn, Order } from "./orders.ts";

if (parentPort === null) throw new Error("this is a worker thread, not a program");
const port = parentPort;
// A font that is missing ends the thread here, with words: text would be left out of every picture otherwise.
const draw = openDrawing(workerData ?? undefined);

port.on("message", ({ chart, look }: Order) => {
  let drawn: Drawn;
  try {
    const { png, width, height } = draw(chart, look);
    // Its own copy: what resvg gave is let go at once, and this one is handed over without copying.
    drawn = { picture: { png: new Uint8Array(png), width, height } };
  } catch (error) {
    // This chart can not be drawn; the thread itself is well.
    drawn = { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  port.postMessage(drawn, "picture" in drawn ? [drawn.picture.png.buffer as ArrayBuffer] : []);
});
port.postMessage("ready");
