/** What the engine is told of a container that a person wants. */
import type { AskOf } from "@servereye/contract";
import type { Allowed } from "./allowed.ts";
import type { CreatePort, create } from "./contract.ts";

/** No more than was asked for: everything else is as `docker run` would have it. */
export function bodyOf(wish: AskOf<typeof create>, { network, folders, devices }: Allowed): object {
  const { env: variables } = wish;
  const host = (namespace: string) => (wish.hostNamespaces?.some((one) => one === namespace) ? "host" : "");
  return {
    Image: wish.image,
    Env: variables.map(({ name, value }) => `${name}=${value}`),
    ...(wish.command === undefined ? {} : { Cmd: wish.command }),
    ExposedPorts: Object.fromEntries(wish.ports.map((port) => [keyOf(port), {}])),
    HostConfig: {
      RestartPolicy: { Name: wish.restart, MaximumRetryCount: 0 },
      PortBindings: bindingsOf(wish.ports),
      // Never as Binds: of those the engine makes the folders that are missing.
      Mounts: wish.volumes.map(({ from, to, readOnly }) => ({
        ...("path" in from
          ? { Type: "bind", Source: folders.get(from.path) }
          : { Type: "volume", Source: from.volume }),
        Target: to,
        ReadOnly: readOnly === true,
      })),
      ...(network === undefined ? {} : { NetworkMode: network }),
      Privileged: wish.privileged === true,
      CapAdd: wish.capAdd ?? [],
      Devices: devices.map((path) => ({ PathOnHost: path, PathInContainer: path, CgroupPermissions: "rwm" })),
      PidMode: host("pid"),
      UTSMode: host("uts"),
      UsernsMode: host("user"),
      // Left out, it is as the engine is set up.
      ...(host("ipc") === "" ? {} : { IpcMode: "host" }),
    },
  };
}

const keyOf = ({ inside, protocol }: CreatePort): string => `${inside}/${protocol}`;

function bindingsOf(ports: readonly CreatePort[]): Record<string, object[]> {
  const bindings: Record<string, object[]> = {};
  for (const port of ports) {
    const of = bindings[keyOf(port)] ?? [];
    of.push({
      HostIp: port.address ?? "",
      HostPort: port.outside === undefined ? "" : String(port.outside),
    });
    bindings[keyOf(port)] = of;
  }
  return bindings;
}
