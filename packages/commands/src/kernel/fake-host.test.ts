/** The fake machine keeps the promises of Host that collectors lean on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeHost } from "./fake-host.ts";

test("a view of one peek shows other bytes after the next, as on a real machine", () => {
  const host = fakeHost({ files: { "/proc/a": "first", "/proc/b": "second" } });
  const view = host.peek("/proc/a");
  assert.equal(new TextDecoder().decode(view), "first");
  host.peek("/proc/b");
  assert.equal(new TextDecoder().decode(view), "secon");
});

test("folders follow from the paths of files, links and empty folders", () => {
  const host = fakeHost({
    files: { "/sys/a/x": "1", "/sys/a/y/z": "2" },
    links: { "/sys/a/l": "../b" },
    folders: ["/sys/empty"],
  });
  assert.deepEqual(host.list("/sys/a")?.sort(), ["l", "x", "y"]);
  assert.deepEqual(host.list("/sys/empty"), []);
  assert.equal(host.list("/sys/none"), undefined);
  assert.equal(host.readLink("/sys/a/l"), "../b");
  host.remove("/sys/a");
  assert.equal(host.list("/sys/a"), undefined);
});

test("waiting turns both clocks and lets the changes that fall into it happen in order", async () => {
  const host = fakeHost({ files: { "/f": "0" }, now: 5_000_000 });
  const seen: string[] = [];
  host.after(200, (h) => seen.push(`b at ${h.now()}`));
  host.after(100, (h) => h.put("/f", "1"));
  host.after(900, () => seen.push("too late"));
  const before = host.monotonic();
  await host.wait(300);
  assert.equal(host.monotonic() - before, 300);
  assert.equal(host.now(), 5_000_300);
  assert.deepEqual(seen, ["b at 5000200"]);
  assert.equal(host.peekText("/f"), "1");
});

test("a slow file is absent once its deadline has passed", async () => {
  const host = fakeHost({ files: { "/s": "42" }, slow: { "/s": 80 } });
  assert.equal(await host.read("/s", 50), undefined);
  assert.equal(await host.read("/s", 100), "42");
});
