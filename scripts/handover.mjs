/** Handing this process over to another one: its input and output, its signals once each, and its exit code. */
import { spawn } from "node:child_process";
import { constants } from "node:os";

/** The signals that end a program, handed on. */
const ending = ["SIGINT", "SIGTERM", "SIGHUP"];

/** A signal of the same kind within this many milliseconds is the same wish, told twice. */
const echo = 500;

/**
 * Runs a program in place of this one and gives the exit code to end with.
 *
 * Ctrl-C comes to everybody in the terminal's process group, and npm, being there too, tells it on a second time; a
 * `kill` comes to one process alone. So that the program hears each wish exactly once, and never takes an echo for an
 * impatient second Ctrl-C, it runs in a session of its own and hears signals from here only.
 *
 * Under `npx` a shell stands between npm and this process, and keeps signals to itself: it dies of them alone. The
 * scripts in `package.json` avoid it by `exec`; elsewhere the loss of that shell is taken for the signal.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, whole?: boolean, tether?: boolean }} [options]
 *   `whole`: signals go to the program's whole process group, and what it leaves behind there is ended with it.
 *   `tether`: a pipe as its fourth stream, which closes when this process dies, however it dies.
 * @returns {Promise<number>}
 */
export async function handOver(program, args, { cwd, env, whole = false, tether = false } = {}) {
  const child = spawn(program, args, {
    cwd,
    env,
    detached: true,
    stdio: ["inherit", "inherit", "inherit", ...(tether ? ["pipe"] : [])],
  });
  const heard = new Map();
  const tell = (signal) => {
    const now = performance.now();
    if (now - (heard.get(signal) ?? Number.NEGATIVE_INFINITY) < echo) return;
    heard.set(signal, now);
    send(whole ? -child.pid : child.pid, signal);
  };
  const resized = () => send(child.pid, "SIGWINCH");
  const shell = process.ppid;
  const orphaned = process.env.npm_command
    ? setInterval(() => (process.ppid === shell ? undefined : tell("SIGTERM")), 200)
    : undefined;
  for (const signal of ending) process.on(signal, tell);
  process.on("SIGWINCH", resized);
  try {
    const how = await new Promise((resolve, reject) => {
      child
        .once("error", reject)
        .once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
    });
    if (whole) send(-child.pid, "SIGKILL");
    return how;
  } finally {
    clearInterval(orphaned);
    for (const signal of ending) process.off(signal, tell);
    process.off("SIGWINCH", resized);
  }
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has just ended.
    if (error.code !== "ESRCH") throw error;
  }
}
