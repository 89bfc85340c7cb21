/** A minute of kills under traffic: nothing is lost, answered twice without a crash, executed twice, or untrue. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../engines.ts";
import { chaos, summary } from "./chaos.ts";

/** Another one each day, so that CI looks at more than one; printed, so that it can be run again. */
const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Date.now() / 86_400_000));

test(
  `three hubs, Redis, PostgreSQL and agents are killed for a minute (seed ${seed})`,
  needs("postgres15", "redis"),
  async (t) => {
    const outcome = await chaos({ seed, seconds: 60 });
    t.diagnostic(summary(outcome));
    assert.deepEqual(outcome.violations, [], summary(outcome));
    assert.ok(
      outcome.figures.ok > outcome.figures.invoked / 4,
      "hardly anything worked: the run shows little",
    );
  },
);
