/** The tests' own container engine and registry do what the tests count on, and leave nothing behind. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, test } from "node:test";
import { needs } from "../engines.ts";
import { BUSYBOX, OUT_OF_MEMORY, startDocker } from "./docker.ts";
import { REGISTRY_LOGIN, registryAuthOf, startRegistry } from "./docker-registry.ts";

describe("a dockerd of a test's own", needs("docker", "busybox", "ip"), () => {
  test("two beside each other: networks, ports, memory limits; and nothing stays", async () => {
    const [one, other] = await Promise.all([startDocker({ network: true }), startDocker({ network: true })]);
    try {
      const web = await one.run({
        name: "web",
        ExposedPorts: { "80/tcp": {} },
        Cmd: ["sh", "-c", "echo hello >/index.html; httpd -f -p 80 -h /"],
        HostConfig: { PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] } },
      });
      const { NetworkSettings, State } = await one.inspect(web);
      const port = NetworkSettings.Ports?.["80/tcp"]?.[0]?.HostPort;
      assert.equal(await served(`http://127.0.0.1:${port}/`), "hello\n");
      const paused = await other.run();
      await other.must("POST", `/containers/${paused}/pause`);
      await other.must("POST", "/networks/create", { body: { Name: "own" } });
      const eater = await other.run(OUT_OF_MEMORY);
      const ended = await other.until(eater, (container) => !container.State.Running);
      assert.deepEqual([ended.State.OOMKilled, ended.State.ExitCode], [true, 137]);
      assert.deepEqual((await other.must<unknown[]>("GET", "/containers/json")).length, 1);

      await Promise.all([one.stop(), other.stop()]);
      // Who holds a killed one's last moment is the kernel: dead is what has no command line any more.
      assert.equal(
        existsSync(`/proc/${State.Pid}/cmdline`) && readFileSync(`/proc/${State.Pid}/cmdline`, "utf8"),
        "",
      );
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
    for (const { folder } of [one, other]) {
      assert.equal(existsSync(folder), false);
      assert.equal(readFileSync("/proc/self/mountinfo", "utf8").includes(folder), false);
      assert.equal(
        commandLines().some((line) => line.includes(`${folder}/`)),
        false,
      );
      const links = execFileSync("ip", ["-br", "link"], { encoding: "utf8" });
      assert.equal(links.includes(`se${folder.slice(-6)}`), false);
      assert.equal(existsSync(`/sys/fs/cgroup/memory/${basename(folder)}`), false);
    }
  });

  test("held, killed and started again", async (t) => {
    const docker = await startDocker({ live: true });
    t.after(() => docker.stop());
    const id = await docker.run({ name: "keeper" });
    docker.hold();
    docker.letGo();
    await docker.kill();
    await assert.rejects(docker.ask("GET", "/version"));
    await docker.again();
    assert.equal((await docker.inspect(id)).State.Running, true);
  });
});

test(
  "images go to a registry and come from it, with the password alone",
  needs("docker", "busybox", "docker-registry"),
  async (t) => {
    const [docker, registry] = await Promise.all([startDocker(), startRegistry({ password: true })]);
    t.after(() => Promise.all([docker.stop(), registry.stop()]));
    await docker.importBusybox();
    const pushed = await registry.push(docker, BUSYBOX, "team/busybox:2");
    await docker.must("DELETE", `/images/${pushed}`);
    const pull = (headers: Record<string, string>) =>
      docker.ask("POST", `/images/create?${new URLSearchParams({ fromImage: pushed })}`, { headers });
    assert.match((await pull({})).text, /no basic auth credentials/);
    const pulled = await pull({ "x-registry-auth": registryAuthOf(REGISTRY_LOGIN, registry.host) });
    assert.equal(pulled.status, 200);
    assert.match(pulled.text, /Downloaded newer image|Image is up to date/);
    assert.equal((await docker.ask("GET", `/images/${pushed}/json`)).status, 200);
  },
);

/** What is served there, once somebody serves. */
async function served(url: string): Promise<string> {
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      return await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, "utf8");
      } catch {
        // Ended while the folder was read.
        return "";
      }
    });
}
