/** Two network namespaces joined by one link that can be cut: two places of the world on one machine. */
import { execFileSync } from "node:child_process";

export interface Place {
  /** The address that the other one reaches it by. */
  readonly address: string;
  /** What to put before a program and its arguments to run it there. It has a 127.0.0.1 of its own. */
  readonly through: readonly string[];
}

export interface JoinedPlaces {
  readonly near: Place;
  readonly far: Place;
  /** From now on nothing passes: what is sent from near is lost, from far there is no way. */
  cut(): void;
  restore(): void;
  /** Takes both away; what runs in them must have ended. */
  close(): void;
}

/** Nothing of this is seen outside of the two, so that any number of them may have the same addresses. */
const LINK = "eye0";
const ADDRESSES = { near: "10.99.0.1", far: "10.99.0.2" } as const;

/** Ask `needs("root", "ip")` before. */
export function joinPlaces(): JoinedPlaces {
  const ip = (...args: string[]): void => {
    execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"], timeout: 10_000 });
  };
  const mark = crypto.randomUUID().slice(0, 8);
  const names = { near: `eye-near-${mark}`, far: `eye-far-${mark}` };
  const made: string[] = [];
  const close = (): void => {
    // The link goes with the first of the two.
    for (let name = made.pop(); name !== undefined; name = made.pop()) ip("netns", "delete", name);
  };
  const place = (which: "near" | "far"): Place => ({
    address: ADDRESSES[which],
    through: ["ip", "netns", "exec", names[which]],
  });
  try {
    for (const name of Object.values(names)) {
      ip("netns", "add", name);
      made.push(name);
    }
    const ends = (name: string) => ["name", LINK, "netns", name];
    ip("link", "add", ...ends(names.near), "type", "veth", "peer", ...ends(names.far));
    for (const which of ["near", "far"] as const) {
      ip("-n", names[which], "address", "add", `${ADDRESSES[which]}/30`, "dev", LINK);
      for (const device of ["lo", LINK]) ip("-n", names[which], "link", "set", device, "up");
    }
  } catch (error) {
    close();
    throw error;
  }
  return {
    near: place("near"),
    far: place("far"),
    cut: () => ip("-n", names.far, "link", "set", LINK, "down"),
    restore: () => ip("-n", names.far, "link", "set", LINK, "up"),
    close,
  };
}
