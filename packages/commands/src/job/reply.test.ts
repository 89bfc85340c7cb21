/** A job as a phone shows it: of each kind, while it runs, done and failed, in both languages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { messages as containerWords } from "../containers/messages.ts";
import type { JobState, JobStep } from "../docker/job-state.ts";
import { phoneLines } from "../shown/phone.ts";
import { translatorOf } from "../shown/translator.ts";
import { messages } from "./messages.ts";
import { jobView } from "./reply.ts";

const ID = "11111111-1111-4111-8111-111111111111";
const image = (digit: string) => `sha256:${digit.repeat(64)}`;
const server = { id: "s", name: "attic" };

const lines = (state: Partial<JobState>, language: "en" | "ru" = "en", about = "web"): string => {
  const whole: JobState = { id: ID, kind: "pull", state: "running", tookMs: 75_000, steps: [], ...state };
  const t = translatorOf(language, messages, containerWords);
  return phoneLines(jobView(whole, { t, server }, { about }))
    .filter((line) => line !== "")
    .join(" | ");
};
const step = (what: string, state: JobStep["state"], more: Partial<JobStep> = {}): JobStep => ({
  what,
  state,
  ...more,
});

test("bytes are one bar, of what is known of them; a layer that is there already counts whole", () => {
  const steps = [
    step("a", "done", { bytes: 0, ofBytes: 2 ** 20 }),
    step("b", "running", { bytes: 2 ** 20, ofBytes: 3 * 2 ** 20 }),
    step("c", "waiting"),
    step("d", "skipped"),
  ];
  assert.equal(
    lines({ steps }, "en", "nginx:1.27"),
    "📥 Pull nginx:1.27 · attic | ▰▰▰▰▰▱▱▱▱▱ fetched 50 % | 2.0 MiB of 4.0 MiB | Layers: 2 of 4 | ⏳ 1 min so far",
  );
  assert.match(lines({ steps: [] }), /Asking its registry/);
  assert.match(lines({ steps }, "ru"), /Слоёв: 2 из 4/);
});

test("stages are named in words, and a stage that is not known by its own", () => {
  const steps = [step("pull", "done"), step("swap", "running"), step("fly", "waiting")];
  const shown = lines({ kind: "update_container", steps });
  assert.match(shown, /✅ fetch the image\n⏳ give the new one the name\n▫️ fly/);
});

test("an update rolled back says why in words; one that could not be says where the old one is", () => {
  const failed = (reason: string, more: Record<string, string> = { back: "yes" }) =>
    lines({
      kind: "update_container",
      state: "failed",
      fault: {
        code: "CONTAINER_ACTION_FAILED",
        detail: "",
        values: { name: "web", stage: "watch", reason, ...more },
      },
    });
  assert.match(failed("unhealthy"), /back as it was\. \| Why: its health check failed\./);
  assert.match(failed("exited 137"), /Why: it ended with exit code 137\./);
  assert.match(failed("restarting (exited 3)"), /Why: it kept ending, with exit code 3\./);
  assert.match(failed("not healthy in time"), /did not become healthy in time/);
  assert.match(failed("port is taken"), /wait until it is well\. The engine said: port is taken/);
  assert.match(failed("exited 1", { back: "yes", log: "first\nno such \u202efile" }), /first\nno such ·file/);
  assert.match(failed("x", { back: "no", aside: "web-old" }), /could not be put back.*kept as web-old/);
});

test("a result of a shape that is not known is done all the same, and a fault without words has its code", () => {
  for (const kind of ["pull", "create_container", "update_container", "prune", "teleport"])
    assert.match(lines({ kind, state: "done", result: { odd: true } }), /✅ Done\. \| Took 1 min/);
  const fault = { code: "AGENT_FAILED" as const, detail: "secret path", values: {} };
  assert.match(lines({ kind: "prune", state: "failed", fault }), /It failed \(AGENT_FAILED\)/);
});

test("each end reads well in both languages", () => {
  const none = { containers: 0, images: 0, networks: 0 };
  const ends: Array<[string, object]> = [
    ["pull", { image: "nginx:1", id: image("b"), was: image("b"), bytes: 1 }],
    [
      "create_container",
      { id: "a".repeat(64), name: "web", image: "x", state: "exited", pulled: true, warnings: ["w"] },
    ],
    [
      "update_container",
      {
        ...{ id: "a".repeat(64), name: "web", image: "x", from: image("a"), to: image("a") },
        ...{ changed: false, state: "running", ended: "runs" },
      },
    ],
    [
      "prune",
      {
        removed: { ...none, images: 3 },
        freed: 5,
        kept: [{ kind: "images", name: "y".repeat(99), why: "used" }],
        keptMore: 2,
      },
    ],
  ];
  for (const language of ["en", "ru"] as const)
    for (const [kind, result] of ends) {
      const shown = lines({ kind, state: "done", result }, language);
      assert.doesNotMatch(shown, /undefined|NaN|\{|Done\./, shown);
      assert.match(shown, /attic/);
    }
  assert.match(
    lines({ kind: "create_container", state: "done", result: ends[1]?.[1] }),
    /has ended already: see \/logs web/,
  );
  assert.match(
    lines({ kind: "update_container", state: "done", result: ends[2]?.[1] }),
    /newest image already/,
  );
});
