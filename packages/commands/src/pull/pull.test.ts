/** pull: from a real registry with a password, told layer by layer; what can not be had says why. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Fault } from "@servereye/contract";
import { BUSYBOX, startDocker } from "../../../../test/engines/docker.ts";
import { REGISTRY_LOGIN, startRegistry } from "../../../../test/engines/docker-registry.ts";
import { needs } from "../../../../test/engines.ts";
import { freePort } from "../../../../test/system/ports.ts";
import { Layers, PullLine } from "../docker/layers.ts";
import { pullImage, QUIET_MS, whyOf } from "../docker/pulling.ts";
import { ended, workingHost } from "../docker/working-host.test-code.ts";
import { absentDocker, fakeHost } from "../kernel/fake-host.ts";
import { pullCollector } from "./collect.ts";
import { PullResult } from "./contract.ts";

test(
  "an image comes with the server's own password; what the registry refuses says why",
  needs("docker", "busybox", "docker-registry"),
  async (t) => {
    const [docker, registry] = await Promise.all([startDocker(), startRegistry({ password: true })]);
    t.after(() => Promise.all([docker.stop(), registry.stop()]));
    const id = await docker.importBusybox();
    const image = await registry.push(docker, BUSYBOX, "team/app:latest");
    for (const name of [image, BUSYBOX]) await docker.must("DELETE", `/images/${name}`);
    const host = workingHost(docker);
    const login = (password: string) => {
      const auth = Buffer.from(`${REGISTRY_LOGIN.username}:${password}`).toString("base64");
      writeFileSync(
        join(docker.folder, "config.json"),
        JSON.stringify({ auths: { [registry.host]: { auth } } }),
      );
    };
    const pulled = (what: string) => ended(host, pullCollector, { image: what });
    const refused = async (what: string) => {
      const { state } = await pulled(what);
      assert.deepEqual([state.state, state.fault?.code], ["failed", "IMAGE_UNAVAILABLE"]);
      assert.ok(!JSON.stringify(state).includes(REGISTRY_LOGIN.password));
      return [state.fault?.values.why, state.fault?.values.login];
    };

    assert.deepEqual(await refused(image), ["denied", "none"]);
    writeFileSync(
      join(docker.folder, "config.json"),
      JSON.stringify({ auths: { [registry.host]: {} }, credsStore: "secretservice" }),
    );
    assert.deepEqual(await refused(image), ["denied", "helper"]);
    login("wrong-password");
    assert.deepEqual(await refused(image), ["denied", "sent"]);
    login(REGISTRY_LOGIN.password);
    assert.deepEqual(await refused(`${registry.host}/team/app:none`), ["absent", "sent"]);
    assert.deepEqual(await refused(`127.0.0.1:${await freePort()}/app`), ["unreachable", "none"]);

    // Without its tag: the newest.
    const { state } = await pulled(`${registry.host}/team/app`);
    const result = PullResult.parse(state.result);
    assert.deepEqual({ ...result, bytes: 0 }, { image, id, bytes: 0 });
    assert.ok(result.bytes > 100_000);
    assert.equal(state.steps.length, 1);
    assert.match(state.steps[0]?.what ?? "", /^[0-9a-f]{12}$/);
    assert.equal(state.steps[0]?.state, "done");
    const again = PullResult.parse((await pulled(image)).state.result);
    assert.equal(again.was, id);
    const { RepoDigests } = await docker.must<{ RepoDigests: string[] }>("GET", `/images/${image}/json`);
    assert.equal(PullResult.parse((await pulled(RepoDigests[0] ?? "")).state.result).id, id);
  },
);

test("layers tell the bytes of the download; a countdown to another try is no progress", () => {
  const layers = new Layers();
  const take = (id: string, status: string, current?: number, total?: number) =>
    layers.take(PullLine.parse({ id, status, progressDetail: { current, total } }));
  const one = "0".repeat(12);
  take("latest", "Pulling from library/nginx");
  take(one, "Pulling fs layer");
  take("1".repeat(12), "Already exists");
  assert.deepEqual(
    layers.steps().map(({ state }) => state),
    ["waiting", "skipped"],
  );
  take(one, "Downloading", 512, 1_024);
  assert.deepEqual(layers.sum("pull"), { what: "pull", state: "running", bytes: 512, ofBytes: 1_024 });
  const { moved } = layers;
  take(one, "Downloading", 512, 1_024);
  take(one, "Retrying in 5 seconds");
  take(one, "Retrying in 4 seconds");
  assert.equal(layers.moved, moved);
  take(one, "Extracting", 7, 1_024);
  assert.ok(layers.moved > moved);
  assert.equal(layers.steps()[0]?.bytes, 1_024);
  take(one, "Pull complete");
  assert.equal(layers.sum("pull").state, "done");
  for (let at = 0; at < 100; at++) take(`${at}`.padStart(12, "a"), "Downloading", 1, 2);
  const steps = layers.steps();
  assert.deepEqual([steps.length, steps.at(-1)?.what, steps.at(-1)?.bytes], [64, "more", 39]);
});

test("the words of engines and registries are known for what they are", () => {
  for (const [said, why] of [
    [
      "pull access denied for x, repository does not exist or may require 'docker login': denied: …",
      "absent",
    ],
    ["manifest for nginx:nope not found: manifest unknown: manifest unknown", "absent"],
    ["unauthorized: incorrect username or password", "denied"],
    ["write /var/lib/docker/tmp/GetImageBlob1: no space left on device", "full"],
    ['Get "https://r.example/v2/": dial tcp: lookup r.example: no such host', "unreachable"],
    ["toomanyrequests: You have reached your pull rate limit.", "refused"],
    ["no matching manifest for linux/arm64 in the manifest list entries", "refused"],
  ])
    assert.equal(whyOf(said ?? ""), why, said);
});

test("a fetch in which no byte moves is given up after a minute, however much the engine says", async () => {
  const docker = absentDocker();
  const line = (status: string, current?: number) =>
    new TextEncoder().encode(
      `${JSON.stringify({ id: "0".repeat(12), status, progressDetail: { current, total: 1e9 } })}\nno JSON\n`,
    );
  const begun = { lines: 0, left: false };
  async function* said() {
    try {
      for (; begun.lines < 1_000; begun.lines++) {
        host.turn(5_000);
        // For two minutes it moves.
        yield begun.lines < 24 ? line("Downloading", begun.lines + 1) : line("Retrying in 5 seconds");
      }
    } finally {
      begun.left = true;
    }
  }
  const engine = { ...docker.engine, stream: async () => said() };
  const host = fakeHost({ docker: { ...docker, engine } });
  await assert.rejects(
    pullImage(host, "app", () => undefined),
    (error: Fault) => {
      assert.deepEqual(
        [error.code, error.values.why, error.values.image],
        ["IMAGE_UNAVAILABLE", "slow", "app:latest"],
      );
      return true;
    },
  );
  assert.ok(begun.left, "the engine is told by the end of the connection");
  assert.equal(begun.lines, 24 + QUIET_MS / 5_000);
});
