/** prune: what is shown is what nobody uses, and nothing goes that was not shown or is in use by then. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnswerOf } from "@servereye/contract";
import { BUSYBOX, startDocker } from "../../../../test/engines/docker.ts";
import { needs } from "../../../../test/engines.ts";
import { UPDATE_LABEL } from "../docker/update-mark.ts";
import { ended, workingHost } from "../docker/working-host.test-code.ts";
import { pruneCollector, prunePreviewCollector } from "./collect.ts";
import { PruneResult, prunePreview } from "./contract.ts";

type Preview = AnswerOf<typeof prunePreview>;

test(
  "exactly what was shown goes, and what is used by then stays",
  needs("docker", "busybox", "ip"),
  async (t) => {
    const docker = await startDocker({ network: true });
    t.after(() => docker.stop());
    const host = workingHost(docker, { policy: { allow: ["containers.prune"], protect: ["listed"] } });
    const preview = async (ask: object = {}): Promise<Preview> =>
      prunePreview.answer.parse(await prunePreviewCollector.collect(prunePreview.ask.parse(ask), host));
    const names = ({ containers, images, networks }: Preview) => [
      containers.map(({ name }) => name).sort(),
      images.flatMap((one) => (one.names.length > 0 ? one.names : ["-"])).sort(),
      networks.map(({ name }) => name).sort(),
    ];
    const stay = async (name: string) =>
      assert.equal((await docker.ask("GET", `/containers/${name}/json`)).status, 200, name);

    // In use, or not to be touched.
    const runs = await docker.run({ name: "runs" });
    await docker.create({ name: "labelled", Labels: { "servereye.protect": "true" } });
    await docker.create({ name: "listed" });
    const aside = await docker.create({ name: "app.old" });
    await docker.create({ name: "app", Labels: { [UPDATE_LABEL]: `${aside}:still:app` } });
    await docker.must("POST", "/networks/create", { body: { Name: "used" } });
    await docker.must("POST", "/networks/used/connect", { body: { Container: runs } });
    // Unused.
    const wrote = await docker.run({
      name: "wrote",
      Cmd: ["sh", "-c", "head -c 1000000 /dev/zero > /data/x"],
    });
    await docker.until(wrote, ({ State }) => State.Status === "exited");
    await docker.create({
      name: "second",
      HostConfig: { Mounts: [{ Type: "volume", Source: "kept", Target: "/v" }] },
    });
    await docker.must("POST", "/networks/create", { body: { Name: "idle" } });
    await docker.must("POST", "/networks/create", { body: { Name: "wanted" } });
    const dangling = await docker.importBusybox("old:1", ["ENV A=1"]);
    await docker.importBusybox("old:1", ["ENV A=2"]);
    await docker.must("POST", "/images/old:1/tag?repo=alias&tag=2");
    await docker.importBusybox("later:1", ["ENV A=3"]);

    const first = await preview();
    assert.deepEqual(names(first), [["second", "wrote"], ["-"], ["idle", "wanted"]]);
    assert.deepEqual([first.images[0]?.id, first.protected], [dangling, 2]);
    const bytes = first.containers.find(({ name }) => name === "wrote")?.bytes ?? 0;
    assert.ok(bytes >= 1_000_000 && bytes < 1_100_000, String(bytes));
    const unused = await preview({ images: "unused" });
    assert.deepEqual(names(unused)[1], ["-", "alias:2", "later:1", "old:1"]);

    // Meanwhile: one is started, one network is joined, one image has another name, and new things are there.
    await docker.must("POST", "/containers/second/start");
    await docker.must("POST", "/networks/wanted/connect", { body: { Container: runs } });
    await docker.must("POST", "/images/later:1/tag?repo=named&tag=3");
    await docker.create({ name: "new" });
    await docker.must("POST", "/networks/create", { body: { Name: "new" } });
    const { containers, images, networks } = unused;
    const { state, told } = await ended(host, pruneCollector, {
      containers: [...containers.map(({ id }) => id), runs, aside, (await docker.inspect("listed")).Id],
      images: images.map(({ id, names }) => ({ id, names })),
      networks,
    });
    assert.equal(state.fault, undefined);
    const result = PruneResult.parse(state.result);
    assert.deepEqual(result.removed, { containers: 1, images: 2, networks: 1 });
    assert.deepEqual(result.kept.map(({ kind, name, why }) => `${kind} ${name} ${why}`).sort(), [
      ...[
        "containers app.old used",
        "containers listed protected",
        "containers runs used",
        "containers second used",
      ],
      ...["images later:1 changed", "networks wanted used"],
    ]);
    assert.ok(result.freed >= 1_000_000, String(result.freed));
    assert.deepEqual(
      told.filter((step) => step.endsWith("done")),
      ["containers:done", "images:done", "networks:done"],
    );
    for (const name of ["runs", "labelled", "listed", "app", "app.old", "second", "new"]) await stay(name);
    assert.equal((await docker.ask("GET", "/volumes/kept")).status, 200);
    for (const image of [BUSYBOX, "later:1", "named:3"])
      assert.equal((await docker.ask("GET", `/images/${image}/json`)).status, 200, image);
    for (const network of ["used", "wanted", "new"])
      assert.equal((await docker.ask("GET", `/networks/${network}`)).status, 200, network);
    assert.deepEqual(names(await preview({ images: "unused" })), [["new"], ["later:1", "named:3"], ["new"]]);
  },
);
