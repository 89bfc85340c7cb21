/** Docker as collectors see it: named calls alone, the server's own policy, and work that goes on after its answer. */
import type { FaultBody } from "@servereye/contract";
import type { RouteName } from "./routes.ts";

export interface EngineCall {
  route: RouteName;
  /** The path's parts by name. Checked against Docker's grammar and encoded; INVALID_COMMAND when one does not fit. */
  path?: Readonly<Record<string, string>>;
  /** Names that the route does not list are refused. An object is sent as JSON (`filters`). */
  query?: Readonly<Record<string, string | number | boolean | object>>;
  /** Sent as JSON. */
  body?: object;
  /** The value of X-Registry-Auth. A secret. */
  registryAuth?: string;
  /** Ms until the reply's head and, of `call`, its whole body is there. */
  deadlineMs: number;
  signal?: AbortSignal;
}

/** The engine answered "no". Its own words are in `said`, at most 300 characters, without secrets. */
export class EngineRefusal extends Error {
  /** HTTP status, 400 to 599. */
  readonly status: number;
  readonly said: string;

  constructor(status: number, said: string) {
    super(`the engine answered ${status}: ${said}`);
    this.name = "EngineRefusal";
    this.status = status;
    this.said = said;
  }
}

export interface EngineReply {
  /** 200 to 399; 304 is "not modified": it was so already. */
  status: number;
  /** The JSON in it, undefined when it is empty. At most 16 MiB are read. */
  body: unknown;
}

/**
 * An engine's API over its socket. Rejects with an EngineRefusal; or with a Fault: DOCKER_UNAVAILABLE (values
 * `address`, `reason`: "absent", "denied", "silent", "lost" or "odd"), INVALID_COMMAND.
 */
export interface Engine {
  call(call: EngineCall): Promise<EngineReply>;
  /**
   * The body's bytes as they come, never faster than they are read. `quietMs`: the longest silence between two
   * pieces, no bound unless told. Leaving the loop ends the connection.
   */
  stream(call: EngineCall & { quietMs?: number }): Promise<AsyncIterable<Uint8Array>>;
  /**
   * The body to its end, for long ones: each piece is handed to `take`, and is no more once that returns, so that
   * however much flows, nothing piles up. What `take` throws ends the connection, and is what this rejects with.
   */
  read(call: EngineCall & { quietMs?: number }, take: (piece: Uint8Array) => void): Promise<void>;
}

/** What the server's owner allows. */
export interface DockerPolicy {
  /** The actions, by the names of their policies (`containers.remove`). */
  allow: readonly string[];
  /** Folders below which a created container may have folders of the machine: absolute, normal, no links in them. */
  bindRoots: readonly string[];
  /** Names of containers that are never stopped, removed or updated, besides those labelled `servereye.protect=true`. */
  protect: readonly string[];
}

/** One step of work that goes on: waiting, running, or how it ended. */
export interface JobStep {
  /** What it is about: a container, a layer, a stage. */
  what: string;
  state: "waiting" | "running" | "done" | "failed" | "skipped";
  /** The engine's or agent's own words to it. */
  said?: string;
  /** Bytes done and in all, where it is about bytes. */
  bytes?: number;
  ofBytes?: number;
}

export interface JobProgress {
  /** Replaces the steps told so far: 64 at the most are kept. */
  steps(steps: readonly JobStep[]): void;
}

/** Work that goes on after its answer; it is asked for by its id. */
export interface JobState {
  id: string;
  /** The command that began it. */
  kind: string;
  state: "running" | "done" | "failed";
  /** Ms since it began, until now or its end. */
  tookMs: number;
  steps: readonly JobStep[];
  /** Of a done one: what the command's own schema says. */
  result?: unknown;
  /** Of a failed one. */
  fault?: FaultBody;
}

export interface Jobs {
  /**
   * Begins it, unless a job of this id was begun before: then gives that. At most 4 run at once (AGENT_BUSY), and
   * what ended is known for 15 minutes. Does not wait for `run`.
   */
  begin(id: string, kind: string, run: (progress: JobProgress) => Promise<unknown>): JobState;
  get(id: string): JobState | undefined;
}

/** Credentials for a registry. */
export interface RegistryLogin {
  /** "helper": with a program, which is never run. "unreadable": there is a configuration, and it can not be read. */
  kept: "here" | "none" | "helper" | "unreadable";
  /** The value of X-Registry-Auth, if kept here. A secret. */
  header?: string;
}

/** The machine's Docker, behind `Host`. */
export interface Docker {
  readonly engine: Engine;
  readonly policy: DockerPolicy;
  readonly jobs: Jobs;
  /** A path of the machine without links in it; undefined when there is none such. */
  realPath(path: string): Promise<string | undefined>;
  /** What the Docker configuration on this server keeps for the registry of an image. */
  registryAuth(image: string): Promise<RegistryLogin>;
  /** Where engines listen on this machine, without links: what gives a container power over all of it. */
  sockets(): Promise<readonly string[]>;
}
