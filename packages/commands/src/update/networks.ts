/** The networks of a container, with the aliases and addresses that were set on it there. */
import { listIn, recordIn, textIn, type Whole } from "./whole.ts";

export interface Networks {
  /** What `NetworkMode` is to be. */
  mode: string;
  /** Of that network, where something was set: its endpoint by the network's name. */
  first: Record<string, object> | undefined;
  further: { network: string; endpoint: object }[];
}

/** Engines before API 1.44 take one network as they create; the others are joined afterwards. */
export function networksOf(old: Whole): Networks {
  const told = textIn(old.HostConfig, "NetworkMode") || "default";
  const joined = Object.entries(old.NetworkSettings.Networks);
  if (told === "host" || told === "none" || told.startsWith("container:"))
    return { mode: told, first: undefined, further: [] };
  const wanted = told === "default" ? "bridge" : told;
  const main =
    joined.find(([name, { NetworkID }]) => name === wanted || NetworkID === wanted) ??
    // It has left that one since: the first of those it is in.
    joined[0];
  // It has left them all.
  if (main === undefined) return { mode: "none", first: undefined, further: [] };
  const [name, endpoint] = main;
  const set = endpointOf(old, endpoint);
  return {
    mode: name === wanted ? told : name,
    first: Object.keys(set).length === 0 ? undefined : { [name]: set },
    further: joined
      .filter((one) => one !== main)
      .map(([network, further]) => ({ network, endpoint: endpointOf(old, further) })),
  };
}

/** What was set; addresses that the engine gave out are given out anew. */
function endpointOf(old: Whole, told: Record<string, unknown>): Record<string, unknown> {
  const addresses = recordIn(told.IPAMConfig);
  // The engine adds the beginning of the id by itself.
  const aliases = listIn(told.Aliases).filter((alias) => alias !== old.Id.slice(0, 12));
  const options = recordIn(told.DriverOpts);
  const links = listIn(told.Links);
  return {
    ...(Object.keys(addresses).length === 0 ? {} : { IPAMConfig: addresses }),
    ...(aliases.length === 0 ? {} : { Aliases: aliases }),
    ...(links.length === 0 ? {} : { Links: links }),
    ...(Object.keys(options).length === 0 ? {} : { DriverOpts: options }),
    ...(typeof told.GwPriority === "number" && told.GwPriority !== 0 ? { GwPriority: told.GwPriority } : {}),
  };
}
