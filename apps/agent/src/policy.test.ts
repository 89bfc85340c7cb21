/** The server's own policy: what is allowed unless told, what is told wrongly, and what a refusal says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "./config.ts";
import { refusalValues, unknownActions } from "./policy.ts";

const parse = (env: Record<string, string>, file = "", argv: string[] = []) =>
  parseConfig({ argv: ["--hub", "h", ...argv], env, file }, "/data");
const configOf = (...args: Parameters<typeof parse>) => {
  const { config, faults } = parse(...args);
  assert.deepEqual(faults, []);
  assert.ok(config);
  return config;
};

test("start, stop, restart and logs are on until the list is told; an empty one is nothing, and so is `none`", () => {
  assert.deepEqual(configOf({}).policy.allow, [
    "containers.start",
    "containers.stop",
    "containers.restart",
    "containers.logs",
  ]);
  for (const nothing of ["", " ", ",", "none"]) {
    assert.deepEqual(configOf({ SERVEREYE_AGENT_ALLOW: nothing }).policy.allow, [], `"${nothing}"`);
    assert.deepEqual(configOf({}, `SERVEREYE_AGENT_ALLOW=${nothing}\n`).policy.allow, [], `"${nothing}"`);
  }
  assert.deepEqual(configOf({}, 'SERVEREYE_AGENT_ALLOW=""\n').policy.allow, []);
  // As an unset variable comes out of a Compose file: it stands before the file's list, and takes all of it away.
  const composed = configOf({ SERVEREYE_AGENT_ALLOW: "" }, "SERVEREYE_AGENT_ALLOW=containers.logs\n");
  assert.deepEqual([composed.policy.allow, composed.policyPlace.file], [[], undefined]);
  assert.deepEqual(configOf({}, "SERVEREYE_AGENT_ALLOW=containers.logs\n").policy.allow, ["containers.logs"]);
});

test("folders and protected names are taken as they are meant, and each wrong one is told", () => {
  const { policy } = configOf({
    SERVEREYE_AGENT_BIND_ROOTS: "/srv/data, /mnt/my disk,/srv/data",
    SERVEREYE_AGENT_PROTECT: "db,  web-1",
  });
  assert.deepEqual(policy.bindRoots, ["/srv/data", "/mnt/my disk"]);
  assert.deepEqual(policy.protect, ["db", "web-1"]);
  const { faults } = parse({
    SERVEREYE_AGENT_BIND_ROOTS: "/,srv,/srv/../etc,/srv/,/a//b,/a/./b,/a:b",
    SERVEREYE_AGENT_PROTECT: "../db",
    SERVEREYE_AGENT_ALLOW: "none, containers.stop, Rm",
  });
  const told = faults.join("\n");
  for (const root of ["/", "srv", "/srv/../etc", "/srv/", "/a//b", "/a/./b", "/a:b"])
    assert.ok(told.includes(`SERVEREYE_AGENT_BIND_ROOTS: "${root}" `), root);
  assert.match(told, /"\.\.\/db" is no name of a container/);
  assert.match(told, /"none" stands alone/);
  assert.match(told, /"Rm" is no action/);
  assert.equal(faults.length, 10);
});

test("a refusal gives the whole line, where it goes, and what to start again", () => {
  const { policy, policyPlace } = configOf({});
  assert.deepEqual(refusalValues("containers.remove", policy.allow, policyPlace), {
    policy: "containers.remove",
    line: "SERVEREYE_AGENT_ALLOW=containers.start,containers.stop,containers.restart,containers.logs,containers.remove",
    ...{ where: "file", file: "/data/agent.env", restart: "agent" },
  });
  const installed = {
    SERVEREYE_AGENT_ALLOW: "none",
    SERVEREYE_AGENT_SETTINGS_FILE: "/etc/servereye/agent.env",
  };
  const { policy: none, policyPlace: etc } = configOf(installed);
  assert.deepEqual(refusalValues("containers.stop", none.allow, etc), {
    ...{ policy: "containers.stop", line: "SERVEREYE_AGENT_ALLOW=containers.stop", empty: "yes" },
    ...{ where: "file", file: "/etc/servereye/agent.env", restart: "service" },
  });
  // A line in agent.env would not count beside the environment's.
  const besides = configOf({ SERVEREYE_AGENT_ALLOW: "none" }, "", ["--with-parent"]).policyPlace;
  assert.deepEqual(besides, { file: undefined, restart: "hub" });
});

test("an action nobody knows is told with the nearest that there is", () => {
  const known = ["containers.restart", "containers.stop"];
  assert.deepEqual(unknownActions(["containers.stop", "container.restart", "dance"], known), [
    { action: "container.restart", near: "containers.restart" },
    { action: "dance", near: undefined },
  ]);
});
