/** `npm run demo`: the bot without Telegram. Hub, agent and an emulated Telegram with a page to write on. */
import { parseArgs } from "node:util";
import { startDemo } from "./demo/start.ts";

const say = (text: string): unknown => process.stderr.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { port: { type: "string" }, name: { type: "string" } } });
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    say(`--port ${values.port}: use a number from 0 (any free one) to 65535.`);
    return 1;
  }
  const stopping = new Promise<"stop">((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve("stop"));
  });
  say("Starting a hub, this machine's agent and an emulated Telegram ...");
  const demo = await startDemo({ port, ...(values.name === undefined ? {} : { name: values.name }) });
  say(
    [
      "",
      "👁 The demo is ready",
      "",
      `  Chat      ${demo.page}/`,
      "            you are Ann, the admin; write /memory, /status or /help",
      `  Folder    ${demo.folder}, removed at the end`,
      "",
      "Ctrl-C stops everything.",
      "",
    ].join("\n"),
  );
  const end = await Promise.race([stopping, demo.failed]);
  await demo.stop();
  if (end === "stop") return 0;
  say(end);
  return 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
