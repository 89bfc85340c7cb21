/** Where an engine listens, as people write it. */

export type Address = { unix: string } | { host: string; port: number };

/** The port of a socket proxy, when none is told. */
const DEFAULT_PORT = 2375;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** `unix:///a/path` or `tcp://host[:port]`; undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const [, path] = /^unix:\/\/(\/[^\p{Cc}]{1,107})$/u.exec(text) ?? [];
  if (path !== undefined) return { unix: path };
  const [, inner, name, port] =
    /^tcp:\/\/(?:\[([0-9a-fA-F:.]{2,45})\]|([a-zA-Z0-9._-]{1,253}))(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
  const host = inner ?? name;
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  return host !== undefined && number > 0 && number < 65_536 ? { host, port: number } : undefined;
}

/** The same as text; what DOCKER_UNAVAILABLE names. */
export function addressText(address: Address): string {
  if ("unix" in address) return `unix://${address.unix}`;
  return `tcp://${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Whether others could read along and take the engine over: it is spoken to in the clear, without a proof. */
export function exposed(address: Address): boolean {
  return !("unix" in address) && !LOOPBACK.test(address.host);
}

/** The sockets that engines usually have, first those of Docker. `uid` is the user's, for where their own may be. */
export function usualPlaces(uid: number, runtimeDir: string | undefined): string[] {
  const own = runtimeDir?.startsWith("/") ? runtimeDir.replace(/\/+$/, "") : `/run/user/${uid}`;
  return [
    "/var/run/docker.sock",
    `${own}/docker.sock`,
    "/run/podman/podman.sock",
    `${own}/podman/podman.sock`,
  ];
}
