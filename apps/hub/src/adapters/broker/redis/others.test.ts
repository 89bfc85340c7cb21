/** The other regions' addresses: which are taken, and what is refused with which words. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { otherRegions } from "./others.ts";

const OWN = { region: "eu-west", address: "redis://:hunter2@own:6379" };

function read(env: Record<string, string | undefined>, own: Partial<typeof OWN> = {}) {
  const faults: string[] = [];
  const others = otherRegions(env, { ...OWN, ...own }, faults);
  return { others, faults };
}

describe("the other regions", () => {
  it("are all that the environment names, without the own one and what is empty", () => {
    const { others, faults } = read({
      REDIS_URL: OWN.address,
      REDIS_URL_EU_WEST: OWN.address,
      REDIS_URL_US_EAST_1: " rediss://:p@us ",
      REDIS_URL_ASIA: "redis+sentinel://a,b/eye",
      REDIS_URL_NOWHERE: " ",
      REDIS_CA_FILE: "x",
    });
    assert.deepEqual(faults, []);
    assert.deepEqual(others, [
      { name: "asia", url: "redis+sentinel://a,b/eye" },
      { name: "us-east-1", url: "rediss://:p@us" },
    ]);
    assert.deepEqual(read({}).others, []);
  });

  it("are refused when the environment contradicts itself, each with what to do, without a password", () => {
    const said = [
      read({ REDIS_URL_eu: "redis://x" }),
      read({ REDIS_URL_: "redis://x" }),
      read({ REDIS_URL_US: "http://:hunter2@x" }),
      read({ REDIS_URL_EU_WEST: "redis://:hunter2@other" }),
      read({ REDIS_URL_US: "redis://:hunter2@own/3" }),
      read({ REDIS_URL_A: "redis+cluster://x:1,y:2", REDIS_URL_B: "redis+cluster://:hunter2@y:2,x:1" }),
      read({ REDIS_URL_US: "redis://x" }, { region: "" }),
      otherThanOwn(),
    ].map(({ others, faults }) => {
      assert.ok(others.length <= 1);
      assert.equal(faults.length, 1);
      return faults[0] ?? "";
    });
    const words = [
      /^REDIS_URL_eu names no region: write it in capitals/,
      /^REDIS_URL_ names no region/,
      /^REDIS_URL_US is not an address of the form redis:/,
      /^REDIS_URL_EU_WEST and REDIS_URL differ, and both are this hub's own region/,
      /^REDIS_URL_US leads where REDIS_URL does: each region has a Redis of its own/,
      /^REDIS_URL_B leads where REDIS_URL_A does/,
      /^REDIS_URL_US needs SERVEREYE_REGION/,
      /^REDIS_URL_US needs REDIS_URL/,
    ];
    for (const [at, pattern] of words.entries()) assert.match(said[at] ?? "", pattern);
    assert.doesNotMatch(said.join("\n"), /hunter2/);
  });
});

function otherThanOwn() {
  const faults: string[] = [];
  const others = otherRegions({ REDIS_URL_US: "redis://x" }, { region: "eu", address: undefined }, faults);
  return { others, faults };
}
