/** The settings: where they may come from, which wins, and that every fault is told at once. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Config, envFileOf, parseConfig } from "./config.ts";
import { VARIABLES } from "./variables.ts";

const KEY = "k".repeat(43);

function parse(argv: string[], env: Record<string, string> = {}, file?: string) {
  return parseConfig({ argv, env, file }, "/data");
}
function config(argv: string[], env: Record<string, string> = {}, file?: string): Config {
  const outcome = parse(argv, env, file);
  assert.deepEqual(outcome.faults, []);
  assert.ok(outcome.config);
  return outcome.config;
}

describe("the hub's address", () => {
  const addresses: [string, string, boolean][] = [
    ["wss://hub.example", "wss://hub.example/agent/v1", false],
    ["hub.example", "wss://hub.example/agent/v1", false],
    ["https://hub.example/eye/", "wss://hub.example/eye/agent/v1", false],
    ["ws://127.0.0.1:8080/agent/v1", "ws://127.0.0.1:8080/agent/v1", false],
    ["http://localhost:8080", "ws://localhost:8080/agent/v1", false],
    ["ws://[::1]:8080", "ws://[::1]:8080/agent/v1", false],
    ["ws://10.0.0.5:8080", "ws://10.0.0.5:8080/agent/v1", true],
    ["ws://127.evil.example", "ws://127.evil.example/agent/v1", true],
  ];
  for (const [told, url, exposed] of addresses) {
    test(`${told} is ${url}${exposed ? ", not encrypted over the net" : ""}`, () => {
      const { url: dialled, exposed: open } = config(["--hub", told]);
      assert.deepEqual([dialled, open], [url, exposed]);
    });
  }
  for (const told of ["ftp://hub", "wss://user:secret@hub", "wss://hub?key=1", "wss://"]) {
    test(`${told} is refused`, () => {
      assert.match(parse(["--hub", told]).faults.join("\n"), /--hub/);
    });
  }
});

test("a flag goes before the environment, and that before agent.env", () => {
  const file = `SERVEREYE_AGENT_HUB=file.example\n# a remark\n\nSERVEREYE_AGENT_NAME="my web"\nexport SERVEREYE_AGENT_INTERVAL=5\n`;
  const env = { SERVEREYE_AGENT_HUB: "env.example", SERVEREYE_AGENT_INTERVAL: "7" };
  const got = config(["--hub=flag.example"], env, file);
  assert.equal(got.url, "wss://flag.example/agent/v1");
  assert.equal(got.intervalS, 7);
  assert.equal(got.name, "my web");
  assert.equal(got.keyFile, "/data/server.key");
});

test("all of it", () => {
  const env = {
    SERVEREYE_AGENT_ALLOW: "containers.logs, containers.restart",
    SERVEREYE_AGENT_ENROL: "token-123",
  };
  const got = config(["--hub", "h", "--hub-key", KEY, "--with-parent", "--pair"], env);
  assert.deepEqual(got.policy.allow, ["containers.logs", "containers.restart"]);
  assert.deepEqual([got.hubKey, got.enrol, got.withParent, got.pair], [KEY, "token-123", true, true]);
});

test("every fault is told at once, with the nearest known name", () => {
  const env = {
    SERVEREYE_AGENT_HUBKEY: KEY,
    SERVEREYE_AGENT_INTERVAL: "0",
    SERVEREYE_AGENT_SAMPLES: "core",
    SERVEREYE_AGENT_ALLOW: "Rm -rf",
    SERVEREYE_HTTP_PORT: "the hub's own",
  };
  const faults = parse(["--pare", "--hub-key", "short", "stray"], env, "nonsense").faults.join("\n");
  for (const expected of [
    /did you mean SERVEREYE_AGENT_HUB_KEY\?/,
    /INTERVAL must be 1 to 60/,
    /SAMPLES must be "on", "cores"/,
    /"Rm" is no action/,
    /--hub-key .* must be/,
    /no --pare/,
    /A word too many/,
    /agent\.env line 1/,
    /Which hub\?/,
  ])
    assert.match(faults, expected);
  assert.doesNotMatch(faults, /HTTP_PORT|nonsense|stray/);
});

test("any words and any file give settings or faults, and no fault shows a token", () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("--hub", "--enrol", "--pair", "--data", "wss://h", "=", "--"),
  );
  const names = fc.constantFrom(...VARIABLES, "SERVEREYE_AGENT_X", "OTHER");
  fc.assert(
    fc.property(
      fc.array(word),
      fc.dictionary(names, fc.string()),
      fc.string({ unit: "binary" }),
      (argv, env, file) => {
        const outcome = parse(argv, env, file);
        assert.equal(outcome.config === undefined, outcome.faults.length > 0);
      },
    ),
  );
  const secret = "not a token, but meant to be one";
  assert.doesNotMatch(parse(["--hub", "h", "--enrol", secret]).faults.join(), /meant to be one/);
});

test("agent.env keeps values as they are but for one pair of quotes", () => {
  const { values, faults } = envFileOf(`A='x y'\r\nB=a=b # not a remark\nC=\n  D = "q"  \n`);
  assert.deepEqual(values, { A: "x y", B: "a=b # not a remark", C: "", D: "q" });
  assert.deepEqual(faults, []);
});
