/** A part of a cluster as a process: started, killed, stopped, frozen and started again under the same name. */
import { type Running, run } from "./process.ts";

/** How a member's process is made, each time anew. */
export interface Making {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where a line of it, or a message over IPC, tells that it works; rejects when it will not. */
  readonly works: (running: Running) => Promise<unknown>;
  /** Messages over IPC, and an end when this process ends. */
  readonly ipc?: boolean;
}

export interface Member {
  readonly name: string;
  /** The process that runs now, or ran last. */
  readonly process: Running | undefined;
  readonly up: boolean;
  readonly paused: boolean;
  /** Resolves when it works. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** In good order (SIGTERM); gives how it ended. */
  stop(): Promise<number | string | undefined>;
  pause(): void;
  resume(): void;
  /** How its processes ended that nobody had ended and that had worked: the exit code or the signal of each. */
  readonly fallen: readonly string[];
  /** Everything that all its processes wrote. */
  output(): string;
}

export function createMember(name: string, making: () => Making): Member {
  const lives: Running[] = [];
  const fallen: string[] = [];
  /** Worked, and nobody has ended it since. */
  let steady = false;
  let up = false;
  let paused = false;

  async function end(signal: NodeJS.Signals): Promise<number | string | undefined> {
    const running = lives.at(-1);
    if (!up || running === undefined) return undefined;
    steady = false;
    const ended = running.end(signal);
    // A frozen process hears nothing but SIGKILL.
    if (paused) running.child.kill("SIGCONT");
    paused = false;
    return await ended;
  }

  return {
    name,
    get process() {
      return lives.at(-1);
    },
    get up() {
      return up;
    },
    get paused() {
      return paused;
    },
    async start() {
      if (up) throw new Error(`${name} runs already`);
      const { file, args, cwd, env, works, ipc = false } = making();
      const running = run(file, args, {
        cwd,
        env: { PATH: process.env.PATH, ...env },
        stdio: ["pipe", "pipe", "pipe", ...(ipc ? ["ipc" as const] : [])],
      });
      running.child.stdin?.on("error", () => undefined);
      lives.push(running);
      up = true;
      void running.ended.then((how) => {
        if (lives.at(-1) !== running) return;
        up = false;
        if (steady) fallen.push(String(how));
        steady = false;
      });
      await works(running);
      steady = up;
    },
    async kill() {
      await end("SIGKILL");
    },
    stop: () => end("SIGTERM"),
    pause() {
      if (!up) return;
      paused = true;
      lives.at(-1)?.child.kill("SIGSTOP");
    },
    resume() {
      paused = false;
      lives.at(-1)?.child.kill("SIGCONT");
    },
    fallen,
    output: () => lives.map((one) => one.output()).join(""),
  };
}
