/** Which questions go together, and that nobody is given what is older than a breath, or another's answer. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { command, Fault } from "@servereye/contract";
import fc from "fast-check";
import * as z from "zod/mini";
import type { Question } from "./ask.ts";
import { turnedClock } from "./doubles.test-code.ts";
import { SHARED_MS, sharing } from "./shared.ts";

const make = (name: string, policy?: string) =>
  command({
    name,
    about: "",
    needs: "viewer",
    ask: z.looseObject({}),
    answer: z.unknown(),
    ...(policy === undefined ? {} : { policy }),
  });
const memory = make("memory");
const disk = make("disk");
const restart = make("restart", "containers.restart");

/** A fleet whose questions end when they are told to. */
function held() {
  const asked: Array<{ question: Question; end(answer: unknown): void; fail(error: Error): void }> = [];
  const clock = turnedClock();
  const ask = sharing((question) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ answer: unknown; tookMs: number }>();
    asked.push({ question, end: (answer) => resolve({ answer, tookMs: 1 }), fail: reject });
    return promise;
  }, clock);
  return { asked, ask, clock };
}

const of = (id: string, which = memory, ask: unknown = {}): Question => ({
  server: { id },
  command: which,
  ask,
});

describe("sharing", () => {
  it("asks once for all who ask the same of the same server, and gives all of them the answer", async () => {
    const { asked, ask } = held();
    const all = [ask(of("a")), ask(of("a")), ask(of("a"))];
    assert.equal(asked.length, 1);
    asked[0]?.end("8 GiB");
    assert.deepEqual(
      (await Promise.all(all)).map(({ answer }) => answer),
      ["8 GiB", "8 GiB", "8 GiB"],
    );
  });

  it("asks anew once there is an answer, or a failure, which all of them hear", async () => {
    const { asked, ask } = held();
    const both = [ask(of("a")), ask(of("a"))];
    asked[0]?.fail(new Fault("SERVER_OFFLINE", "gone"));
    for (const each of both) await assert.rejects(each, Fault);
    const later = ask(of("a"));
    assert.equal(asked.length, 2);
    asked[1]?.end("new");
    assert.equal((await later).answer, "new");
    void ask(of("a"));
    assert.equal(asked.length, 3);
  });

  it("asks anew when the one on its way left too long ago", () => {
    const { asked, ask, clock } = held();
    void ask(of("a"));
    clock.turn(SHARED_MS);
    void ask(of("a"));
    assert.equal(asked.length, 1);
    clock.turn(1);
    void ask(of("a"));
    void ask(of("a"));
    assert.equal(asked.length, 2);
  });

  it("keeps servers, commands and what is asked apart, and never shares an action or a deadline", () => {
    const { asked, ask } = held();
    const apart = [of("a"), of("b"), of("a", disk), of("a", memory, { by: "cpu" })];
    for (const question of [...apart, ...apart]) void ask(question);
    assert.equal(asked.length, apart.length);
    for (const question of [of("a", restart), { ...of("a"), deadlineMs: 50 }]) {
      void ask(question);
      void ask(question);
    }
    assert.equal(asked.length, apart.length + 4);
  });

  it("gives each the answer to their own question, in whatever order they come and end", async () => {
    const questions = fc.array(fc.record({ id: fc.string(), ask: fc.jsonValue() }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(questions, async (list) => {
        const { asked, ask } = held();
        const all = list.map((one) => ask(of(one.id, memory, one.ask)));
        for (const { question, end } of asked.toReversed()) end([question.server.id, question.ask]);
        for (const [at, { answer }] of (await Promise.all(all)).entries())
          assert.deepEqual(JSON.stringify(answer), JSON.stringify([list[at]?.id, list[at]?.ask]));
      }),
    );
  });
});
