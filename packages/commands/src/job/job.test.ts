/** Jobs: begun once by their id, few at once, known for a while, and what of them reaches the hub. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "@servereye/contract";
import { EngineRefusal, type JobProgress } from "../docker/engine.ts";
import { createJobs, KNOWN_MS, MOST_JOBS, MOST_KNOWN, MOST_STEPS } from "../docker/jobs.ts";
import { absentDocker, fakeHost } from "../kernel/fake-host.ts";
import { jobCollector } from "./collect.ts";
import { JobState } from "./contract.ts";

function room() {
  let now = 0;
  const jobs = createJobs({ monotonic: () => now });
  const host = fakeHost({ docker: { ...absentDocker(), jobs } });
  return {
    jobs,
    turn: (ms: number) => {
      now += ms;
    },
    /** As the hub reads it. */
    ask: async (id: string) => JobState.parse(await jobCollector.collect({ job: id }, host)),
  };
}

const settled = () => new Promise<void>((done) => setImmediate(done));
const codeOf = (error: unknown): string => Fault.of(error).code;

test("a job runs once, however often it is begun, and tells how it is going and how it ended", async () => {
  const { jobs, turn, ask } = room();
  const { promise, resolve } = Promise.withResolvers<string>();
  const told: JobProgress[] = [];
  const run = (progress: JobProgress) => {
    told.push(progress);
    progress.steps([{ what: "web", state: "running" }]);
    return promise;
  };
  const id = crypto.randomUUID();
  const states = Array.from({ length: 100 }, () => jobs.begin(id, "stop_project", run));
  assert.equal(told.length, 1);
  assert.ok(states.every(({ state, kind }) => state === "running" && kind === "stop_project"));
  turn(1_500);
  assert.deepEqual(await ask(id), {
    ...{ id, kind: "stop_project", state: "running", tookMs: 1_500 },
    steps: [{ what: "web", state: "running" }],
  });
  resolve("all of it");
  await settled();
  turn(500);
  told[0]?.steps([]);
  const after = await ask(id);
  assert.deepEqual(
    [after.state, after.result, after.tookMs, after.steps.length],
    ["done", "all of it", 1_500, 1],
  );
  turn(KNOWN_MS);
  await assert.rejects(ask(id), (error) => codeOf(error) === "JOB_UNKNOWN");
});

test("a few run at once; one more is refused, and taken when one ended, however it ended", async () => {
  const { jobs, ask } = room();
  const ends = Array.from({ length: MOST_JOBS }, () => {
    const { promise, reject } = Promise.withResolvers<never>();
    const id = crypto.randomUUID();
    jobs.begin(id, "pull_image", () => promise);
    return { id, reject };
  });
  const more = () => jobs.begin(crypto.randomUUID(), "pull_image", async () => undefined);
  assert.throws(more, (error) => codeOf(error) === "AGENT_BUSY");
  ends[0]?.reject(new EngineRefusal(500, "no space left"));
  ends[1]?.reject(new Fault("CONTAINER_CHANGED", "other"));
  await settled();
  more();
  const [refused, changed] = await Promise.all(ends.slice(0, 2).map(({ id }) => ask(id)));
  assert.deepEqual(
    [refused?.state, refused?.fault?.code, refused?.fault?.values],
    ["failed", "CONTAINER_ACTION_FAILED", { reason: "no space left" }],
  );
  assert.equal(changed?.fault?.code, "CONTAINER_CHANGED");
});

test("what it keeps is bounded: in steps, in words and in jobs, the first that ended going first", async () => {
  const { jobs, ask, turn } = room();
  const id = crypto.randomUUID();
  jobs.begin(id, "project", async ({ steps }) =>
    steps(
      Array.from({ length: 500 }, () => ({
        what: "\u{1f600}".repeat(500),
        state: "failed",
        said: "x".repeat(5_000),
      })),
    ),
  );
  await settled();
  assert.equal((await ask(id)).steps.length, MOST_STEPS);
  for (let at = 0; at < MOST_KNOWN; at++) {
    turn(1);
    jobs.begin(crypto.randomUUID(), "k", async () => undefined);
    await settled();
  }
  assert.equal(jobs.get(id), undefined);
});
