/** The checker: a sound history passes, and every kind of violation, planted into one, is found and named. */
import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { FAULT_CODES } from "@servereye/contract";
import fc from "fast-check";
import { align } from "./align.ts";
import { check, type ViolationKind } from "./checker.ts";
import type { History } from "./history.ts";
import { ALLOWED, AWAY, answerText, faultText, SECOND, sound, story } from "./story.test-code.ts";
import { meaningOf } from "./words.ts";

const kindsOf = (history: History): ViolationKind[] =>
  check(history, ALLOWED).violations.map(({ kind }) => kind);

describe("a sound history", () => {
  it("passes, and is counted", () => {
    const { violations, figures } = check(sound().history, ALLOWED);
    assert.deepEqual(violations, []);
    assert.deepEqual(
      { ...figures, disturbances: 0 },
      { invoked: 3, ok: 3, failed: {}, unknown: 0, doubled: 0, overtook: 0, executed: 1, disturbances: 0 },
    );
  });

  it("passes with a fault that a disturbance explains, also shortly after", () => {
    const one = sound();
    const broken = one.broke("agent", "kill");
    one.ask("alpha");
    one.say(faultText("SERVER_OFFLINE"));
    one.mended(broken);
    one.ask("alpha");
    one.say(faultText("COMMAND_TIMEOUT"));
    const { violations, figures } = check(one.history, ALLOWED);
    assert.deepEqual(violations, []);
    assert.deepEqual(figures.failed, { SERVER_OFFLINE: 1, COMMAND_TIMEOUT: 1 });
  });

  it("passes with what was said just before a hub's kill and once more after it", () => {
    const one = sound();
    const killed = one.broke("hub", "kill");
    one.answered("alpha");
    one.markSaid(one.last);
    one.mended(killed);
    const { violations, figures } = check(one.history, ALLOWED);
    assert.deepEqual(violations, []);
    assert.equal(figures.doubled, 2);
  });

  it("passes with a double that is late because one thing broke after the other", () => {
    const one = sound();
    one.mended(one.broke("postgres", "kill"));
    for (let n = 0; n < 5; n++) {
      one.mended(one.broke("agent line", "cut"));
      one.pass(8 * SECOND);
    }
    one.markSaid(one.last);
    assert.equal(check(one.history, ALLOWED).figures.doubled, 1);
    assert.deepEqual(kindsOf(one.history), []);
  });

  it("passes with an answer that a hub without its database gave before an earlier one", () => {
    const one = sound();
    const away = one.broke("postgres line", "black hole");
    one.ask("alpha");
    one.say(`You have no server “${one.mark().of}”. ${AWAY}`);
    one.answered("alpha");
    one.mended(away);
    const { violations, figures } = check(one.history, ALLOWED);
    assert.deepEqual(violations, []);
    assert.equal(figures.overtook, 1);
  });

  it("passes with an outage's fault before the answer of an earlier question, to one question each", () => {
    const one = sound();
    const away = one.broke("postgres", "kill");
    const first = one.mark();
    one.ask("alpha");
    one.ask("alpha");
    one.say(faultText("STORE_UNAVAILABLE"));
    one.markSaid(first);
    one.answered("alpha");
    one.mended(away);
    assert.equal(check(one.history, ALLOWED).figures.overtook, 1);
    assert.deepEqual(kindsOf(one.history), []);
    one.ask("alpha");
    assert.deepEqual(kindsOf(one.history), ["lost"]);
  });

  it("passes with an outage's fault as the second end of what was answered", () => {
    const one = sound();
    const killed = one.broke("postgres", "kill");
    one.say(faultText("STORE_UNAVAILABLE"));
    one.mended(killed);
    assert.deepEqual(kindsOf(one.history), []);
  });
});

/** Each kind of violation that a history can hold, by ways to plant it into a sound one. */
const planted: Record<
  Exclude<ViolationKind, "did not start" | "did not come back" | "fell">,
  Record<string, () => History>
> = {
  lost: {
    "a mark nobody answers": () => {
      const one = sound();
      one.mark();
      return one.history;
    },
    "an ask, between others, of which only the first word is there": () => {
      const one = story();
      const first = one.mark();
      one.ask("alpha");
      const last = one.mark();
      one.markSaid(first);
      one.say("⏳ Asking alpha for temp…");
      one.markSaid(last);
      return one.history;
    },
    "also while everything is broken": () => {
      const one = sound();
      one.broke("hub", "kill");
      one.ask("alpha");
      return one.history;
    },
  },
  doubled: {
    "a mark": () => {
      const one = sound();
      one.markSaid(one.last);
      return one.history;
    },
    "an answer by a second run": () => {
      const one = sound();
      one.answered("alpha");
      return one.history;
    },
    "a fault after the answer": () => {
      const one = sound();
      const broken = one.broke("agent", "kill");
      one.say(faultText("SERVER_OFFLINE"));
      one.mended(broken);
      return one.history;
    },
    "by a hub that was stopped in good order": () => {
      const one = sound();
      one.mended(one.broke("hub", "stop"));
      one.markSaid(one.last);
      return one.history;
    },
    "three times for one kill": () => {
      const one = sound();
      one.mended(one.broke("hub", "kill"));
      one.markSaid(one.last);
      one.markSaid(one.last);
      return one.history;
    },
    "long before a kill that can not explain it": () => {
      const one = sound();
      one.pass(60 * SECOND);
      one.mended(one.broke("hub", "kill"));
      one.markSaid(one.last);
      return one.history;
    },
    "long after the kill": () => {
      const one = sound();
      one.mended(one.broke("hub", "kill"));
      one.pass(60 * SECOND);
      one.markSaid(one.last);
      return one.history;
    },
  },
  "out of order": {
    "two marks": () => {
      const one = story();
      const [first, second] = [one.mark(), one.mark()];
      one.markSaid(second);
      one.markSaid(first);
      return one.history;
    },
    "by a hub that had its database, whatever it says": () => {
      const one = sound();
      one.ask("alpha");
      one.say(`You have no server “${one.mark().of}”. ${AWAY}`);
      one.answered("alpha");
      return one.history;
    },
    "an answer after the mark that was written after it": () => {
      const one = story();
      one.ask("alpha");
      one.markSaid(one.mark());
      one.answered("alpha");
      return one.history;
    },
  },
  "wrong person": {
    "another's mark": () => {
      const one = sound();
      one.say("You have no server “q12-3”.");
      return one.history;
    },
    "an answer about a server that was never asked there": () => {
      const one = sound();
      one.answered("bravo");
      return one.history;
    },
    "in the chat of somebody who wrote nothing": () => {
      const one = sound();
      one.say(answerText("alpha", 1), 99);
      return one.history;
    },
  },
  "wrong server": {
    "under the name of the asked one": () => {
      const one = story();
      one.ask("alpha");
      one.say(answerText("alpha", one.ran("bravo"), "bravo"));
      return one.history;
    },
  },
  "executed twice": {
    "by the same agent": () => {
      const one = sound();
      one.ran("alpha", one.history.runs[0]?.ask);
      return one.history;
    },
    "by two agents, also across a kill": () => {
      const one = sound();
      one.broke("agent", "kill");
      one.ran("bravo", one.history.runs[0]?.ask);
      return one.history;
    },
  },
  invented: {
    "no agent made that run": () => {
      const one = story();
      one.ask("alpha");
      one.say(answerText("alpha", 77));
      return one.history;
    },
    "an answer without a run": () => {
      const one = story();
      one.ask("alpha");
      one.say("🌡 Temperature · alpha");
      return one.history;
    },
  },
  stale: {
    "an earlier question's answer once more": () => {
      const one = sound();
      one.ask("alpha");
      one.say(answerText("alpha", 1));
      return one.history;
    },
  },
  "untrue fault": {
    "offline, and nothing was broken": () => {
      const one = sound();
      one.ask("alpha");
      one.say(faultText("SERVER_OFFLINE"));
      return one.history;
    },
    "long after all was mended": () => {
      const one = sound();
      one.mended(one.broke("agent", "kill"));
      one.pass(11 * SECOND);
      one.ask("alpha");
      one.say(faultText("SERVER_OFFLINE"));
      return one.history;
    },
    "a defect, whatever was killed": () => {
      const one = sound();
      one.broke("hub", "kill");
      one.mark();
      one.say(faultText("CHANNEL_UNREACHABLE"));
      return one.history;
    },
    "a replay that nobody sent": () => {
      const one = sound();
      one.broke("redis", "kill");
      one.ask("alpha");
      one.say(faultText("COMMAND_REPLAYED"));
      return one.history;
    },
    "the database is blamed for a dead agent": () => {
      const one = sound();
      one.broke("agent", "kill");
      one.mark();
      one.say(faultText("STORE_UNAVAILABLE"));
      return one.history;
    },
  },
  unexpected: {
    "words of no kind": () => {
      const one = sound();
      one.say("hello");
      return one.history;
    },
  },
};

describe("a planted violation is found", () => {
  for (const [kind, ways] of Object.entries(planted))
    for (const [way, history] of Object.entries(ways))
      it(`${kind}: ${way}`, () => {
        const found = kindsOf(history());
        assert.ok(
          found.some((one) => one === kind),
          `found only: ${found.join(", ") || "nothing"}`,
        );
      });
});

test("whatever single message of a long sound chat is taken away, put in twice or moved, it is found", () => {
  const long = fc.array(fc.constantFrom("mark", "alpha", "bravo"), { minLength: 3, maxLength: 12 });
  fc.assert(
    fc.property(long, fc.nat(), fc.constantFrom("take", "repeat", "swap"), (kinds, place, breach) => {
      const one = story();
      for (const kind of kinds) {
        if (kind === "mark") one.markSaid(one.mark());
        else {
          one.ask(kind);
          one.answered(kind);
        }
      }
      assert.deepEqual(kindsOf(one.history), []);
      const { said } = one.history;
      const at = place % (said.length - 1);
      const [here, next] = [said[at], said[at + 1]];
      assert.ok(here !== undefined && next !== undefined);
      if (breach === "take") said.splice(at, 1);
      if (breach === "repeat") said.splice(at, 0, here);
      if (breach === "swap") said.splice(at, 2, next, here);
      assert.notDeepEqual(kindsOf(one.history), []);
    }),
  );
});

test("an alignment uses each message and each operation once, in order", () => {
  const one = story();
  const operations = [one.mark(), one.ask("alpha"), one.mark(), one.ask("alpha")];
  const [a, , c] = operations;
  assert.ok(a !== undefined && c !== undefined);
  const said = [
    one.markSaid(a),
    one.say(faultText("STORE_UNAVAILABLE")),
    one.markSaid(c),
    one.answered("alpha"),
  ];
  assert.deepEqual(align(operations, said), { ended: said, extra: [], overtook: 0 });
  assert.deepEqual(align(operations, said.slice(0, 3)).ended, [...said.slice(0, 3), undefined]);
  assert.deepEqual(align([], said), { ended: [], extra: said, overtook: 0 });
});

test("every fault that a person can be told is read as what it is", () => {
  for (const code of FAULT_CODES) {
    const meaning = meaningOf(`${faultText(code, "bravo")} Last seen 1 May. Updated 12:00:00`);
    assert.equal(meaning.kind === "fault" && meaning.code, code);
  }
  assert.deepEqual(meaningOf(faultText("COMMAND_TIMEOUT", "bravo")), {
    kind: "fault",
    code: "COMMAND_TIMEOUT",
    server: "bravo",
  });
});
