/** The Redis of every other region, as the environment names them: `REDIS_URL_<REGION>`. */
import { REDIS_URL_FORMS, type RedisPlace, redisPlace } from "./place.ts";

export interface RegionAddress {
  /** As the variable has it, in small letters and with `-` for `_`: to name it to people. */
  name: string;
  url: string;
}

const NAME = /^REDIS_URL_(.*)$/;

const suffixOf = (region: string): string => region.toUpperCase().replaceAll("-", "_");

/**
 * `own`: SERVEREYE_REGION ("" for none) and REDIS_URL of this hub. The own region's may be among the variables, for
 * hubs that share one list; it is left out of what is given back. A fault for what is no address, what contradicts
 * REDIS_URL, and a Redis that two regions would share: everything would arrive twice.
 */
export function otherRegions(
  env: Readonly<Record<string, string | undefined>>,
  own: { region: string; address: string | undefined },
  faults: string[],
): RegionAddress[] {
  const others: RegionAddress[] = [];
  const taken = new Map<string, string>();
  const ownPlace = own.address === undefined ? undefined : redisPlace(own.address);
  if (ownPlace !== undefined) taken.set(serversOf(ownPlace), "REDIS_URL");
  for (const [variable, value] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const suffix = NAME.exec(variable)?.[1];
    const url = value?.trim() ?? "";
    if (suffix === undefined || url === "") continue;
    const isOwn = own.region !== "" && suffix === suffixOf(own.region);
    const place = redisPlace(url);
    const shares = place === undefined || isOwn ? undefined : taken.get(serversOf(place));
    if (!/^[A-Z0-9_]{1,32}$/.test(suffix))
      faults.push(
        `${variable} names no region: write it in capitals, with _ for -, as in REDIS_URL_EU_WEST.`,
      );
    else if (own.address === undefined)
      faults.push(`${variable} needs REDIS_URL, the Redis of this hub's own region.`);
    else if (own.region === "")
      faults.push(`${variable} needs SERVEREYE_REGION, which says where this hub is.`);
    // The value itself may hold a password: it is not repeated.
    else if (place === undefined)
      faults.push(`${variable} is not an address of the form ${REDIS_URL_FORMS}.`);
    else if (isOwn && url !== own.address)
      faults.push(
        `${variable} and REDIS_URL differ, and both are this hub's own region: make them the same, or unset one.`,
      );
    else if (shares !== undefined)
      faults.push(`${variable} leads where ${shares} does: each region has a Redis of its own.`);
    else if (!isOwn) {
      taken.set(serversOf(place), variable);
      others.push({ name: suffix.toLowerCase().replaceAll("_", "-"), url });
    }
  }
  return others;
}

/** Which Redis it is, whatever the order, the login and the database: channels are the same in all databases. */
const serversOf = ({ kind, master, seeds }: RedisPlace): string =>
  [kind, master, ...seeds.map(({ host, port }) => `${host}:${port}`).sort()].join(" ");
