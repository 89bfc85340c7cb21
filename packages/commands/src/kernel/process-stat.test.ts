/** /proc/<pid>/stat with names that hold anything. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mayBeCut, parseProcessStat, parseUid, processName, programOf } from "./process-stat.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

interface Line {
  name: Uint8Array;
  state: string;
  parent: number;
  user: number;
  system: number;
  start: number;
  pages: number;
}

/** A line as the kernel writes it (52 fields), with the given ones in their places. */
function written({ name, state, parent, user, system, start, pages }: Line): Uint8Array {
  const rest = `${state} ${parent} 1 1 0 -1 4194560 100 0 0 0 ${user} ${system} 7 8 -20 -20 1 0 ${start} 1000000 ${pages}`;
  const tail = `${" 18446744073709551615".repeat(1)}${" 0".repeat(27)}\n`;
  return new Uint8Array([...bytes("77 ("), ...name, ...bytes(`) ${rest}${tail}`)]);
}

const plain = { state: "S", parent: 1, user: 11, system: 4, start: 900, pages: 250 };

for (const name of [
  "node",
  "a) S 1 (b",
  "((()))",
  "evil) R 2 3 4",
  "two\nlines",
  "tmux: server",
  "почта",
  "数据库",
  "",
  " ",
]) {
  test(`the name ${JSON.stringify(name)} is read right`, () => {
    const line = written({ ...plain, name: bytes(name) });
    const stat = parseProcessStat(line);
    assert.ok(stat);
    assert.equal(processName(line, stat), name);
    assert.deepEqual([stat.state, stat.parent, stat.ticks, stat.start, stat.pages], ["S", 1, 15, 900, 250]);
  });
}

test("a name cut in the middle of a character loses the broken part alone", () => {
  const name = bytes("сервер-данных").subarray(0, 15);
  const line = written({ ...plain, name });
  const stat = parseProcessStat(line);
  assert.ok(stat && mayBeCut(stat));
  assert.equal(processName(line, stat), "сервер-д");
  const cut = written({ ...plain, name: bytes("abcdefghijklm数").subarray(0, 15) });
  const told = parseProcessStat(cut);
  assert.equal(told && processName(cut, told), "abcdefghijklm");
});

test("the program's name is the last part of the first word", () => {
  assert.equal(programOf(bytes("/usr/lib/systemd/systemd-networkd\0--flag/x\0")), "systemd-networkd");
  assert.equal(programOf(bytes("node")), "node");
  assert.equal(programOf(bytes("")), "");
});

test("the user's number is the real one", () => {
  assert.equal(parseUid(bytes("Name:\tUid:\nState:\tS\nUid:\t1000\t0\t0\t0\n")), 1000);
  assert.equal(parseUid(bytes("Name:\tx\n")), undefined);
});

test("lines that are not whole are none", () => {
  for (const text of [
    "",
    "77",
    "77 (node",
    "77 (node)",
    "77 (node) S",
    "77 (node) S 1 2 3 4 5",
    ")(",
    "77 )node( S 1",
  ]) {
    assert.equal(parseProcessStat(bytes(text)), undefined, text);
  }
});

test("every line the kernel can write is read back", () => {
  const count = fc.nat({ max: 1e12 });
  const line = fc.record({
    name: fc.uint8Array({ maxLength: 15 }),
    state: fc.constantFrom("R", "S", "D", "Z", "T", "I"),
    parent: fc.nat({ max: 4_194_304 }),
    user: count,
    system: count,
    start: count,
    pages: count,
  });
  fc.assert(
    fc.property(line, (fields) => {
      const stat = parseProcessStat(written(fields));
      assert.ok(stat);
      const { state, parent, ticks, start, pages } = stat;
      assert.deepEqual(
        { state, parent, ticks, start, pages },
        {
          state: fields.state,
          parent: fields.parent,
          ticks: fields.user + fields.system,
          start: fields.start,
          pages: fields.pages,
        },
      );
    }),
  );
});

test("no bytes make it fail", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
      const stat = parseProcessStat(content);
      if (stat) processName(content, stat);
      programOf(content);
      parseUid(content);
    }),
  );
});
