/** Mount tables of odd machines: escapes, stacks, hidden mounts, nonsense. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { escapeOctal, type Mount, parseMounts, unescapeOctal, visibleMounts } from "./mountinfo.ts";

const points = (text: string) =>
  visibleMounts(parseMounts(text)).map(({ mountPoint, type }) => `${mountPoint} ${type}`);

test("spaces, tabs, line feeds, backslashes and Cyrillic in names come out as they are", () => {
  const [mount] = parseMounts(
    "40 27 8:17 /sub\\040dir /mnt/мои\\040файлы\\011x\\012y\\134z rw,noatime shared:7 master:1 - ext4 /dev/disk\\040one rw,data=ordered\n",
  );
  assert.deepEqual(mount, {
    id: 40,
    parent: 27,
    device: "8:17",
    root: "/sub dir",
    mountPoint: "/mnt/мои файлы\tx\ny\\z",
    type: "ext4",
    source: "/dev/disk one",
    readOnly: false,
  });
});

test("a character escaped byte by byte comes out whole", () => {
  assert.equal(unescapeOctal("/\\320\\264\\320\\260"), "/да");
  assert.equal(unescapeOctal("/a\\04"), "/a\\04");
  assert.equal(unescapeOctal("\\134040"), "\\040");
});

test("read-only is what the filesystem says, not the one mount", () => {
  const [mounted, broken] = parseMounts(
    ["1 0 8:1 / / ro - ext4 /dev/sda1 rw", "2 1 8:2 / /srv rw - ext4 /dev/sdb1 ro,errors=remount-ro"].join(
      "\n",
    ),
  );
  assert.equal(mounted?.readOnly, false);
  assert.equal(broken?.readOnly, true);
});

test("an empty source and a dash as a source leave the fields in their places", () => {
  const mounts = parseMounts(
    "5 1 0:5 / /a rw -  x rw\n6 1 0:6 / /b rw - tmpfs  rw\n7 1 0:7 / /c rw - tmpfs - rw",
  );
  assert.deepEqual(
    mounts.map(({ mountPoint, type, source }) => [mountPoint, type, source]),
    [
      ["/b", "tmpfs", ""],
      ["/c", "tmpfs", "-"],
    ],
  );
});

test("of mounts stacked on one point the last is seen", () => {
  const text = `
1 0 8:1 / / rw - ext4 /dev/sda1 rw
2 1 0:40 / /mnt/nas rw - autofs systemd-1 rw
3 2 0:41 / /mnt/nas rw - nfs4 nas:/srv rw
4 1 8:2 / /srv rw - ext4 /dev/sdb1 rw
5 4 8:3 / /srv rw - xfs /dev/sdc1 rw`;
  assert.deepEqual(points(text), ["/ ext4", "/mnt/nas nfs4", "/srv xfs"]);
});

test("what lies under a later mount of a folder above, or of the root, is not seen", () => {
  const text = `
1 0 0:2 / / rw - rootfs rootfs rw
2 1 0:3 / /old rw - proc proc rw
3 1 8:1 / / rw - ext4 /dev/sda1 rw
4 3 8:2 / /data/a rw - ext4 /dev/sdb1 rw
5 4 8:4 / /data/a/deep rw - ext4 /dev/sdd1 rw
6 3 8:3 / /data rw - xfs /dev/sdc1 rw
7 6 8:5 / /data/b rw - ext4 /dev/sde1 rw`;
  assert.deepEqual(points(text), ["/ ext4", "/data xfs", "/data/b ext4"]);
});

test("a name that begins like another's is not inside it", () => {
  const text =
    "1 0 8:1 / / rw - ext4 a rw\n2 1 8:2 / /data rw - ext4 b rw\n3 1 8:3 / /database rw - ext4 c rw";
  assert.deepEqual(points(text), ["/ ext4", "/data ext4", "/database ext4"]);
});

test("mounts stacked by the ten thousand are no trouble", () => {
  const lines = ["1 0 8:1 / / rw - ext4 a rw"];
  for (let id = 2; id <= 30_000; id++) lines.push(`${id} ${id - 1} 8:2 / /srv rw - ext4 b${id} rw`);
  const seen = visibleMounts(parseMounts(lines.reverse().join("\n")));
  assert.deepEqual(
    seen.map(({ source }) => source),
    ["b30000", "a"],
  );
});

test("parents in a circle end", () => {
  const text = "1 2 8:1 / /a rw - ext4 a rw\n2 1 8:2 / /b rw - ext4 b rw\n3 3 8:3 / /c rw - ext4 c rw";
  assert.equal(points(text).length, 2);
});

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter((s) => !s.includes("/"));
const path = fc.array(name, { maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
const device = fc.tuple(fc.nat(300), fc.nat(300)).map(([a, b]) => `${a}:${b}`);

const mountOf: fc.Arbitrary<Mount> = fc.record(
  {
    id: fc.nat(9_999),
    parent: fc.nat(9_999),
    device,
    root: path,
    mountPoint: path,
    type: fc.constantFrom("ext4", "xfs", "fuse.sshfs", "nfs4"),
    source: name,
    readOnly: fc.boolean(),
  },
  { noNullPrototype: true },
);

const lineOf = (mount: Mount, optional: readonly string[]) =>
  [
    mount.id,
    mount.parent,
    mount.device,
    escapeOctal(mount.root),
    escapeOctal(mount.mountPoint),
    "rw,relatime",
    ...optional,
    "-",
    mount.type,
    escapeOctal(mount.source),
    mount.readOnly ? "ro,seclabel" : "rw,seclabel",
  ].join(" ");

test("every line the kernel could write is read as it was meant", () => {
  const optional = fc.array(fc.constantFrom("shared:1", "master:2", "propagate_from:3", "unbindable"), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(mountOf, optional), { maxLength: 8 }), (mounts) => {
      const text = mounts.map(([mount, fields]) => lineOf(mount, fields)).join("\n");
      assert.deepEqual(
        parseMounts(`${text}\n`),
        mounts.map(([mount]) => mount),
      );
    }),
  );
});

test("no bytes at all make the reader fail", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      assert.ok(Array.isArray(visibleMounts(parseMounts(new TextDecoder().decode(bytes)))));
    }),
  );
  fc.assert(
    fc.property(fc.array(mountOf, { maxLength: 30 }), (mounts) => {
      const seen = visibleMounts(mounts);
      assert.equal(new Set(seen.map(({ mountPoint }) => mountPoint)).size, seen.length);
    }),
  );
});
