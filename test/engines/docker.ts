/** A real dockerd for tests: everything of its own in a temporary folder, killed and started again at will. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { engine } from "../engines.ts";
import { busyboxTree } from "./busybox.ts";
import { type AskOptions, askEngine, type EngineAnswer } from "./docker-http.ts";
import { PREFIX, sweep } from "./docker-sweep.ts";

/** What `POST /containers/create` takes, as far as tests use it; anything else of it may stand there too. */
export interface ContainerSpec {
  name?: string;
  /** busybox:1 unless told, which is imported when it is not there. */
  Image?: string;
  Cmd?: readonly string[];
  Env?: readonly string[];
  Labels?: Record<string, string>;
  ExposedPorts?: Record<string, object>;
  HostConfig?: object;
  NetworkingConfig?: object;
  Healthcheck?: object;
  [more: string]: unknown;
}

export interface TestDocker {
  readonly socket: string;
  /** As SERVEREYE_AGENT_DOCKER_HOST has it. */
  readonly address: string;
  readonly folder: string;
  /** dockerd's process id while it runs. */
  readonly pid: number | undefined;
  /** Any call; any status is an answer. */
  ask(method: string, path: string, options?: AskOptions): Promise<EngineAnswer>;
  /** The same, and the JSON in it; throws what the engine said when it refuses. */
  must<T>(method: string, path: string, options?: AskOptions): Promise<T>;
  /** An image with a busybox in it, under this tag. `changes`: lines of a Dockerfile. Gives its id, `sha256:…`. */
  importBusybox(tag?: string, changes?: readonly string[]): Promise<string>;
  /** Gives its id. It is not started. */
  create(spec?: ContainerSpec): Promise<string>;
  /** Made and started; a container that sleeps unless told otherwise. Gives its id. */
  run(spec?: ContainerSpec): Promise<string>;
  start(id: string): Promise<void>;
  /** Started or not. With the volumes that are its own alone. */
  remove(id: string): Promise<void>;
  inspect(id: string): Promise<Inspected>;
  /** Resolves when the engine says so: it is asked every 25 ms, for a minute. */
  until(id: string, so: (container: Inspected) => boolean): Promise<Inspected>;
  /** Holds dockerd: connections are taken, and nobody answers on them. */
  hold(): void;
  letGo(): void;
  /** SIGKILL to dockerd; its containers run on (without a keeper). */
  kill(): Promise<void>;
  /** Started again on the same files; containers that ran are running when `live` was told. */
  again(): Promise<void>;
  /** Ends it with all of its containers, and throws everything away. */
  stop(): Promise<void>;
}

export interface Inspected {
  Id: string;
  Name: string;
  Image: string;
  RestartCount: number;
  State: {
    Status: string;
    Running: boolean;
    Paused: boolean;
    Pid: number;
    ExitCode: number;
    OOMKilled: boolean;
    StartedAt: string;
    Health?: { Status: string };
  };
  Config: {
    Image: string;
    Env: string[] | null;
    Labels: Record<string, string> | null;
    Cmd: string[] | null;
  };
  HostConfig: Record<string, unknown>;
  NetworkSettings: {
    Ports: Record<string, { HostIp: string; HostPort: string }[] | null> | null;
    Networks: Record<string, { IPAddress: string }>;
  };
}

export interface DockerOptions {
  /** A bridge, so that ports can be published and containers meet (for root, with iproute2). */
  network?: boolean;
  /** Containers outlive dockerd. */
  live?: boolean;
  /** More flags for dockerd. */
  flags?: readonly string[];
}

export const BUSYBOX = "busybox:1";

/**
 * A container that runs out of its memory, and ends with 137. The kernel kills its eater, not its shell: the engine
 * hears of the killing on another way than of the end, and were they one, the end would often come first.
 */
export const OUT_OF_MEMORY: ContainerSpec = {
  Cmd: ["sh", "-c", "tail /dev/zero; sleep 3; exit 137"],
  HostConfig: { Memory: 16 * 1024 * 1024 },
};

/** Makes and starts one, in about 0.3 s. Ask `needs("docker", "root")` before. */
export async function startDocker(options: DockerOptions = {}): Promise<TestDocker> {
  const program = engine("docker");
  if (program === undefined) throw new Error("there is no dockerd here");
  sweepTheDead();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const group = basename(folder);
  const socket = join(folder, "s");
  const log = join(folder, "log");
  // Else it would read the machine's own.
  writeFileSync(join(folder, "daemon.json"), "{}");
  const bridge = options.network ? addBridge(folder) : undefined;
  const flags = [
    ...["--data-root", join(folder, "d"), "--exec-root", join(folder, "x"), "--pidfile", join(folder, "p")],
    ...["-H", `unix://${socket}`, "--config-file", join(folder, "daemon.json"), "--log-level", "warn"],
    // Nothing of the machine's own: no rules in its firewall, no group shared with another dockerd.
    ...["--iptables=false", "--ip6tables=false", "--ip-masq=false", "--cgroup-parent", `/${group}`],
    ...["--exec-opt", "native.cgroupdriver=cgroupfs", "--shutdown-timeout", "1"],
    ...(bridge === undefined ? ["--bridge", "none"] : ["--bridge", bridge.name]),
    ...(bridge === undefined ? [] : ["--default-address-pool", `base=${bridge.pool},size=28`]),
    ...(options.live ? ["--live-restore"] : []),
    ...(options.flags ?? []),
  ];
  let child: ChildProcess | undefined;
  let stopped = false;

  const ask = (method: string, path: string, more?: AskOptions) => askEngine(socket, method, path, more);
  async function must<T>(method: string, path: string, more?: AskOptions): Promise<T> {
    const answer = await ask(method, path, more);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text.trim()}`);
    return answer.text === "" ? (undefined as T) : answer.json<T>();
  }

  async function begin(): Promise<void> {
    const fd = openSync(log, "a");
    // It ends with the test's process, however that ends.
    const started = spawn("setpriv", ["--pdeathsig", "KILL", program ?? "", ...flags], {
      stdio: ["ignore", fd, fd],
    });
    closeSync(fd);
    child = started;
    for (;;) {
      if (started.exitCode !== null || started.signalCode !== null)
        throw new Error(`dockerd does not start: ${readFileSync(log, "utf8").slice(-3_000)}`);
      try {
        if ((await ask("GET", "/version")).status === 200) return;
      } catch {
        // Not yet: the next turn asks again, or finds that it ended.
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async function kill(): Promise<void> {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, "exit");
    ending.kill("SIGKILL");
    await gone;
    // Its containerd ends with it. One that nobody has buried yet would be taken for a living one.
    rmSync(join(folder, "x/containerd/containerd.pid"), { force: true });
  }

  async function importBusybox(tag = BUSYBOX, changes: readonly string[] = []): Promise<string> {
    const [repo, version] = [tag.slice(0, tag.lastIndexOf(":")), tag.slice(tag.lastIndexOf(":") + 1)];
    const query = new URLSearchParams({ fromSrc: "-", repo, tag: version });
    for (const change of ['CMD ["sh"]', ...changes]) query.append("changes", change);
    await must("POST", `/images/create?${query}`, { body: busyboxTree() });
    return (await must<{ Id: string }>("GET", `/images/${tag}/json`)).Id;
  }

  async function create({ name, ...spec }: ContainerSpec = {}): Promise<string> {
    const body = { Image: BUSYBOX, Cmd: ["sleep", "1000000"], ...spec };
    const path = `/containers/create${name === undefined ? "" : `?name=${encodeURIComponent(name)}`}`;
    const first = await ask("POST", path, { body });
    if (first.status === 404 && body.Image === BUSYBOX) {
      await importBusybox();
      return (await must<{ Id: string }>("POST", path, { body })).Id;
    }
    if (first.status >= 400) throw new Error(`create: ${first.status} ${first.text.trim()}`);
    return first.json<{ Id: string }>().Id;
  }

  const start = (id: string) => must<void>("POST", `/containers/${id}/start`);
  const inspect = (id: string) => must<Inspected>("GET", `/containers/${id}/json`);

  const docker: TestDocker = {
    socket,
    address: `unix://${socket}`,
    folder,
    get pid() {
      return child?.pid;
    },
    ask,
    must,
    importBusybox,
    create,
    start,
    inspect,
    async run(spec) {
      const id = await create(spec);
      await start(id);
      return id;
    },
    remove: (id) => must<void>("DELETE", `/containers/${id}?force=true&v=true`),
    async until(id, so) {
      const end = performance.now() + 60_000;
      for (;;) {
        const now = await inspect(id);
        if (so(now)) return now;
        if (performance.now() > end)
          throw new Error(`${now.Name} did not come to it in a minute: ${JSON.stringify(now.State)}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    hold: () => void child?.kill("SIGSTOP"),
    letGo: () => void child?.kill("SIGCONT"),
    kill,
    again: begin,
    async stop() {
      if (stopped) return;
      stopped = true;
      await kill();
      sweep(folder);
    },
  };
  try {
    await begin();
  } catch (error) {
    await docker.stop();
    throw error;
  }
  return docker;
}

/** A bridge with a network of its own, and room for more networks beside it. */
function addBridge(folder: string): { name: string; pool: string } {
  // At most 15 characters; the folder's end is random.
  const name = `se${folder.slice(-6)}`;
  for (let tries = 0; tries < 50; tries++) {
    const [second, third] = [randomInt(130, 250), randomInt(0, 16) * 16];
    const taken = Object.values(networkInterfaces()).some((addresses) =>
      addresses?.some(({ address }) => {
        const parts = address.split(".").map(Number);
        return parts[0] === 10 && parts[1] === second && Math.floor((parts[2] ?? 0) / 16) * 16 === third;
      }),
    );
    if (taken) continue;
    const run = (...args: string[]) => execFileSync(engine("ip") ?? "ip", args, { timeout: 10_000 });
    run("link", "add", name, "type", "bridge");
    run("addr", "add", `10.${second}.${third}.1/24`, "dev", name);
    run("link", "set", name, "up");
    return { name, pool: `10.${second}.${third + 8}.0/21` };
  }
  throw new Error("no free network of 50 tried");
}

/** Clears up after tests that ended without a word, so that their containers do not run for ever. */
function sweepTheDead(): void {
  for (const entry of readdirSync(tmpdir())) {
    const owner = entry.startsWith(PREFIX) ? Number(entry.slice(PREFIX.length).split("-")[0]) : Number.NaN;
    if (!Number.isInteger(owner) || existsSync(`/proc/${owner}`)) continue;
    try {
      sweep(join(tmpdir(), entry));
    } catch (error) {
      // Another test may be at it too; and none fails by what another left.
      process.stderr.write(`left behind: ${entry} (${error instanceof Error ? error.message : error})\n`);
    }
  }
}
