/** A process that adds samples to a buffer on a real disk as fast as it takes them, and says which stand in it. Run with a folder and the first number. */
import { writeSync } from "node:fs";
import { systemClock } from "../clock.ts";
import { nodeDisk } from "../host/files.ts";
import { BOOT } from "./buffer.fixture.ts";
import { SampleBuffer } from "./buffer.ts";

const [folder = "", first = "0"] = process.argv.slice(2);
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const buffer = await SampleBuffer.open({
  ...{
    disk: nodeDisk,
    folder,
    boot: BOOT,
    first: Number(first),
    mostBytes: 1 << 28,
    clock: systemClock,
    log,
  },
});
for (let seq = Number(first); ; seq++) {
  buffer.add({
    at: seq,
    values: Array.from({ length: 1_500 }, (_, n) => [{ key: "disk.used", of: `/${n}` }, seq + n / 7]),
  });
  await buffer.settled();
  writeSync(1, `${seq}\n`);
}
