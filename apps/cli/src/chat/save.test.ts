/** Files in the terminal: told, and saved only when asked, over nothing. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { HubApi } from "../local-hub.ts";
import { NO_COLOURS } from "./paint.ts";
import { fileLines, type Look } from "./render.ts";
import { save } from "./save.ts";

const look: Look = { columns: 80, paint: NO_COLOURS, locale: "en-GB", now: 0 };

test("a file says what it is and how to have it; /save writes over nothing", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "save-"));
  const server = createServer((_request, response) => void response.end("line\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  mkdirSync(`${folder}/run`);
  const place = { url: `http://127.0.0.1:${port}`, pid: process.pid, version: "0", consoleToken: "token" };
  writeFileSync(`${folder}/run/hub.json`, JSON.stringify(place), { mode: 0o600 });
  const hub = new HubApi(folder, "en");
  const file = { name: "../web.log", mediaType: "text/plain", size: 5, href: "/api/v1/chat/files/m1" };
  mkdirSync(`${folder}/out`);
  for (let i = 0; i < 2; i++)
    assert.match(await save(hub, file, `/save ${folder}/out`), /^Saved: .*\/out\/_web/);
  assert.deepEqual(readdirSync(`${folder}/out`).sort(), ["_web (2).log", "_web.log"]);
  assert.equal(readFileSync(`${folder}/out/_web.log`, "utf8"), "line\n");
  const { href: _gone, ...gone } = file;
  assert.match(await save(hub, gone, "/save"), /not kept any more/);
  assert.match(fileLines(file, look).join(), /5 B {2}\/save writes it here/);
});
