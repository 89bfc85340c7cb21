/** /proc/self/mountinfo (proc(5)): what is mounted where, and what of it can be seen. */

export interface Mount {
  id: number;
  parent: number;
  /** `major:minor`; major 0 for what has no block device (network, btrfs, zfs). */
  device: string;
  /** The folder of the filesystem that is mounted: `/` for all of it. */
  root: string;
  mountPoint: string;
  type: string;
  source: string;
  /** The superblock is read-only, whatever this one mount says. */
  readOnly: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Undoes the kernel's octal escapes: `\040` space, `\011` tab, `\012` line feed, `\134` backslash, `\043` #. */
export function unescapeOctal(text: string): string {
  if (!text.includes("\\")) return text;
  // A run at once, so that a character escaped byte by byte comes out whole.
  return text.replaceAll(/(?:\\[0-3][0-7]{2})+/g, (run) => {
    const bytes = new Uint8Array(run.length / 4);
    for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(run.slice(i * 4 + 1, i * 4 + 4), 8);
    return decoder.decode(bytes);
  });
}

/** The other way, as the kernel writes it. */
export function escapeOctal(text: string): string {
  return text.replaceAll(/[ \t\n\\#]/g, (char) => {
    const code = encoder.encode(char)[0] ?? 0;
    return `\\${code.toString(8).padStart(3, "0")}`;
  });
}

/** Every mount in the kernel's order. Lines that are none are passed over: a newer kernel may add some. */
export function parseMounts(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split("\n")) {
    const mount = parseMount(line);
    if (mount) mounts.push(mount);
  }
  return mounts;
}

function parseMount(line: string): Mount | undefined {
  const fields = line.split(" ");
  const [id, parent, device, root, mountPoint] = fields;
  // Any number of optional fields stands before the separator, so the rest is counted from it.
  const separator = fields.indexOf("-", 6);
  if (separator < 0 || !device || !root || !mountPoint?.startsWith("/")) return undefined;
  if (!/^\d{1,10}$/.test(id ?? "") || !/^\d{1,10}$/.test(parent ?? "") || !/^\d+:\d+$/.test(device)) {
    return undefined;
  }
  const type = fields[separator + 1];
  if (!type) return undefined;
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    root: unescapeOctal(root),
    mountPoint: unescapeOctal(mountPoint),
    type: unescapeOctal(type),
    source: unescapeOctal(fields[separator + 2] ?? ""),
    readOnly: (fields[separator + 3] ?? "").split(",").includes("ro"),
  };
}

/**
 * The mounts a path can still reach. A mount is hidden by one stacked on its own root, and by a later one on a
 * folder above it: both then hang on the same parent, since what is mounted inside another has that as parent.
 */
export function visibleMounts(mounts: readonly Mount[]): Mount[] {
  const byId = new Map(mounts.map((mount) => [mount.id, mount]));
  const places = new Map<number, Set<string>>();
  for (const mount of mounts) {
    const taken = places.get(mount.parent) ?? new Set<string>();
    places.set(mount.parent, taken.add(mount.mountPoint));
  }
  const known = new Map<number, boolean>();
  const underSibling = ({ parent, mountPoint }: Mount): boolean => {
    const siblings = places.get(parent);
    return foldersAbove(mountPoint).some((folder) => siblings?.has(folder));
  };
  // Upwards in a loop, not by calls: mounts can be stacked by the ten thousand.
  const reached = (mount: Mount): boolean => {
    const chain: Mount[] = [];
    let at: Mount | undefined = mount;
    while (at && !known.has(at.id)) {
      // Set first: a parent that leads back to its child (no kernel writes that) must not go round for ever.
      known.set(at.id, true);
      chain.push(at);
      at = byId.get(at.parent);
    }
    let open = at === undefined || known.get(at.id) === true;
    for (const link of chain.reverse()) {
      open = open && !underSibling(link);
      known.set(link.id, open);
    }
    return known.get(mount.id) === true;
  };
  // The last of a point wins even where the parents do not tell.
  const byPoint = new Map<string, Mount>();
  for (const mount of mounts) {
    const covered = places.get(mount.id)?.has(mount.mountPoint) === true;
    if (!covered && reached(mount)) byPoint.set(mount.mountPoint, mount);
  }
  return [...byPoint.values()];
}

/** `/a/b/c` → `/`, `/a`, `/a/b`. */
function foldersAbove(path: string): string[] {
  if (path === "/") return [];
  const folders = ["/"];
  for (let at = path.indexOf("/", 1); at > 0; at = path.indexOf("/", at + 1)) folders.push(path.slice(0, at));
  return folders;
}
