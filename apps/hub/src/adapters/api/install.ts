/** How an agent gets onto a server: the install script, the agent's bundle, and a Node to run it with. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "@servereye/contract";
import type { FastifyInstance } from "fastify";
import type { Clock } from "../../core/ports/process.ts";

export interface InstallOptions {
  publicUrl(): string;
  agentBundle: string | undefined;
  hubKey: string;
  clock: Clock;
}

/** The script as it stands in the repository; `@NAME@` marks are filled in here. */
const SCRIPT = join(import.meta.dirname, "../../../../../deploy/install.sh");

/** What this hub can hand out to run the agent with: its own Node, for machines of its own kind (Linux, glibc). */
const NODE =
  process.platform === "linux" && existsSync("/lib64/ld-linux-x86-64.so.2") && process.arch === "x64"
    ? { path: process.execPath, name: "node-linux-x64" }
    : process.platform === "linux" && process.arch === "arm64" && existsSync("/lib/ld-linux-aarch64.so.1")
      ? { path: process.execPath, name: "node-linux-arm64" }
      : undefined;

/** SHA-256 of a file as hex, streamed. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest("hex");
}

/** Node is over 100 MB: so many downloads of it go on at once; who comes later is told to try again. */
const MOST_DOWNLOADS = 4;
/** Who takes longer (under 200 KB/s) gives its place to others, ms. */
const DOWNLOAD_MS = 10 * 60_000;

export function installRoutes(app: FastifyInstance, options: InstallOptions): void {
  let kept: { of: string; digest: string } | undefined;
  let downloads = 0;

  /** Of 100 MB, so kept for as long as the file is the same. */
  const nodeDigest = async (path: string): Promise<string> => {
    const { size, mtimeMs } = await stat(path);
    const of = `${size} ${mtimeMs}`;
    if (kept?.of !== of) kept = { of, digest: await digestOf(path) };
    return kept.digest;
  };

  app.get("/install.sh", async (_request, reply) => {
    const { agentBundle } = options;
    if (agentBundle === undefined || !existsSync(agentBundle))
      throw new Fault(
        "UNSUPPORTED",
        "this hub was started without the agent's bundle: start it with npm start",
      );
    const marks: Record<string, string> = {
      HUB: options.publicUrl(),
      HUB_KEY: options.hubKey,
      AGENT_SHA256: await digestOf(agentBundle),
      NODE_NAME: NODE?.name ?? "",
      NODE_SHA256: NODE === undefined ? "" : await nodeDigest(NODE.path),
    };
    let script = await readFile(SCRIPT, "utf8");
    for (const [name, value] of Object.entries(marks))
      script = script.replaceAll(`@${name}@`, shellSafe(value));
    return reply.type("text/x-shellscript; charset=utf-8").header("cache-control", "no-store").send(script);
  });

  app.get("/download/agent.mjs", async (_request, reply) => {
    if (options.agentBundle === undefined || !existsSync(options.agentBundle))
      throw new Fault(
        "UNSUPPORTED",
        "this hub was started without the agent's bundle: start it with npm start",
      );
    return reply
      .type("text/javascript; charset=utf-8")
      .header("cache-control", "no-cache")
      .send(await readFile(options.agentBundle));
  });

  if (NODE !== undefined)
    app.get(`/download/${NODE.name}`, { exposeHeadRoute: false }, async (_request, reply) => {
      if (downloads >= MOST_DOWNLOADS)
        return reply
          .status(503)
          .header("retry-after", "10")
          .send("Other servers are being set up right now. Try again in a moment.\n");
      downloads++;
      const late = options.clock.after(DOWNLOAD_MS, () => reply.raw.destroy());
      reply.raw.once("close", () => {
        downloads--;
        late();
      });
      const { size } = await stat(NODE.path);
      return reply
        .type("application/octet-stream")
        .header("content-length", size)
        .send(createReadStream(NODE.path));
    });
}

/** Values stand between single quotes in the script: nothing that could end them comes in. */
function shellSafe(value: string): string {
  if (!/^[A-Za-z0-9_.:/@[\]-]*$/.test(value))
    throw new Fault("INTERNAL", "a value is not safe to stand in the install script");
  return value;
}
