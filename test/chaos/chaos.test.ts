/** A minute of kills under traffic: nothing is lost, answered twice without a crash, executed twice, or untrue. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../engines.ts";
import { chaos } from "./chaos.ts";
import { summary } from "./outcome.ts";

/** One for all runs; what is met on its way differs with the machine all the same. */
const seed = Number(process.env.CHAOS_SEED ?? 7);

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
