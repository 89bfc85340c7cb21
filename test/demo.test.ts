/** The demo as a person starts it: it answers, and Ctrl-C leaves nothing behind. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Health, LocalHub } from "@servereye/contract";
import { startDemo } from "./demo/start.ts";
import { run } from "./system/process.ts";

const root = join(import.meta.dirname, "..");

test("npm run demo's program prints the page, answers /memory there, and stops cleanly at Ctrl-C", async () => {
  const program = run(process.execPath, [join(root, "test/demo.ts")], {
    cwd: root,
    env: { PATH: process.env.PATH },
  });
  try {
    const page = /http:\S+/.exec(await program.line((line) => line.includes("Chat ")))?.[0] ?? "";
    const folder =
      /\s(\/\S+demo-\w+)/.exec(await program.line((line) => line.includes("Folder ")))?.[1] ?? "";
    assert.ok(existsSync(folder));
    const post = async (path: string, body: object): Promise<string> => {
      const response = await fetch(new URL(path, page), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      });
      assert.equal(response.status, 200);
      return await response.text();
    };
    assert.match(await (await fetch(page)).text(), /<html/);
    await post("control/persons/1001/write", { text: "/memory" });
    const answer = await post("control/chats/1001/next", { contains: "Available", timeoutMs: 10_000 });
    const total = /^MemTotal:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
    assert.match(answer, new RegExp(`${(Number(total) / 1024 ** 2).toFixed(1)}\\sGiB`));
    assert.equal(await program.end("SIGINT"), 0);
    assert.equal(existsSync(folder), false);
    await assert.rejects(fetch(page));
  } finally {
    await program.end("SIGKILL");
  }
});

test("its parts are a healthy hub's, and none of its processes outlives it", async () => {
  const demo = await startDemo({ name: "web-1" });
  try {
    const { url } = LocalHub.parse(JSON.parse(readFileSync(join(demo.folder, "hub/run/hub.json"), "utf8")));
    const health = Health.parse(await (await fetch(`${url}/health`)).json());
    assert.equal(health.status, "ok");
    assert.equal(health.agents.connected, 1);
    demo.person.write("/status");
    const status = await demo.person.chat.next(({ text }) => text.includes("web-1"));
    assert.match(status.text, /online/i);
    await demo.person.press("🔄 Refresh").answered();
    assert.deepEqual(demo.telegram.control.warnings, []);
  } finally {
    await demo.stop();
  }
  for (const pid of demo.pids) assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  assert.equal(existsSync(demo.folder), false);
});
