/** Space of mounts, with no mount that hangs able to delay another, or this process. */
import { spawn } from "node:child_process";
import type { Space } from "@servereye/commands/agent";
import { Gate } from "./gate.ts";
import { askSpace, printedSpace } from "./statfs.ts";

export type Ask = (path: string) => Promise<Space | undefined>;

/** Local mounts are asked one after another: they answer in microseconds. One that hangs keeps one thread. */
const LOCAL_PLACES = 1;
/** Children at work at once, and children there may be with those that hang. */
const MOST_CHILDREN = 4;
const MOST_HUNG = 32;
/** The five numbers as JSON are far shorter. */
const MOST_PRINTED = 1_024;

export class Spaces {
  readonly #command: readonly [string, ...string[]];
  readonly #local: Ask;
  readonly #gate = new Gate(LOCAL_PLACES);
  /** Mount points whose question has not ended. */
  readonly #out = new Set<string>();
  readonly #waiting: (() => void)[] = [];
  #atWork = 0;

  constructor(command: readonly [string, ...string[]], local: Ask = askSpace) {
    this.#command = command;
    this.#local = local;
  }

  /** Local questions that are out in this process. */
  get outstanding(): number {
    return this.#gate.outstanding;
  }

  async of(path: string, remote: boolean, deadlineMs: number): Promise<Space | "hung" | undefined> {
    if (this.#out.has(path)) return "hung";
    if (remote || this.#gate.stuck) return this.#byChild(path, deadlineMs);
    const began = performance.now();
    // Half of the deadline for its turn: should the one before it hang, there is still time for a child.
    const ended = await this.#gate.ask(deadlineMs / 2, () => this.#track(path, this.#local(path)));
    if (ended.outcome === "done") return ended.value;
    if (ended.outcome === "late") return this.#out.has(path) ? "hung" : undefined;
    return this.#byChild(path, deadlineMs - (performance.now() - began));
  }

  #track<T>(path: string, question: Promise<T>): Promise<T> {
    this.#out.add(path);
    return question.finally(() => this.#out.delete(path));
  }

  async #byChild(path: string, deadlineMs: number): Promise<Space | "hung" | undefined> {
    const until = performance.now() + deadlineMs;
    if (!(await this.#turn(deadlineMs)) || this.#out.size >= MOST_HUNG) return "hung";
    if (this.#out.has(path)) return "hung";
    this.#atWork++;
    try {
      return await this.#child(path, Math.max(1, until - performance.now()));
    } finally {
      this.#atWork--;
      this.#waiting.shift()?.();
    }
  }

  /** Waits for a place among the children; false when none came free in time. */
  #turn(deadlineMs: number): Promise<boolean> {
    if (this.#atWork < MOST_CHILDREN) return Promise.resolve(true);
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        resolve(false);
      }, deadlineMs);
      this.#waiting.push(go);
    });
  }

  #child(path: string, deadlineMs: number): Promise<Space | "hung" | undefined> {
    const [program, ...first] = this.#command;
    return new Promise((resolve) => {
      // Nothing of this process's environment: it may hold a token.
      const child = spawn(program, [...first, path], { stdio: ["ignore", "pipe", "ignore"], env: {} });
      let printed = "";
      child.stdout.setEncoding("utf8");
      child.stdout.on("data", (text: string) => {
        if (printed.length <= MOST_PRINTED) printed += text;
      });
      this.#out.add(path);
      const ended = (space: Space | undefined) => {
        clearTimeout(timer);
        this.#out.delete(path);
        resolve(space);
      };
      child.on("error", () => ended(undefined));
      child.on("close", () => ended(printedSpace(printed)));
      const timer = setTimeout(() => {
        // It may not die before its mount answers. Until then its path counts as hung, and nothing waits for it.
        child.kill("SIGKILL");
        child.stdout.destroy();
        child.unref();
        resolve("hung");
      }, deadlineMs);
    });
  }
}
