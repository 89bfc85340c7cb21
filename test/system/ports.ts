/** Ports for processes that must know theirs before they start. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below what Linux gives to outgoing connections and to who listens on port 0 (32768 and up): there a port that was
 * free a moment ago is often taken before its process has started.
 */
const [FROM, TO] = [10_000, 32_000];

/** A port of 127.0.0.1 that is free. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FROM, TO);
    if (await isFree(port)) return port;
  }
}

/** So many, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
