/** The end of the process, also while the kernel holds one of its threads. */

/**
 * Ends with `code`. `stuck`: questions to the kernel that have not come back. A thread of Node's pool that hangs in
 * one (a dead mount) holds up an ordinary exit for as long as it hangs; another program in this one's place takes
 * the threads with it and ends well.
 */
export function endProcess(code: number, stuck: number): never {
  if (stuck > 0) {
    try {
      process.execve?.("/bin/sh", ["sh", "-c", `exit ${code}`], {});
    } catch {
      // No shell here: ending at all is worth more than the code it ends with.
    }
    process.kill(process.pid, "SIGKILL");
  }
  process.exit(code);
}
