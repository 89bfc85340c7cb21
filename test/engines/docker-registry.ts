/** Debian's docker-registry for tests: on loopback, with or without a password, and images pushed to it by a dockerd. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engine } from "../engines.ts";
import { freePort } from "../system/ports.ts";
import type { TestDocker } from "./docker.ts";

export interface TestRegistry {
  /** `127.0.0.1:port`: what stands before an image's path. dockerd speaks plain HTTP to loopback. */
  readonly host: string;
  /** Pushes an image of this engine to `host/path:tag`, given as `path:tag`; gives the whole reference. */
  push(docker: TestDocker, image: string, as: string): Promise<string>;
  stop(): Promise<void>;
}

/** Who may push and pull where a password was asked for. */
export const REGISTRY_LOGIN = { username: "puller", password: "let-me-pull" };
/** The same as a line of htpasswd: bcrypt with cost 5, the least, since it is asked for with every layer. */
const HTPASSWD = "puller:$2b$05$abcdefghijklmnopqrstuucCZeJdrAgCPNDV0D5WMVlxjAoEEY.vu\n";

/** X-Registry-Auth, as the Engine API wants it: JSON in base64url with its padding, without which it is not read. */
export function registryAuthOf(login: { username: string; password: string }, host: string): string {
  const text = Buffer.from(JSON.stringify({ ...login, serveraddress: host })).toString("base64");
  return text.replaceAll("+", "-").replaceAll("/", "_");
}

/** Ask `needs("docker-registry")` before. */
export async function startRegistry(options: { password?: boolean } = {}): Promise<TestRegistry> {
  const program = engine("docker-registry");
  if (program === undefined) throw new Error("there is no docker-registry here");
  const folder = mkdtempSync(join(tmpdir(), "registry-"));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const log = join(folder, "log");
  writeFileSync(join(folder, "htpasswd"), HTPASSWD);
  const settings = {
    version: "0.1",
    log: { level: "warn" },
    storage: { filesystem: { rootdirectory: join(folder, "data") }, delete: { enabled: true } },
    http: { addr: host, secret: "of a test" },
    ...(options.password ? { auth: { htpasswd: { realm: "tests", path: join(folder, "htpasswd") } } } : {}),
  };
  // JSON is YAML too.
  writeFileSync(join(folder, "config.yml"), JSON.stringify(settings));
  const fd = openSync(log, "a");
  // It ends with the test's process, however that ends.
  const args = ["--pdeathsig", "KILL", program, "serve", join(folder, "config.yml")];
  const child = spawn("setpriv", args, { stdio: ["ignore", fd, fd] });
  closeSync(fd);
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`docker-registry does not start: ${readFileSync(log, "utf8").slice(-3_000)}`);
    try {
      await fetch(`http://${host}/v2/`, { signal: AbortSignal.timeout(5_000) });
      break;
    } catch {
      // Not yet: the next turn asks again, or finds that it ended.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  return {
    host,
    async push(docker, image, as) {
      const at = as.lastIndexOf(":");
      const [path, tag] = [as.slice(0, at), as.slice(at + 1)];
      await docker.must(
        "POST",
        `/images/${image}/tag?${new URLSearchParams({ repo: `${host}/${path}`, tag })}`,
      );
      const auth = registryAuthOf(REGISTRY_LOGIN, host);
      const { status, text } = await docker.ask("POST", `/images/${host}/${path}/push?tag=${tag}`, {
        headers: { "x-registry-auth": auth },
      });
      // A failure in the middle comes as a line of a good answer.
      if (status !== 200 || text.includes('"errorDetail"')) throw new Error(`push ${as}: ${status} ${text}`);
      return `${host}/${path}:${tag}`;
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        await gone;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
