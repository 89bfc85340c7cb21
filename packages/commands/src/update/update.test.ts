/** update_container: the same container from a newer image, the old one back when that is not good, and a death in between. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startDocker, type TestDocker } from "../../../../test/engines/docker.ts";
import { startRegistry } from "../../../../test/engines/docker-registry.ts";
import { needs } from "../../../../test/engines.ts";
import type { Engine, EngineCall } from "../docker/engine.ts";
import { asideName, UPDATE_LABEL } from "../docker/update-mark.ts";
import { ended, workingHost } from "../docker/working-host.test-code.ts";
import type { Host } from "../host.ts";
import { settleUpdates, updateCollector } from "./collect.ts";
import { UPDATE_STAGES, UpdateResult } from "./contract.ts";

const ALLOW = { allow: ["containers.update", "containers.logs"] };
/** Ends at once when it is stopped, which a lone sleep does not. */
const SLEEP = "trap exit TERM; sleep 1000000 & wait";
const MS = 1_000_000;

interface All {
  Id: string;
  Name: string;
  Image: string;
  Config: Record<string, unknown> & { Env: string[]; Labels: Record<string, string> };
  HostConfig: Record<string, unknown>;
  Mounts: { Type: string; Name?: string; Destination: string; RW: boolean }[];
  NetworkSettings: {
    Networks: Record<string, { Aliases: string[] | null; IPAMConfig: unknown; IPAddress: string }>;
  };
}

test("a container is updated", needs("docker", "busybox", "docker-registry", "ip"), async (t) => {
  const [docker, registry] = await Promise.all([startDocker({ network: true }), startRegistry()]);
  t.after(() => Promise.all([docker.stop(), registry.stop()]));
  const tag = `${registry.host}/app:1`;
  /** Makes an image and gives it the tag in the registry; here the tag stays where it is. */
  const publish = async (version: number, ...changes: string[]): Promise<string> => {
    const had = await docker.ask("GET", `/images/${tag}/json`);
    const id = await docker.importBusybox(`app:${version}`, [`ENV VERSION=${version}`, ...changes]);
    await registry.push(docker, `app:${version}`, "app:1");
    const back = had.status === 200 ? had.json<{ Id: string }>().Id : id;
    await docker.must(
      "POST",
      `/images/${back}/tag?${new URLSearchParams({ repo: `${registry.host}/app`, tag: "1" })}`,
    );
    return id;
  };
  const all = (id: string) => docker.must<All>("GET", `/containers/${id}/json`);
  const update = async (host: Host, name: string) => {
    const { Id: id, State } = await docker.inspect(name);
    return ended(host, updateCollector, { id, name, seen: State.Status, image: tag });
  };
  const names = async () =>
    (await docker.must<{ Names: string[] }[]>("GET", "/containers/json?all=true"))
      .flatMap(({ Names }) => Names)
      .sort();
  const first = await publish(1, `CMD ${SLEEP}`, "VOLUME /data", "EXPOSE 80", "LABEL of=1", "WORKDIR /tmp");
  const hurried = workingHost(docker, { policy: ALLOW, hurried: true });

  await t.test("with all of its configuration, from a newer image, once it is healthy", async () => {
    const host = workingHost(docker, { policy: ALLOW });
    const subnet = await freeSubnet(docker);
    await docker.must("POST", "/networks/create", {
      body: { Name: "back", IPAM: { Config: [{ Subnet: subnet }] } },
    });
    await docker.must("POST", "/networks/create", { body: { Name: "front" } });
    const fixed = subnet.replace(/\.\d+\/\d+$/, (end) => `.${Number(/\d+/.exec(end)?.[0]) + 9}`);
    const id = await docker.create({
      name: "web",
      Image: tag,
      Cmd: [],
      Env: ["MINE=1"],
      Labels: { mine: "1", "com.docker.compose.project": "shop", "com.docker.compose.image": first },
      Hostname: "web-1",
      StopSignal: "SIGKILL",
      Healthcheck: { Test: ["CMD", "true"], Interval: 100 * MS, Retries: 4 },
      ExposedPorts: { "80/tcp": {} },
      HostConfig: {
        ...{ Memory: 64 << 20, NanoCpus: 5e8, PidsLimit: 50, RestartPolicy: { Name: "always" } },
        ...{ NetworkMode: "back", PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] } },
        ...{
          Binds: ["named:/named:ro"],
          Mounts: [{ Type: "tmpfs", Target: "/t" }],
          ExtraHosts: ["x:127.0.0.1"],
        },
        ...{
          LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
          ReadonlyRootfs: true,
          CapDrop: ["ALL"],
        },
      },
      NetworkingConfig: {
        EndpointsConfig: { back: { IPAMConfig: { IPv4Address: fixed }, Aliases: ["api"] } },
      },
    });
    await docker.must("POST", "/networks/front/connect", {
      body: { Container: id, EndpointConfig: { Aliases: ["shop"] } },
    });
    await docker.start(id);
    const before = await all(id);
    const same = UpdateResult.parse((await update(host, "web")).state.result);
    assert.deepEqual([same.changed, same.id, same.from, same.to], [false, id, first, first]);

    const second = await publish(
      2,
      `CMD : 2; ${SLEEP}`,
      "VOLUME /data",
      "EXPOSE 81",
      "LABEL of=2",
      "WORKDIR /var",
    );
    const { state, told } = await update(host, "web");
    assert.equal(state.fault, undefined);
    const result = UpdateResult.parse(state.result);
    assert.deepEqual(
      [result.changed, result.from, result.to, result.ended],
      [true, first, second, "healthy"],
    );
    const done = UPDATE_STAGES.filter((stage) => stage !== "undo").map((stage) => `${stage}:done`);
    assert.deepEqual(
      told.filter((step) => step.endsWith(":done")),
      done,
    );
    const after = await all("web");
    assert.equal(after.Id, result.id);
    assert.equal((await docker.ask("GET", `/containers/${id}/json`)).status, 404);
    // What its maker set is the same; what came from the image is the new image's.
    assert.deepEqual(
      [...after.Config.Env].sort().filter((one) => !one.startsWith("PATH=")),
      ["MINE=1", "VERSION=2"],
    );
    const { [UPDATE_LABEL]: mark, ...labels } = after.Config.Labels;
    assert.ok(mark?.startsWith(id));
    assert.deepEqual(labels, { ...before.Config.Labels, of: "2", "com.docker.compose.image": second });
    assert.deepEqual(
      [after.Config.WorkingDir, after.Config.Cmd],
      ["/var", ["/bin/sh", "-c", `: 2; ${SLEEP}`]],
    );
    assert.deepEqual(Object.keys(after.Config.ExposedPorts ?? {}).sort(), ["80/tcp", "81/tcp"]);
    for (const key of ["Hostname", "StopSignal", "Healthcheck", "User", "Volumes", "Entrypoint", "Tty"])
      assert.deepEqual(after.Config[key], before.Config[key], key);
    const { Mounts: _, ...hostConfig } = before.HostConfig;
    const { Mounts: given, ...newHostConfig } = after.HostConfig;
    assert.deepEqual({ ...newHostConfig, Links: null }, { ...hostConfig, Links: null });
    assert.ok(Array.isArray(given) && given.length === 2);
    const byPlace = (one: All) =>
      one.Mounts.map(({ Type, Name, Destination, RW }) => [Destination, Type, Name, RW]).sort();
    assert.deepEqual(byPlace(after), byPlace(before));
    for (const [network, { Aliases, IPAMConfig }] of Object.entries(before.NetworkSettings.Networks)) {
      const now = after.NetworkSettings.Networks[network];
      const own = (aliases: string[] | null | undefined, of: string) =>
        aliases?.filter((one) => one !== of.slice(0, 12));
      assert.deepEqual(own(now?.Aliases, after.Id), own(Aliases, id));
      assert.deepEqual(now?.IPAMConfig ?? {}, IPAMConfig ?? {});
    }
    assert.equal(after.NetworkSettings.Networks.back?.IPAddress, fixed);
    await docker.remove("web");
  });

  await t.test("and is back as it was when the new one becomes unhealthy, or ends", async () => {
    const id = await docker.run({ name: "app", Image: tag, Cmd: [] });
    const before = await all(id);
    await publish(3, `CMD ${SLEEP}`, "HEALTHCHECK --interval=50ms --retries=2 CMD echo no good; false");
    const unhealthy = (await update(workingHost(docker, { policy: ALLOW }), "app")).state.fault;
    assert.equal(unhealthy?.code, "CONTAINER_ACTION_FAILED");
    const { stage, reason, back, log } = unhealthy.values;
    assert.deepEqual([stage, reason, back, log], ["watch", "unhealthy", "yes", "no good"]);
    await publish(4, 'CMD ["sh", "-c", "echo no database >&2; exit 3"]');
    const { state, told } = await update(hurried, "app");
    const over = state.fault?.values;
    assert.deepEqual([over?.reason, over?.back, over?.log], ["exited 3", "yes", "no database"]);
    assert.ok(told.includes("watch:failed") && told.includes("undo:done") && told.includes("remove:skipped"));
    await publish(5, 'CMD ["/not/there"]');
    assert.equal((await update(hurried, "app")).state.fault?.values.stage, "start");
    const after = await all("app");
    assert.deepEqual([after.Id, after.Image, after.Mounts], [id, before.Image, before.Mounts]);
    assert.equal((await docker.inspect("app")).State.Running, true);
    assert.deepEqual(await names(), ["/app"]);
  });

  await t.test("and an agent that died in the middle ends it at its next start", async () => {
    const good = await publish(6, `CMD ${SLEEP}`);
    const { Id: id } = await docker.inspect("app");
    const mark = { oldId: id, ran: true, name: "app" };
    // From the call on at which it dies, nothing it does reaches the engine any more.
    for (const [route, nth] of [
      ["container.stop", 1],
      ["container.rename", 1],
      ["container.rename", 2],
      ["container.start", 1],
    ] as const) {
      await update(dying(hurried, route, nth), "app").catch(() => undefined);
      assert.equal((await names()).length, 2, `${route} ${nth}`);
      assert.deepEqual(await settleUpdates(hurried), [{ name: "app", how: "put back" }]);
      const { Id, State } = await docker.inspect("app");
      assert.deepEqual([Id, State.Running, await names()], [id, true, ["/app"]], `${route} ${nth}`);
    }
    await update(dying(hurried, "container.remove", 1), "app").catch(() => undefined);
    assert.deepEqual(await names(), ["/app", `/${asideName(mark)}`]);
    // The next update of it does the same.
    const { state } = await update(hurried, "app");
    assert.equal(UpdateResult.parse(state.result).changed, false);
    assert.deepEqual([await names(), (await docker.inspect("app")).Image], [["/app"], good]);
    assert.deepEqual(await settleUpdates(hurried), []);
  });

  await t.test("and an engine that goes away in the middle finds it waiting when it is back", async () => {
    const { Id: id } = await docker.inspect("app");
    await publish(7, `CMD ${SLEEP}`);
    const host = workingHost(docker, { policy: ALLOW });
    const { engine } = host.docker;
    let back: Promise<void> | undefined;
    const call: Engine["call"] = async (asked) => {
      if (asked.route === "container.rename" && back === undefined) {
        const died = docker.kill();
        back = died.then(docker.again);
        await died;
      }
      return engine.call(asked);
    };
    const stream: Engine["stream"] = (asked) => engine.stream(asked);
    const read: Engine["read"] = (asked, take) => engine.read(asked, take);
    const both = { ...host, docker: { ...host.docker, engine: { call, stream, read } } };
    const { state } = await update(both, "app");
    await back;
    assert.deepEqual([state.fault?.values.stage, state.fault?.values.back], ["swap", "yes"]);
    const after = await docker.inspect("app");
    assert.deepEqual([after.Id, after.State.Running, await names()], [id, true, ["/app"]]);
  });

  await t.test(
    "unless it is otherwise than it was seen, protected, or of a kind that can not be",
    async () => {
      const { Id: id } = await docker.inspect("app");
      const asked = (ask: object, host = hurried) =>
        ended(host, updateCollector, { id, name: "app", seen: "running", image: tag, ...ask });
      for (const ask of [{ seen: "exited" }, { name: "other" }, { image: "app:9" }])
        await assert.rejects(asked(ask), { code: "CONTAINER_CHANGED" });
      await assert.rejects(asked({ id: "f".repeat(64) }), { code: "CONTAINER_NOT_FOUND" });
      const protecting = workingHost(docker, { policy: { ...ALLOW, protect: ["app"] } });
      await assert.rejects(asked({}, protecting), { code: "CONTAINER_PROTECTED" });
      await docker.importBusybox("built:1");
      const kinds: [string, object][] = [
        ["auto-remove", { HostConfig: { AutoRemove: true } }],
        ["swarm", { Labels: { "com.docker.swarm.service.id": "x" } }],
        ["fixed", { Image: (await docker.inspect("app")).Image }],
        ["local", { Image: "built:1" }],
      ];
      for (const [reason, spec] of kinds) {
        const other = await docker.run({ name: reason, Image: tag, ...spec });
        const { Image } = (await docker.inspect(other)).Config;
        await assert.rejects(asked({ id: other, name: reason, image: Image }), {
          code: "UNSUPPORTED",
          values: { name: reason, reason },
        });
      }
      await docker.run({ name: "beside", Image: tag, HostConfig: { NetworkMode: `container:${id}` } });
      await assert.rejects(asked({}), { code: "UNSUPPORTED", values: { name: "app", reason: "shared" } });
    },
  );
});

/** The host of an agent that dies at the nth call of a route. */
function dying(host: Host, route: EngineCall["route"], nth: number): Host {
  let left = nth;
  const { engine } = host.docker;
  const gone = async (call: EngineCall): Promise<void> => {
    if (call.route === route && --left === 0) left = -1;
    if (left < 0) await new Promise<never>((_, reject) => reject(new Error("dead")));
  };
  const dead: Engine = {
    call: async (call) => {
      await gone(call);
      return engine.call(call);
    },
    stream: async (call) => {
      await gone(call);
      return engine.stream(call);
    },
    read: async (call, take) => {
      await gone(call);
      return engine.read(call, take);
    },
  };
  return { ...host, docker: { ...host.docker, engine: dead } };
}

/** One that the engine would give out itself. */
async function freeSubnet(docker: TestDocker): Promise<string> {
  const { Id } = await docker.must<{ Id: string }>("POST", "/networks/create", { body: { Name: "look" } });
  const { IPAM } = await docker.must<{ IPAM: { Config: { Subnet: string }[] } }>("GET", `/networks/${Id}`);
  await docker.must("DELETE", `/networks/${Id}`);
  return IPAM.Config[0]?.Subnet ?? "";
}
