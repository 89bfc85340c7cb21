/** Episodes by a turned clock: what is told, once, and what is not; on event sequences as a real engine sent them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Action, ContainerEvent } from "../shapes/event.ts";
import { Episodes, type Looked, MOST_OPEN, type Revision, type Track } from "./machine.ts";

const ID = "a".repeat(64);
const START = 1_800_000_000_000;

/** A machine, its time, and what it told. */
function bench(left: readonly Track[] = []) {
  let made = 0;
  let now = START;
  const machine = new Episodes(() => `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`, left);
  const told: Revision[] = [];
  let looked: Partial<Looked> = {};
  const due = (until: number): void => {
    for (let rounds = 0; ; rounds++) {
      assert.ok(rounds < 10_000, "it always has something due");
      const next = machine.next();
      if (next === undefined || next > until) break;
      now = Math.max(now, next);
      for (const name of machine.due(now)) {
        const facts = { oom: false, image: "web:1", health: "unknown" as const, ...looked };
        const revision = machine.revise(name, facts, now);
        if (revision !== undefined) told.push(revision);
      }
    }
    now = Math.max(now, until);
  };
  return {
    machine,
    told,
    now: () => now,
    /** What a look says from now on. */
    looks: (more: Partial<Looked>) => {
      looked = more;
    },
    pass: (ms: number) => due(now + ms),
    happens(action: Action, more: Partial<ContainerEvent> = {}) {
      machine.take({ action, id: ID, name: "web", image: "web:1", at: now, key: "", ...more }, now);
    },
    last: () => told.at(-1),
    brief: () =>
      told.map(({ revision, kind, up, end }) => [revision, kind, up, ...(end ? [end] : [])].join(" ")),
  };
}

describe("a death", () => {
  test("with a code is told once, and closed when it runs stable", () => {
    const b = bench();
    b.happens("die", { exitCode: 3 });
    b.pass(1_499);
    assert.deepEqual(b.told, [], "not before it is known that nobody stopped it");
    b.pass(1);
    assert.deepEqual(b.brief(), ["1 died false"]);
    assert.equal(b.last()?.exitCode, 3);
    b.pass(600_000);
    assert.equal(b.told.length, 1);
    b.happens("start");
    b.pass(1_500);
    assert.deepEqual(b.brief().slice(1), ["2 died true"]);
    b.pass(60_000);
    assert.deepEqual(b.brief().slice(2), ["3 died true recovered"]);
    assert.equal(new Set(b.told.map(({ episode }) => episode)).size, 1);
    b.pass(600_000);
    b.machine.due(b.now());
    assert.equal(b.machine.tracks.length, 0, "and nothing is kept in mind of it");
  });

  test("by order is none: code 0, stop with and without SIGKILL, kill, restart, removal, Ctrl-C", () => {
    const sequences: [Action, Partial<ContainerEvent>?, number?][][] = [
      [["die", { exitCode: 0 }]],
      [["kill", { signal: 15 }, 104], ["die", { exitCode: 5 }, 16], ["stop"]],
      [
        ["kill", { signal: 15 }, 1_018],
        ["kill", { signal: 9 }, 23],
        ["die", { exitCode: 137 }, 11],
        ["stop"],
      ],
      [
        ["kill", { signal: 9 }, 27],
        ["die", { exitCode: 137 }],
      ],
      [["kill", { signal: 15 }, 16], ["die", { exitCode: 143 }, 13], ["stop", {}, 79], ["start"]],
      [["kill", { signal: 9 }, 31], ["die", { exitCode: 137 }, 14], ["destroy"]],
      [["die", { exitCode: 130 }]],
      // docker stop --time 300, and two minutes later an end of its own: its `stop` says so.
      [["kill", { signal: 15 }, 120_000], ["die", { exitCode: 1 }, 12], ["stop"]],
    ];
    for (const sequence of sequences) {
      const b = bench();
      for (const [action, more = {}, ms = 0] of sequence) {
        b.happens(action, more);
        b.pass(ms);
      }
      b.pass(3_600_000);
      assert.deepEqual(b.told, [], JSON.stringify(sequence));
    }
  });

  test("long after a signal that is only news is one", () => {
    const b = bench();
    b.happens("kill", { signal: 1 });
    b.happens("die", { exitCode: 1 });
    b.pass(2_000);
    assert.deepEqual(b.brief(), ["1 died false"]);
  });

  test("for want of memory says so, by its events or by the look alone", () => {
    const b = bench();
    for (let n = 0; n < 16; n++) b.happens("oom");
    b.happens("die", { exitCode: 137 });
    b.pass(2_000);
    assert.deepEqual(b.brief(), ["1 oom false"]);
    assert.equal(b.last()?.oom, true);
    const other = bench();
    other.looks({ oom: true });
    other.happens("die", { exitCode: 137 });
    other.pass(2_000);
    assert.deepEqual(other.brief(), ["1 oom false"]);
  });

  test("of one that removes itself is told, and that it is gone", () => {
    const b = bench();
    b.happens("die", { exitCode: 4 });
    b.pass(9);
    b.happens("destroy");
    b.pass(60_000);
    assert.deepEqual(b.brief(), ["1 died false", "2 died false removed"]);
  });

  test("is over when somebody stops or removes the container, or its work is done", () => {
    for (const [actions, end] of [
      [["kill", "die", "stop"], "stopped"],
      [["stop"], "stopped"],
      [["destroy"], "removed"],
    ] as const) {
      const b = bench();
      b.happens("die", { exitCode: 1 });
      b.pass(100);
      b.happens("start");
      b.pass(5_000);
      for (const action of actions) b.happens(action, { exitCode: 137, signal: 9 });
      b.pass(600_000);
      assert.equal(b.last()?.end, end);
    }
    const done = bench();
    done.happens("die", { exitCode: 1 });
    done.happens("start");
    done.pass(5_000);
    done.happens("die", { exitCode: 0 });
    done.pass(600_000);
    assert.equal(done.last()?.end, "recovered");
  });
});

describe("a loop", () => {
  /** The engine's own pauses as it was recorded: 0.19, 0.31, 0.5, 0.91 s ... doubling to a minute. */
  const loop = (b: ReturnType<typeof bench>, times: number, exitCode = 1) => {
    for (let n = 0, pause = 150; n < times; n++, pause = Math.min(pause * 2, 60_000)) {
      b.happens("die", { exitCode });
      b.pass(pause);
      b.happens("start");
      b.pass(30);
    }
  };

  test("of quick ends is one message from the first, and few changes", () => {
    const b = bench();
    loop(b, 12);
    const kinds = b.told.map(({ kind }) => kind);
    assert.equal(kinds[0], "looping", "the engine starts it three times before the first is judged");
    assert.ok(b.told.length <= 6, `${b.told.length} revisions in ${b.now() - START} ms`);
    assert.ok((b.last()?.restarts ?? 0) >= 8);
    assert.equal(new Set(b.told.map(({ episode }) => episode)).size, 1);
    b.pass(70_000);
    assert.equal(b.last()?.end, "recovered");
  });

  test("of slow ends grows out of a death; three within five minutes make it", () => {
    const b = bench();
    for (let n = 0; n < 3; n++) {
      b.happens("die", { exitCode: 1 });
      b.pass(200);
      b.happens("start");
      b.pass(40_000);
    }
    b.happens("die", { exitCode: 1 });
    b.pass(2_000);
    assert.equal(b.told[0]?.kind, "died");
    assert.equal(b.last()?.kind, "looping");
    const seldom = bench();
    for (let n = 0; n < 6; n++) {
      seldom.happens("die", { exitCode: 1 });
      seldom.pass(200);
      seldom.happens("start");
      seldom.pass(151_000);
    }
    assert.ok(seldom.told.every(({ kind }) => kind === "died"));
  });

  test("of ends in order is a loop too, and somebody's stop ends it", () => {
    const b = bench();
    loop(b, 5, 0);
    b.pass(5_000);
    assert.equal(b.last()?.kind, "looping");
    b.happens("stop");
    b.pass(10_000);
    assert.equal(b.last()?.end, "stopped");
  });
});

describe("health", () => {
  test("unhealthy is told, and over when it was healthy for a minute", () => {
    const b = bench();
    b.happens("unhealthy");
    b.pass(2_000);
    assert.deepEqual(b.brief(), ["1 unhealthy true"]);
    b.happens("healthy");
    b.pass(30_000);
    b.happens("unhealthy");
    b.pass(2_000);
    b.happens("healthy");
    b.pass(59_999);
    assert.ok(b.told.every(({ end }) => end === undefined));
    b.pass(1);
    assert.equal(b.last()?.end, "recovered");
    assert.equal(new Set(b.told.map(({ episode }) => episode)).size, 1);
  });

  test("one that died is not well again before its checks are through", () => {
    const b = bench();
    b.looks({ health: "starting" });
    b.happens("die", { exitCode: 1 });
    b.pass(100);
    b.happens("start");
    b.pass(300_000);
    assert.equal(b.last()?.end, undefined);
    b.looks({ health: "healthy" });
    b.happens("healthy");
    b.pass(20_000);
    assert.equal(b.last()?.end, "recovered");
  });
});

describe("one name", () => {
  test("is one episode, whatever container has it", () => {
    const b = bench();
    b.happens("die", { exitCode: 1 });
    b.pass(5_000);
    b.happens("rename", { name: "old", oldName: "web" });
    b.pass(1_000);
    b.happens("start", { id: "b".repeat(64), image: "web:2" });
    b.happens("destroy", { name: "old" });
    b.pass(5_000);
    assert.equal(b.last()?.id, "b".repeat(64));
    assert.equal(b.last()?.end, undefined);
    b.pass(60_000);
    assert.equal(b.last()?.end, "recovered");
    assert.equal(new Set(b.told.map(({ episode }) => episode)).size, 1);
  });
});

describe("a look", () => {
  const looked = (more: Partial<Looked>): Looked => ({
    ...{ id: ID, image: "web:1", up: false, health: "unknown", exitCode: 0, oom: false },
    ...{ startedAt: START - 100_000, finishedAt: 0 },
    ...more,
  });

  test("finds what died while nobody listened, and not what ended before or by order", () => {
    const since = START - 10_000;
    const cases: [Partial<Looked>, string[]][] = [
      [{ exitCode: 1, finishedAt: START - 5_000 }, ["1 died false"]],
      [{ exitCode: 137, oom: true, finishedAt: START - 5_000 }, ["1 oom false"]],
      [{ exitCode: 1, finishedAt: START - 20_000 }, []],
      [{ exitCode: 0, finishedAt: START - 5_000 }, []],
      [{ exitCode: 143, finishedAt: START - 5_000 }, []],
      [{ up: true, health: "unhealthy" }, ["1 unhealthy true"]],
      [{ up: true }, []],
    ];
    for (const [more, expected] of cases) {
      const b = bench();
      for (let again = 0; again < 3; again++) {
        b.machine.look("web", looked(more), since, b.now());
        b.pass(2_000);
      }
      assert.deepEqual(b.brief(), expected, JSON.stringify(more));
    }
  });

  test("after a restart goes on with an episode and opens none twice", () => {
    const b = bench();
    b.happens("die", { exitCode: 1 });
    b.pass(2_000);
    const later = bench(JSON.parse(JSON.stringify(b.machine.tracks)));
    later.machine.look("web", looked({ exitCode: 1, finishedAt: START }), START - 60_000, later.now());
    later.pass(60_000);
    assert.deepEqual(later.told, []);
    later.machine.look("web", looked({ up: true, startedAt: later.now() }), later.now(), later.now());
    later.pass(61_000);
    assert.deepEqual(later.brief(), ["2 died true", "3 died true recovered"]);
    const gone = bench(JSON.parse(JSON.stringify(b.machine.tracks)));
    gone.machine.remain(new Set(["other"]), gone.now());
    gone.pass(20_000);
    assert.equal(gone.last()?.end, "removed");
  });
});

test("however things happen: revisions count up, one episode a name is open, and an end is the end", () => {
  const actions: Action[] = [
    "start",
    "die",
    "oom",
    "kill",
    "stop",
    "destroy",
    "rename",
    "healthy",
    "unhealthy",
  ];
  const step = fc.record({
    action: fc.constantFrom(...actions),
    name: fc.constantFrom("web", "db"),
    exitCode: fc.constantFrom(0, 1, 130, 137),
    wait: fc.constantFrom(0, 10, 900, 2_000, 61_000, 400_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const b = bench();
      for (const { action, name, exitCode, wait } of steps) {
        b.happens(action, { name, exitCode, oldName: name === "web" ? "db" : "web" });
        b.pass(wait);
      }
      b.pass(10_000_000);
      const last = new Map<string, Revision>();
      const open = new Map<string, string>();
      for (const revision of b.told) {
        const before = last.get(revision.episode);
        assert.equal(revision.revision, (before?.revision ?? 0) + 1);
        assert.equal(before?.end, undefined, "nothing comes after an end");
        last.set(revision.episode, revision);
        assert.ok([undefined, revision.episode].includes(open.get(revision.container)));
        if (revision.end === undefined) open.set(revision.container, revision.episode);
        else open.delete(revision.container);
      }
      assert.equal(b.machine.open, open.size);
      assert.ok(b.machine.tracks.length <= 2);
    }),
    { numRuns: 500 },
  );
});

test("a thousand that die at once open as many episodes as fit, and no more", () => {
  const b = bench();
  for (let n = 0; n < 1_000; n++) b.happens("die", { name: `c-${n}`, exitCode: 1 });
  b.pass(60_000);
  assert.equal(b.told.length, MOST_OPEN);
  assert.ok(b.machine.tracks.length <= 500);
});
