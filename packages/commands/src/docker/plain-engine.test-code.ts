/** An engine for tests of collectors: the allowed calls alone, straight to a test's own dockerd. */
import type { TestDocker } from "../../../../test/engines/docker.ts";
import type { Host } from "../host.ts";
import { absentDocker } from "../kernel/fake-host.ts";
import { realHost } from "../kernel/real-host.ts";
import { type DockerPolicy, type Engine, type EngineCall, EngineRefusal } from "./engine.ts";
import { ROUTES } from "./routes.ts";

/** `calls`: the names of the routes asked so far. */
export function plainEngine(docker: Pick<TestDocker, "ask">, calls: string[] = []): Engine {
  return {
    async call({ route, path = {}, query = {} }: EngineCall) {
      calls.push(route);
      const { method, path: template } = ROUTES[route];
      const filled = template.replace(/\{(\w+)\}/g, (_, part) => encodeURIComponent(path[part] ?? ""));
      const words = new URLSearchParams(
        Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
      );
      const { status, text } = await docker.ask(method, `${filled}?${words}`);
      if (status >= 400) throw new EngineRefusal(status, text.slice(0, 300));
      return { status, body: text === "" ? undefined : JSON.parse(text) };
    },
    stream: () => Promise.reject(new Error("not asked here")),
    read: () => Promise.reject(new Error("not asked here")),
  };
}

/** This machine, with the dockerd of a test on it. */
export const hostWith = (engine: Engine, policy: Partial<DockerPolicy> = {}): Host => ({
  ...realHost(),
  docker: { ...absentDocker(), engine, policy: { allow: [], bindRoots: [], protect: [], ...policy } },
});
