/** The sockets that engines listen on: whoever has one in a container is root on the machine. */
import { realPath } from "./real-path.ts";

const USUAL = [
  "/var/run/docker.sock",
  "/run/podman/podman.sock",
  "/run/containerd/containerd.sock",
  "/run/docker/containerd/containerd.sock",
  "/run/crio/crio.sock",
];

/** Those that are there, without links, and the one of this address (`unix://…`) in any case. */
export async function engineSockets(address: string | undefined): Promise<readonly string[]> {
  const own = address?.startsWith("unix://") ? address.slice("unix://".length) : undefined;
  const runtime = process.env.XDG_RUNTIME_DIR;
  const rootless = runtime === undefined ? [] : [`${runtime}/docker.sock`, `${runtime}/podman/podman.sock`];
  const found = await Promise.all([...USUAL, ...rootless, ...(own === undefined ? [] : [own])].map(realPath));
  const there = found.filter((path) => path !== undefined);
  return [...new Set(own === undefined ? there : [...there, own])];
}
