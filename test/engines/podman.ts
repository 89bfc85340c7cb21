/** Podman's compatible API for tests: `podman system service` on a socket of its own, with everything in a temporary folder. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engine } from "../engines.ts";
import { busyboxTree } from "./busybox.ts";
import { type AskOptions, askEngine, type EngineAnswer } from "./docker-http.ts";
import { PREFIX, sweep } from "./docker-sweep.ts";

export interface TestPodman {
  readonly socket: string;
  readonly address: string;
  ask(method: string, path: string, options?: AskOptions): Promise<EngineAnswer>;
  /** `localhost/busybox:1`, which is there from the start, asleep until it is killed. Gives its id. */
  run(name: string, more?: object): Promise<string>;
  stop(): Promise<void>;
}

/** Ask `needs("podman", "busybox")` before. About 2 s. */
export async function startPodman(): Promise<TestPodman> {
  const program = engine("podman");
  if (program === undefined) throw new Error("there is no podman here");
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-podman-`));
  const socket = join(folder, "s");
  const log = join(folder, "log");
  // Nothing of the machine's own, and nothing that wants systemd, a journal or a network.
  const settings = ['cgroup_manager="cgroupfs"', 'events_logger="file"', 'runtime="runc"'];
  // No more than this process may have: else it asks for a million files, which a kernel can refuse.
  const limits = 'default_ulimits=["nofile=1024:1024", "nproc=1024:1024"]';
  writeFileSync(
    join(folder, "containers.conf"),
    `[engine]\n${settings.join("\n")}\n[containers]\nlog_driver="k8s-file"\n${limits}\n`,
  );
  const places = [`driver="overlay"`, `graphroot="${folder}/g"`, `runroot="${folder}/r"`];
  writeFileSync(join(folder, "storage.conf"), `[storage]\n${places.join("\n")}\n`);
  const fd = openSync(log, "a");
  const where = ["--root", `${folder}/g`, "--runroot", `${folder}/r`, "--tmpdir", `${folder}/t`];
  const service = ["--cgroup-manager", "cgroupfs", "system", "service", "--time=0", `unix://${socket}`];
  // It ends with the test's process, however that ends.
  const child = spawn("setpriv", ["--pdeathsig", "KILL", program, ...where, ...service], {
    stdio: ["ignore", fd, fd],
    env: {
      ...process.env,
      CONTAINERS_CONF: join(folder, "containers.conf"),
      CONTAINERS_STORAGE_CONF: join(folder, "storage.conf"),
    },
  });
  closeSync(fd);
  const ask = (method: string, path: string, options?: AskOptions) =>
    askEngine(socket, method, path, options);
  const podman: TestPodman = {
    socket,
    address: `unix://${socket}`,
    ask,
    async run(name, more = {}) {
      const body = {
        ...{ Image: "localhost/busybox:1", Cmd: ["sleep", "1000000"] },
        ...{ HostConfig: { NetworkMode: "none", CgroupParent: `/${folder.slice(tmpdir().length + 1)}` } },
        ...more,
      };
      const made = await ask("POST", `/containers/create?name=${name}`, { body });
      if (made.status !== 201) throw new Error(`create: ${made.status} ${made.text}`);
      const { Id } = made.json<{ Id: string }>();
      const started = await ask("POST", `/containers/${Id}/start`);
      if (started.status !== 204) throw new Error(`start: ${started.status} ${started.text}`);
      return Id;
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        await gone;
      }
      sweep(folder);
    },
  };
  try {
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`podman does not start: ${readFileSync(log, "utf8").slice(-3_000)}`);
      try {
        if ((await ask("GET", "/version")).status === 200) break;
      } catch {
        // Not yet: the next turn asks again, or finds that it ended.
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const imported = await ask("POST", "/images/create?fromSrc=-", { body: busyboxTree() });
    const [id] = /sha256:[0-9a-f]{64}/.exec(imported.text) ?? [];
    if (id === undefined) throw new Error(`import: ${imported.status} ${imported.text}`);
    await ask("POST", `/images/${id}/tag?repo=localhost/busybox&tag=1`);
  } catch (error) {
    await podman.stop();
    throw error;
  }
  return podman;
}
