/** /export in the chat: a file with a column for each series, by the reader's right alone. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { csvOf } from "../../history/csv.ts";
import { chatEngine } from "../room.test-code.ts";
import { ruledHistory } from "./history.test-code.ts";

const engine = await chatEngine();
after(() => engine.close());

const HOUR = 3_600_000;

test("a head, times in UTC, a column a series, empty cells where nothing was measured", async () => {
  const history = ruledHistory({
    "s1 cpu.usage": (at) => (at % (2 * HOUR) === 0 ? 1 / 3 : null),
    's1 disk.used /a,"b"': 50,
  });
  let text = "";
  const series = await history.series("s1", 0, 1);
  for await (const piece of csvOf(history, { serverId: "s1", series, from: 0, to: 4 * HOUR, stepMs: HOUR }))
    text += piece;
  assert.deepEqual(text.split("\r\n"), [
    'time,cpu.usage,"disk.used /a,""b"""',
    ...["1970-01-01T00:00:00Z,0.3333333333,50", "1970-01-01T01:00:00Z,,50"],
    ...["1970-01-01T02:00:00Z,0.3333333333,50", "1970-01-01T03:00:00Z,,50", ""],
  ]);
});

test("the file comes for a server one sees, bounded in lines; nothing measured is said", async () => {
  const room = await engine.room();
  const ann = await room.person("Ann");
  const mallory = await room.person("Mal");
  const web = await room.server(ann, "web-1");
  await room.server(mallory, "own");
  const history = ruledHistory({ [`${web.id} cpu.usage`]: 12.5, [`${web.id} disk.used /`]: 40 });
  room.history = history;
  await ann.write("/export 30d web-1");
  const [file] = room.files;
  assert.equal(file?.name, "web-1-30d.csv");
  assert.match(file?.caption ?? "", /2 columns, 8,6[34]\d lines, one each 300 s/);
  const lines = new TextDecoder().decode(file?.bytes).trim().split("\r\n");
  assert.deepEqual([lines[0], lines[1]?.split(",").slice(1)], ["time,cpu.usage,disk.used /", ["12.5", "40"]]);
  assert.ok(lines.length <= 8_641);
  assert.ok(history.asked.every(({ points }) => points <= 360));
  assert.match((await mallory.write("/export 1h web-1"))?.text ?? "", /web-1/);
  assert.match((await mallory.write("/export 1h own"))?.text ?? "", /Nothing was measured on own/);
  assert.equal(room.files.length, 1);
});
