/** Who is at the other end of a request, also behind a reverse proxy, and by which name this hub may be called. */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

type Head = Pick<IncomingMessage, "headers"> & { socket: { remoteAddress?: string | undefined } };

/** `127.0.0.0/8`, `::1`, and the former as IPv6 writes it. */
export const isLoopback = (address: string): boolean => /^(?:::ffff:)?127\.|^::1$/i.test(address);

/**
 * Gives what limits and the audit log take for a peer's address.
 *
 * `X-Forwarded-For` is a claim that anybody can make. It is believed only when SERVEREYE_PUBLIC_URL is set (so a proxy
 * is meant to be there) and the socket's own peer is this machine, and of it only the last entry, which is the one that
 * this proxy wrote; what stands before came from outside. A proxy on another machine is itself the peer: everybody
 * behind it then shares one address's limits. A local program could lie, and would gain only another share of those.
 */
export function peerAddress(options: { proxied: boolean }): (request: Head) => string {
  return (request) => {
    const own = request.socket.remoteAddress ?? "unknown";
    if (!options.proxied || !isLoopback(own)) return own;
    const header = request.headers["x-forwarded-for"];
    const last = (Array.isArray(header) ? header.join(",") : (header ?? "")).split(",").at(-1)?.trim() ?? "";
    const claimed = bare(last);
    return isIP(claimed) === 0 ? own : claimed;
  };
}

/** `[2001:db8::1]:443` and `192.0.2.1:443` without port and brackets, as some proxies write them. */
function bare(entry: string): string {
  const inBrackets = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(entry)?.[1];
  return inBrackets ?? entry.replace(/^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/, "$1");
}

/**
 * Whether a `Host` header may stand before this hub. A page of a stranger can give its own name the address 127.0.0.1
 * (DNS rebinding) and would then read a hub that listens for this machine only: there, names other than this machine's
 * are refused. A hub that others reach is named as its people like.
 */
export function hostGate(options: {
  listensOn: string;
  named: boolean;
}): (host: string | undefined) => boolean {
  const local = isLoopback(options.listensOn) || options.listensOn === "localhost";
  if (!local || options.named) return () => true;
  return (host) => {
    // HTTP/1.0 has none, and no browser speaks it.
    if (host === undefined) return true;
    const name = host.replace(/:\d{1,5}$/, "").toLowerCase();
    return (
      name === "localhost" || name.endsWith(".localhost") || isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0
    );
  };
}
