/** Addresses of Redis: what each form means, and that a wrong one is none. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { redisPlace, redisSecrets } from "./place.ts";
import { slotOf } from "./slot.ts";
import { readClusterNodes } from "./view.ts";

const plain = {
  ...{ kind: "single", tls: false, master: "", username: undefined, password: undefined, database: 0 },
  seeds: [{ host: "localhost", port: 6379 }],
};

it("reads every form", () => {
  assert.deepEqual(redisPlace("redis://localhost"), plain);
  assert.deepEqual(redisPlace("redis://localhost/"), plain);
  assert.deepEqual(redisPlace("rediss://ann:p%40ss%2F@[::1]:7000/12"), {
    ...plain,
    tls: true,
    username: "ann",
    password: "p@ss/",
    seeds: [{ host: "::1", port: 7000 }],
    database: 12,
  });
  assert.deepEqual(redisPlace("redis+sentinel://:secret@a:1,b/eye-1/2"), {
    ...plain,
    kind: "sentinel",
    password: "secret",
    seeds: [
      { host: "a", port: 1 },
      { host: "b", port: 26379 },
    ],
    master: "eye-1",
    database: 2,
  });
  assert.deepEqual(redisPlace("rediss+cluster://a:1,b:2"), {
    ...plain,
    kind: "cluster",
    tls: true,
    seeds: [
      { host: "a", port: 1 },
      { host: "b", port: 2 },
    ],
  });
});

for (const wrong of [
  ...["", "localhost:6379", "http://a", "redis://", "redis://a:0", "redis://a:70000", "redis://a,b"],
  ...[
    "redis://a/x",
    "redis://a/1/2",
    "redis://ann@a",
    "redis://:pa/ss@a",
    "redis://:p%zz@a",
    "redis://a?b=c",
  ],
  ...[
    "redis+sentinel://a",
    "redis+sentinel://a/",
    "redis+cluster://a/1",
    "redis+cluster://a,",
    "redis+x://a",
  ],
])
  it(`takes "${wrong}" for none`, () => assert.equal(redisPlace(wrong), undefined));

it("names the password as written and as meant", () => {
  assert.deepEqual(redisSecrets("redis://ann:p%40ss@a"), ["p%40ss", "p@ss"]);
  assert.deepEqual(redisSecrets("redis+cluster://:s@a,b"), ["s", "s"]);
  assert.deepEqual(redisSecrets("redis://a"), []);
});

it("puts keys into the slots the Cluster specification gives", () => {
  assert.equal(slotOf("123456789"), 0x31c3);
  assert.equal(slotOf("{user1000}.following"), slotOf("user1000"));
  assert.equal(slotOf("foo{{bar}}zap"), slotOf("{bar"));
  assert.notEqual(slotOf("foo{}{bar}"), slotOf("bar"));
});

it("reads who keeps which slots", () => {
  const text = [
    "a1 10.0.0.1:7001@17001,one.example master - 0 1 3 connected 0-100 102 [103->-b2]",
    "b2 :7002@17002 myself,master - 0 0 9 connected 101",
    "c3 10.0.0.3:7003@17003 slave a1 0 1 3 connected",
    "d4 10.0.0.4:7004@17004 master,fail - 0 1 12 disconnected",
    "e5 :0@0 master,noaddr - 0 1 1 disconnected 7",
  ].join("\n");
  assert.deepEqual(readClusterNodes(text, { host: "seed", port: 1 }), {
    epoch: 9,
    nodes: [
      {
        at: { host: "10.0.0.1", port: 7001 },
        slots: [
          [0, 100],
          [102, 102],
        ],
      },
      { at: { host: "seed", port: 7002 }, slots: [[101, 101]] },
    ],
  });
  assert.throws(() => readClusterNodes("", { host: "seed", port: 1 }), { code: "BROKER_UNAVAILABLE" });
});
