/** On SIGUSR2: every thread of the process's pool waits for a file that nobody writes to, as for a disk that hangs. */
import { open } from "node:fs";

process.on("SIGUSR2", () => {
  for (let thread = 0; thread < 4; thread++) open(process.env.NEVER_WRITTEN, "r", () => undefined);
  process.stdout.write("busy\n");
});
