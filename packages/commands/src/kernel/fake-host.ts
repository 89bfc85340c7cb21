/** A machine for tests: files from a map, a clock turned by hand, and changes that happen while one waits. */
import { Fault } from "@servereye/contract";
import type { Docker } from "../docker/engine.ts";
import type { Host, Space } from "../host.ts";

export interface FakeMachine {
  /** Content by absolute path; folders follow from the paths. */
  files?: Record<string, string | Uint8Array>;
  /** Folders that are there and empty. */
  folders?: readonly string[];
  /** Targets of symbolic links by absolute path. */
  links?: Record<string, string>;
  /** Answers of `space` by mount point; what is not named here is `undefined`. */
  spaces?: Record<string, Space | "hung">;
  /** How long `read` of a path takes, ms; 0 unless told. */
  slow?: Record<string, number>;
  users?: Record<number, string>;
  hostname?: string;
  ticksPerSecond?: number;
  pageSize?: number;
  processors?: number;
  /** None that answers (`absentDocker`) unless told. */
  docker?: Docker;
  /** Epoch ms at the start. */
  now?: number;
}

export interface FakeHost extends Host {
  /** Writes a file now. */
  put(path: string, content: string | Uint8Array): void;
  /** Takes a file or link, or a folder with all that is in it, away. */
  remove(path: string): void;
  /** Lets `change` happen once the clock has gone on by `ms` from now, so in the middle of a `wait`. */
  after(ms: number, change: (host: FakeHost) => void): void;
  /** Turns both clocks on by `ms`, with the changes that fall into it. */
  turn(ms: number): void;
  /** Lets the machine's clock jump by `ms`; the monotonic one stays. */
  jump(ms: number): void;
  /** Every path read or listed so far, in order. */
  readonly touched: readonly string[];
}

const START = Date.UTC(2025, 0, 15, 12, 0, 0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function fakeHost(machine: FakeMachine = {}): FakeHost {
  const files = new Map<string, Uint8Array>();
  const folders = new Set(machine.folders ?? []);
  const links = new Map(Object.entries(machine.links ?? {}));
  const touched: string[] = [];
  let pending: { at: number; change: (host: FakeHost) => void }[] = [];
  let monotonic = 1_000;
  let skew = (machine.now ?? START) - monotonic;
  // One buffer for every peek, as on a real machine: a view kept past the next peek shows other bytes.
  let shared = new Uint8Array(4_096);

  const put = (path: string, content: string | Uint8Array) => {
    files.set(path, typeof content === "string" ? encoder.encode(content) : content);
  };
  for (const [path, content] of Object.entries(machine.files ?? {})) put(path, content);

  const peek = (path: string) => {
    touched.push(path);
    const bytes = files.get(path);
    if (!bytes) return undefined;
    if (bytes.length > shared.length) shared = new Uint8Array(bytes.length * 2);
    shared.fill(0x21);
    shared.set(bytes);
    return shared.subarray(0, bytes.length);
  };

  const turn = (ms: number) => {
    const end = monotonic + ms;
    for (;;) {
      const next = pending.filter((p) => p.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      pending = pending.filter((p) => p !== next);
      monotonic = Math.max(monotonic, next.at);
      next.change(host);
    }
    monotonic = end;
  };

  const host: FakeHost = {
    put,
    remove: (path) => {
      const inside = (p: string) => p === path || p.startsWith(`${path}/`);
      for (const p of [...files.keys()]) if (inside(p)) files.delete(p);
      for (const p of [...links.keys()]) if (inside(p)) links.delete(p);
      for (const p of [...folders]) if (inside(p)) folders.delete(p);
    },
    after: (ms, change) => {
      pending.push({ at: monotonic + ms, change });
    },
    turn,
    jump: (ms) => {
      skew += ms;
    },
    touched,
    peek,
    peekText: (path) => {
      const bytes = peek(path);
      return bytes && decoder.decode(bytes);
    },
    list: (path) => {
      touched.push(path);
      const prefix = path.endsWith("/") ? path : `${path}/`;
      const names = new Set<string>();
      for (const p of [...files.keys(), ...links.keys(), ...folders]) {
        if (p.startsWith(prefix)) names.add(p.slice(prefix.length).split("/")[0] ?? "");
      }
      names.delete("");
      return names.size > 0 || folders.has(path) ? [...names] : undefined;
    },
    readLink: (path) => links.get(path),
    read: async (path, deadlineMs) => {
      const takes = machine.slow?.[path] ?? 0;
      turn(Math.min(takes, deadlineMs));
      touched.push(path);
      const bytes = files.get(path);
      return bytes && takes <= deadlineMs ? decoder.decode(bytes.subarray(0, 65_536)) : undefined;
    },
    space: async (mountPoint) => machine.spaces?.[mountPoint],
    now: () => monotonic + skew,
    monotonic: () => monotonic,
    wait: async (ms) => turn(ms),
    ticksPerSecond: machine.ticksPerSecond ?? 100,
    pageSize: machine.pageSize ?? 4_096,
    processors: () => machine.processors ?? 1,
    userName: (uid) => machine.users?.[uid] ?? String(uid),
    hostname: machine.hostname ?? "web-1",
    docker: machine.docker ?? absentDocker(),
  };
  return host;
}

/** A machine without Docker: each call says so. It allows nothing, keeps no credentials and has no jobs. */
export function absentDocker(): Docker {
  const away = async (): Promise<never> => {
    throw new Fault("DOCKER_UNAVAILABLE", "no Docker here", {
      values: { address: "unix:///var/run/docker.sock", reason: "absent" },
    });
  };
  return {
    engine: { call: away, stream: away, read: away },
    policy: { allow: [], bindRoots: [], protect: [] },
    jobs: {
      begin: () => {
        throw new Fault("UNSUPPORTED", "no jobs on this machine");
      },
      get: () => undefined,
    },
    realPath: async () => undefined,
    registryAuth: async () => ({ kept: "none" }),
    sockets: async () => [],
  };
}
