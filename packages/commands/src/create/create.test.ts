/** create_container: what the policy lets through and refuses, against a real engine. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import type { Fault } from "@servereye/contract";
import { BUSYBOX, startDocker } from "../../../../test/engines/docker.ts";
import { startRegistry } from "../../../../test/engines/docker-registry.ts";
import { needs } from "../../../../test/engines.ts";
import type { DockerPolicy } from "../docker/engine.ts";
import { ended, workingHost } from "../docker/working-host.test-code.ts";
import { createCollector } from "./collect.ts";
import { CreateResult, FolderPath } from "./contract.ts";

const ALLOW = ["containers.create"];
const plain = {
  ...{ image: BUSYBOX, name: "web", ports: [], env: [], volumes: [], restart: "no", start: true },
  command: ["sleep", "1000000"],
};

interface Made {
  Config: { Env: string[]; Cmd: string[] };
  HostConfig: Record<string, unknown>;
  Mounts: { Type: string; Source: string; Name?: string; Destination: string; RW: boolean }[];
}

test(
  "a container is made as it was wished, within the policy",
  needs("docker", "busybox", "docker-registry", "ip"),
  async (t) => {
    const [docker, registry] = await Promise.all([startDocker({ network: true }), startRegistry()]);
    const taken = createServer().listen(0, "127.0.0.1");
    t.after(async () => {
      taken.close();
      await Promise.all([docker.stop(), registry.stop()]);
    });
    await docker.importBusybox();
    const image = await registry.push(docker, BUSYBOX, "app:1");
    await docker.must("DELETE", `/images/${image}`);
    const roots = join(docker.folder, "roots");
    const outside = join(docker.folder, "outside");
    for (const folder of [join(roots, "data"), outside]) mkdirSync(folder, { recursive: true });
    symlinkSync(outside, join(roots, "way-out"));
    writeFileSync(join(outside, "secret"), "");
    const host = (policy: Partial<DockerPolicy> = {}) =>
      workingHost(docker, { policy: { allow: ALLOW, bindRoots: [roots], ...policy }, hurried: true });
    const create = (wish: object, policy?: Partial<DockerPolicy>) =>
      ended(host(policy), createCollector, { ...plain, ...wish });
    const folder = (path: string) => ({ volumes: [{ from: { path }, to: "/data" }] });

    await t.test("with ports, variables, volumes and a restart policy; its image is fetched", async () => {
      const volumes = [
        { from: { path: join(roots, "data") }, to: "/data", readOnly: true },
        { from: { volume: "keep" }, to: "/keep" },
      ];
      const env = [{ name: "PASSWORD", value: "a b=c\n'" }];
      const wish = {
        image,
        env,
        volumes,
        restart: "unless-stopped",
        ports: [{ inside: 80, protocol: "tcp" }],
      };
      const { state, told } = await create(wish, { allow: [...ALLOW, "images.pull"] });
      const result = CreateResult.parse(state.result);
      assert.deepEqual([result.state, result.pulled, result.name], ["running", true, "web"]);
      assert.deepEqual(
        told.filter((step) => step.endsWith("done")),
        ["pull:done", "create:done", "start:done"],
      );
      assert.ok(!JSON.stringify(state).includes("a b=c"));
      const made = await docker.must<Made>("GET", `/containers/${result.id}/json`);
      assert.ok(made.Config.Env.includes("PASSWORD=a b=c\n'"));
      assert.deepEqual(made.Config.Cmd, plain.command);
      assert.deepEqual(made.HostConfig.RestartPolicy, { Name: "unless-stopped", MaximumRetryCount: 0 });
      assert.deepEqual([made.HostConfig.Privileged, made.HostConfig.PidMode], [false, ""]);
      const mounts = made.Mounts.map(({ Type, Destination, RW }) => `${Type} ${Destination} ${RW}`).sort();
      assert.deepEqual(mounts, ["bind /data false", "volume /keep true"]);
      const { NetworkSettings } = await docker.inspect(result.id);
      assert.ok(Number(NetworkSettings.Ports?.["80/tcp"]?.[0]?.HostPort) > 0);
    });

    await t.test(
      "what was not allowed is refused before anything begins, with the line to change",
      async () => {
        const all = ["network", "pid", "ipc", "uts", "user"];
        const { Id } = await docker.must<{ Id: string }>("GET", "/networks/host");
        const wishes: [object, string][] = [
          [{ privileged: true }, "create.privileged"],
          [{ capAdd: ["NET_ADMIN"] }, "create.capabilities"],
          [{ devices: ["/dev/null"] }, "create.devices"],
          ...all.map((one): [object, string] => [{ hostNamespaces: [one] }, "create.host"]),
          ...["host", Id, Id.slice(0, 12)].map((network): [object, string] => [{ network }, "create.host"]),
          [{ image }, "images.pull"],
        ];
        await docker.must("DELETE", `/images/${image}?force=true`);
        for (const [wish, policy] of wishes) {
          const line = `SERVEREYE_AGENT_ALLOW=containers.create,${policy}`;
          await assert.rejects(create({ name: "no", ...wish }), {
            code: "POLICY_REFUSED",
            values: { policy, line },
          });
        }
        const away = [
          outside,
          join(roots, "way-out"),
          join(roots, "way-out/secret"),
          "/",
          "/etc",
          `${roots}x`,
          "/none",
        ];
        for (const path of away)
          await assert.rejects(create({ name: "no", ...folder(path) }), (error: Fault) => {
            assert.deepEqual([error.code, error.values.policy], ["POLICY_REFUSED", "create.binds"]);
            return error.values.line === `SERVEREYE_AGENT_BIND_ROOTS=${roots},${path}`;
          });
        await assert.rejects(create(folder(join(roots, "none"))), { code: "CONTAINER_ACTION_FAILED" });
        // The engine's socket, and the folder it is in, though a root is above them.
        const around = { bindRoots: ["/tmp"] };
        for (const path of [docker.socket, docker.folder])
          await assert.rejects(create(folder(path), around), { code: "POLICY_REFUSED" });
        const { NetworkSettings } = await docker.inspect("web");
        assert.ok(NetworkSettings);
        assert.equal((await docker.ask("GET", "/containers/no/json")).status, 404);
      },
    );

    await t.test("what was allowed is given", async () => {
      const allow = [...ALLOW, "create.capabilities", "create.host", "create.devices"];
      const wish = { capAdd: ["NET_ADMIN"], hostNamespaces: ["pid"], devices: ["/dev/null"] };
      const { state } = await create(
        { ...wish, name: "strong", volumes: [{ from: { path: docker.socket }, to: "/engine" }] },
        { allow, bindRoots: [docker.socket] },
      );
      assert.equal(state.fault, undefined);
      const made = await docker.must<Made>("GET", `/containers/${CreateResult.parse(state.result).id}/json`);
      // Newer engines write CAP_ before it.
      assert.match(String(made.HostConfig.CapAdd), /^(CAP_)?NET_ADMIN$/);
      assert.equal(made.HostConfig.PidMode, "host");
      assert.equal(made.Mounts[0]?.Source, docker.socket);
    });

    await t.test("a name that is taken, and a port: nothing is left behind", async () => {
      const named = await create({});
      assert.deepEqual(
        [named.state.fault?.code, named.state.fault?.values.stage],
        ["CONTAINER_ACTION_FAILED", "create"],
      );
      assert.match(String(named.state.fault?.values.reason), /already in use/);
      const address = taken.address();
      assert.ok(address !== null && typeof address === "object");
      const ports = [{ inside: 80, protocol: "tcp", outside: address.port, address: "127.0.0.1" }];
      const { state, told } = await create({ name: "port", ports });
      assert.deepEqual([state.fault?.values.stage, state.fault?.values.removed], ["start", "yes"]);
      assert.match(String(state.fault?.values.reason), /address already in use/);
      assert.ok(told.includes("start:failed") && told.includes("undo:done"));
      assert.equal((await docker.ask("GET", "/containers/port/json")).status, 404);
    });
  },
);

test("a path is absolute and plain, or none", () => {
  for (const good of ["/", "/srv", "/srv/my data/.x", "/a/..b"])
    assert.ok(FolderPath.safeParse(good).success, good);
  for (const bad of [
    "",
    "srv",
    "/srv/",
    "//srv",
    "/srv//x",
    "/..",
    "/srv/../etc",
    "/srv/.",
    "/a:b",
    "/a,b",
    "/a\nb",
    "/a\0",
  ])
    assert.equal(FolderPath.safeParse(bad).success, false, JSON.stringify(bad));
});
