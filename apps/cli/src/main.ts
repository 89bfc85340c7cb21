/** `servereye`: one command line for everything that runs on this machine. */
import { become } from "./become.ts";
import { HELP } from "./help.ts";
import { Advice, HubApi } from "./local-hub.ts";
import {
  AGENT_NODE,
  agentProgram,
  BACKUP_PROGRAM,
  dataFolder,
  HUB_NODE,
  HUB_PROGRAM,
  localeOf,
  settings,
} from "./surroundings.ts";
import { VERSION } from "./version.ts";

async function run(command: string, args: readonly string[]): Promise<number> {
  switch (command) {
    case "up":
      return (await import("./up/up.ts")).up();
    case "hub":
      return become(HUB_PROGRAM, args, HUB_NODE);
    case "agent":
      return become(agentProgram(), args, AGENT_NODE);
    case "chat":
      return (await import("./chat/chat.ts")).chat();
    case "login": {
      const env = settings();
      const link = await new HubApi(dataFolder(env), localeOf(env)).loginLink();
      process.stdout.write(`${link}\n`);
      if (process.stdout.isTTY) process.stdout.write("It works once, for an hour.\n");
      return 0;
    }
    case "backup":
    case "restore":
      // Rows pass through and are garbage at once: with Node's usual 32 MiB for the new, a million of them took 300 MB
      // where 185 do, no faster.
      return become(BACKUP_PROGRAM, [command, ...args], ["--max-semi-space-size=4"]);
    case "doctor":
      return (await import("./doctor.ts")).doctor();
    case "help":
    case "--help":
    case "-h":
      process.stdout.write(HELP);
      return 0;
    case "--version":
    case "-v":
      process.stdout.write(`${VERSION}\n`);
      return 0;
    default:
      process.stderr.write(command === "" ? HELP : `There is no command "${command}".\n\n${HELP}`);
      return 2;
  }
}

const [command = "", ...args] = process.argv.slice(2);
try {
  process.exitCode = await run(command, args);
} catch (error) {
  const known = error instanceof Advice;
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
