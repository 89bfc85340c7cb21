/** The client on Podman's compatible socket: found at its usual place, read, acted on, followed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineRefusal } from "@servereye/commands/agent";
import { startPodman } from "../../../../../test/engines/podman.ts";
import { needs } from "../../../../../test/engines.ts";
import { engineAt } from "./engine.ts";

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
const deadlineMs = 60_000;

test(
  "Podman's socket is found behind Docker's, and speaks like it",
  needs("podman", "busybox"),
  async (t) => {
    const podman = await startPodman();
    t.after(() => podman.stop());
    const engine = engineAt({ address: undefined, log: QUIET, places: ["/none/docker.sock", podman.socket] });
    const about = await engine.call({ route: "version", deadlineMs });
    assert.match(JSON.stringify(about.body), /Podman Engine/);
    const id = await podman.run("web", { Labels: { a: "b" } });
    const listed = await engine.call({
      route: "containers.list",
      query: { all: true, filters: { label: ["a=b"] } },
      deadlineMs,
    });
    assert.deepEqual(Array.isArray(listed.body) && listed.body.map((one) => Object(one).Id), [id]);
    const image = await engine.call({
      route: "image.inspect",
      path: { image: "localhost/busybox:1" },
      deadlineMs,
    });
    assert.equal(image.status, 200);

    const events = await engine.stream({
      route: "events",
      query: { filters: { container: [id] } },
      deadlineMs,
    });
    const stopped = await engine.call({ route: "container.stop", path: { id }, query: { t: 0 }, deadlineMs });
    assert.equal(stopped.status, 204);
    let told = "";
    for await (const piece of events) {
      told += new TextDecoder().decode(piece);
      if (/"(died|die|stop)"/.test(told)) break;
    }
    const { body } = await engine.call({ route: "container.inspect", path: { id }, deadlineMs });
    assert.equal(Object(body).State.Running, false);
    assert.equal((await engine.call({ route: "container.stop", path: { id }, deadlineMs })).status, 304);
    await engine.call({ route: "container.remove", path: { id }, deadlineMs });
    await assert.rejects(
      engine.call({ route: "container.inspect", path: { id }, deadlineMs }),
      (error: unknown) =>
        error instanceof EngineRefusal && error.status === 404 && /no such container/i.test(error.said),
    );
  },
);
