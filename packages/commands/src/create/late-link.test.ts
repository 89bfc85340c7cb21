/** A folder that becomes a link out of its root while the image is fetched is given to no container. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { realPath } from "../../../../apps/agent/src/host/docker/real-path.ts";
import { type Engine, EngineRefusal } from "../docker/engine.ts";
import { createJobs } from "../docker/jobs.ts";
import { hostWith } from "../docker/plain-engine.test-code.ts";
import { createCollector } from "./collect.ts";

const ID = "ab".repeat(32);

test("links are followed again right before the container is made", async (t) => {
  const roots = mkdtempSync(join(tmpdir(), "roots-"));
  t.after(() => rmSync(roots, { recursive: true }));
  const folder = join(roots, "data");
  mkdirSync(folder);
  const calls: string[] = [];
  let pulled = false;
  const engine: Engine = {
    async call({ route }) {
      calls.push(route);
      if (route === "image.inspect" && !pulled) throw new EngineRefusal(404, "no such image");
      return { status: 200, body: { Id: route === "image.inspect" ? `sha256:${ID}` : ID } };
    },
    async stream() {
      rmdirSync(folder);
      symlinkSync("/", folder);
      pulled = true;
      return (async function* () {})();
    },
    read: () => assert.fail("nothing long is read"),
  };
  const plain = hostWith(engine, { allow: ["containers.create", "images.pull"], bindRoots: [roots] });
  const registryAuth = async () => ({ kept: "none" as const });
  const docker = {
    ...plain.docker,
    realPath,
    registryAuth,
    jobs: createJobs(plain),
    sockets: async () => [],
  };
  const host = { ...plain, docker };
  const job = crypto.randomUUID();
  await createCollector.collect(
    {
      ...{ job, image: "app:1", name: "web", ports: [], env: [], restart: "no", start: false },
      volumes: [{ from: { path: folder }, to: "/data" }],
    },
    host,
  );
  while (docker.jobs.get(job)?.state === "running") await new Promise((resolve) => setImmediate(resolve));
  const fault = docker.jobs.get(job)?.fault;
  assert.equal(fault?.code, "POLICY_REFUSED");
  assert.equal(fault?.values?.policy, "create.binds");
  assert.ok(!calls.includes("containers.create"));
});
