/** The same container once more from another image: what its maker set is kept, what it had from the old image is not. */

import { type Mark, markText, UPDATE_LABEL } from "../docker/update-mark.ts";
import { fullyInherited, overriding, same } from "./inherited.ts";
import { networksOf } from "./networks.ts";
import { listIn, recordIn, textIn, textsIn, type Whole } from "./whole.ts";

export interface Recreation {
  /** For `containers.create`. */
  body: object;
  /** Further networks to be joined before the start, each with its endpoint. */
  further: readonly { network: string; endpoint: object }[];
}

/** What Compose notes of the image a container has; it takes one with another for outdated. */
const COMPOSE_IMAGE = "com.docker.compose.image";

/**
 * `inherited`: the configuration of the image the container was made from ({} where that is gone: then all is kept).
 * `to`: id of the new image.
 */
export function recreation(
  old: Whole,
  inherited: Record<string, unknown>,
  mark: Mark,
  to: string,
): Recreation {
  const { Config, HostConfig } = old;
  const { first, further, mode } = networksOf(old);
  const shared = mode.startsWith("container:");
  const { Hostname, Env, Labels, Cmd, Entrypoint, ExposedPorts, Volumes, Healthcheck, ...rest } = Config;
  const kept = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => !fullyInherited(name, value, inherited)),
  );
  const labels = without(textsIn(Labels), textsIn(inherited.Labels));
  if (labels[COMPOSE_IMAGE] === old.Image) labels[COMPOSE_IMAGE] = to;
  const published = recordIn(HostConfig.PortBindings);
  const body = {
    ...kept,
    // The engine takes the beginning of the id unless another was set, and that of the namespace it shares.
    ...(keepsHostname(old, textIn(Config, "Hostname"), shared) ? { Hostname } : {}),
    Env: listIn(Env).filter((one) => !listIn(inherited.Env).includes(one)),
    Labels: { ...labels, [UPDATE_LABEL]: markText(mark) },
    ...overriding({ Cmd, Entrypoint, Healthcheck }, inherited),
    // A port is published only if it is exposed too, by whomever.
    ExposedPorts: shared
      ? {}
      : Object.fromEntries(
          Object.entries(recordIn(ExposedPorts)).filter(
            ([port]) => !(port in recordIn(inherited.ExposedPorts)) || port in published,
          ),
        ),
    Volumes: without(recordIn(Volumes), recordIn(inherited.Volumes)),
    HostConfig: {
      ...HostConfig,
      NetworkMode: mode,
      AutoRemove: false,
      Links: listIn(HostConfig.Links).map(linkOf),
      Mounts: mountsOf(old),
    },
    ...(first === undefined ? {} : { NetworkingConfig: { EndpointsConfig: first } }),
  };
  return { body, further };
}

function keepsHostname(old: Whole, hostname: string, shared: boolean): boolean {
  const uts = textIn(old.HostConfig, "UTSMode");
  const own = textIn(old.HostConfig, "NetworkMode") !== "host" && uts !== "host" && !shared;
  return own && hostname !== "" && hostname !== old.Id.slice(0, 12);
}

/** As it was given: the engine tells `/other:/this/alias` of what was `other:alias`. */
function linkOf(link: unknown): string {
  const [from = "", alias = ""] = String(link).split(":");
  return `${from.replace(/^\//, "")}:${alias.slice(alias.lastIndexOf("/") + 1)}`;
}

/**
 * With the volumes that have no name of their own: they are given on by the name the engine made up, or all that is in
 * them would stay behind.
 */
function mountsOf(old: Whole): object[] {
  const { HostConfig, Config, Mounts } = old;
  const volumes = new Map(
    Mounts.filter(({ Type, Name }) => Type === "volume" && Name !== "").map((one) => [one.Destination, one]),
  );
  const told = listIn(HostConfig.Mounts).map(recordIn);
  const filled = told.map((mount) => {
    const target = textIn(mount, "Target");
    const name = textIn(mount, "Type") === "volume" ? volumes.get(target)?.Name : undefined;
    volumes.delete(target);
    return textIn(mount, "Source") === "" && name !== undefined ? { ...mount, Source: name } : mount;
  });
  for (const bind of listIn(HostConfig.Binds)) volumes.delete(String(bind).split(":")[1] ?? "");
  const borrowed = listIn(HostConfig.VolumesFrom).length > 0;
  const nameless = [...volumes.values()].filter(
    ({ Destination }) => !borrowed || Destination in recordIn(Config.Volumes),
  );
  return [
    ...filled,
    ...nameless.map(({ Name, Destination, RW }) => ({
      ...{ Type: "volume", Source: Name, Target: Destination, ReadOnly: !RW },
    })),
  ];
}

/** What is not, word for word, in the other too. */
const without = <T>(own: Record<string, T>, other: Record<string, unknown>): Record<string, T> =>
  Object.fromEntries(
    Object.entries(own).filter(([name, value]) => !(name in other && same(value, other[name]))),
  );
