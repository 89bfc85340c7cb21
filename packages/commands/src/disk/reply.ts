/** disk in the chat: the fullest first, then inodes, then what the devices do. */
import type { View } from "@servereye/contract";
import { levelOf } from "@servereye/contract";
import type { ReplyContext, Translate } from "../kit.ts";
import { reading } from "../kit.ts";
import { columnsOf, fitName, plainName } from "../shown/names.ts";
import { fitPath } from "../shown/paths.ts";
import { type BarRow, barRow, shareText } from "../shown/shares.ts";
import { rateText, sizeText } from "../shown/sizes.ts";
import { type DiskDevice, disk, type Filesystem } from "./contract.ts";
import {
  diskBusy,
  diskInodes,
  diskMeasures,
  inodesPercent,
  spaceLevel,
  urgencyOf,
  usedPercent,
} from "./measures.ts";
import { messages } from "./messages.ts";

/** Columns of a phone, of the level dot and space before a row, and of dot, bar and spaces before a bar's words. */
const PHONE = 35;
const DOT = 3;
const BAR = 14;

/** The fullest have a heading each, with type and size; so many more have a bar alone. */
const IN_FULL = 8;
const SHOWN_FILESYSTEMS = 16;
const SHOWN_INODES = 6;
const SHOWN_DEVICES = 6;

/** Two rates of 11 columns (`999.9 MiB/s`) with two between columns leave this for a device's name. */
const DEVICE_COLUMNS = 9;

type Blocks = View["blocks"];

export const diskReading = reading(
  disk,
  (answer, { t, server }: ReplyContext) => {
    const worst = [...answer.filesystems].sort((a, b) => urgencyOf(b) - urgencyOf(a));
    const shown = withRoot(worst);
    const more = answer.filesystemsLeft + worst.length - shown.length;
    return {
      title: t("disk-title", { server: plainName(server.name) }),
      blocks: [
        ...spaceBlocks(t, shown),
        ...(more > 0 ? [note(t("disk-more", { count: more }))] : []),
        ...rootNote(t, shown),
        ...inodeBlocks(t, shown),
        ...deviceBlocks(t, answer.devices, answer.devicesLeft),
        ...(answer.original ? [note(t("disk-original"))] : []),
      ],
    };
  },
  messages,
  { measures: diskMeasures },
);

/** The first ones, the root always among them. */
function withRoot(sorted: readonly Filesystem[]): Filesystem[] {
  const shown = sorted.slice(0, SHOWN_FILESYSTEMS);
  const root = sorted.find(({ mountPoint }) => mountPoint === "/");
  if (root && !shown.includes(root)) shown[SHOWN_FILESYSTEMS - 1] = root;
  return shown;
}

function spaceBlocks(t: Translate, filesystems: readonly Filesystem[]): Blocks {
  if (filesystems.length === 0) return [note(t("disk-none"))];
  const silent = filesystems.filter(({ space }) => typeof space === "string");
  const known = filesystems.filter(({ space }) => typeof space !== "string");
  const compact = known.slice(IN_FULL).flatMap((filesystem) => compactRow(t, filesystem));
  return [
    ...(silent.length > 0
      ? [{ type: "facts" as const, rows: silent.map((filesystem) => silentRow(t, filesystem)) }]
      : []),
    ...known.slice(0, IN_FULL).flatMap((filesystem) => fullBlocks(t, filesystem)),
    ...(compact.length > 0 ? [{ type: "bars" as const, rows: compact }] : []),
  ];
}

function silentRow(t: Translate, filesystem: Filesystem) {
  const level = spaceLevel(filesystem);
  const words = t(filesystem.space === "hung" ? "disk-hung" : "disk-unreadable", {
    type: filesystem.type === "" ? "" : ` (${fitName(filesystem.type, 16)})`,
  });
  // The path keeps a readable part in any case.
  const label = fitPath(filesystem.mountPoint, Math.max(14, PHONE - DOT - 2 - words.length));
  return { label, value: [words], ...(level ? { level } : {}) };
}

function fullBlocks(t: Translate, filesystem: Filesystem): Blocks {
  const { space } = filesystem;
  if (typeof space === "string") return [];
  const tail = ["", traits(t, filesystem), sizeText(t, space.total)]
    .filter((word, at) => at === 0 || word !== "")
    .join(" · ");
  const percent = usedPercent(space);
  const row = barRow(t, shareText(t, percent), percent, spaceLevel(filesystem));
  return [
    {
      type: "heading",
      text: `${fitPath(filesystem.mountPoint, Math.max(14, PHONE - columnsOf(tail)))}${tail}`,
    },
    { type: "bars", rows: [{ ...row, text: t("disk-free", { free: sizeText(t, space.available) }) }] },
  ];
}

function compactRow(t: Translate, filesystem: Filesystem): BarRow[] {
  const { space, mountPoint } = filesystem;
  if (typeof space === "string") return [];
  const percent = usedPercent(space);
  const columns = PHONE - BAR - 1 - shareText(t, percent).length;
  return [barRow(t, fitPath(mountPoint, columns), percent, spaceLevel(filesystem))];
}

/** `ext4`, `nfs4, network`, `overlay, read-only`. */
function traits(t: Translate, { type, remote, readOnly }: Filesystem): string {
  const words = type === "" ? [] : [fitName(type, 16)];
  if (remote) words.push(t("disk-remote"));
  if (readOnly) words.push(t("disk-read-only"));
  return words.join(", ");
}

function rootNote(t: Translate, filesystems: readonly Filesystem[]): Blocks {
  const type = filesystems.find(({ mountPoint }) => mountPoint === "/")?.type ?? "";
  if (["overlay", "aufs", "fuse.fuse-overlayfs"].includes(type)) return [note(t("disk-layered-note"))];
  return ["tmpfs", "ramfs", "rootfs"].includes(type) ? [note(t("disk-memory-note"))] : [];
}

function inodeBlocks(t: Translate, filesystems: readonly Filesystem[]): Blocks {
  const rows = filesystems
    .flatMap(({ mountPoint, space }) => {
      if (typeof space === "string" || !space.inodes) return [];
      const percent = inodesPercent(space);
      const value = t("disk-inodes-of", { share: shareText(t, percent), ...scaled(space.inodes.total) });
      return [{ label: fitPath(mountPoint, PHONE - DOT - 2 - value.length), percent, value }];
    })
    .sort((a, b) => b.percent - a.percent)
    .slice(0, SHOWN_INODES)
    .map(({ label, percent, value }) => ({ label, value: [value], level: levelOf(diskInodes, percent) }));
  return rows.length > 0
    ? [
        { type: "heading", text: t("disk-inodes") },
        { type: "facts", rows },
      ]
    : [];
}

/** A count short enough for a narrow line: 13.1 M. */
function scaled(total: number): { total: number; scale: string } {
  if (total >= 999_950) return { total: total / 1e6, scale: "mega" };
  return total >= 1_000 ? { total: total / 1e3, scale: "kilo" } : { total, scale: "one" };
}

function deviceBlocks(t: Translate, devices: readonly DiskDevice[], left: number): Blocks {
  if (devices.length === 0) return [];
  const shown = devices.slice(0, SHOWN_DEVICES);
  const rate = (value: number | undefined) => (value === undefined ? "–" : rateText(t, value));
  const busy = shown.flatMap((device) => {
    const level = levelOf(diskBusy, (device.busy ?? 0) * 100);
    const label = t("disk-busy", { device: fitName(device.name, 20) });
    return level === "ok" ? [] : [{ label, value: [shareText(t, (device.busy ?? 0) * 100)], level }];
  });
  const more = left + devices.length - shown.length;
  return [
    { type: "heading", text: t("disk-activity") },
    {
      type: "table",
      columns: [
        { head: t("disk-device"), align: "left" },
        { head: t("disk-read"), align: "right" },
        { head: t("disk-write"), align: "right" },
      ],
      rows: shown.map((device) => [
        fitName(device.name, DEVICE_COLUMNS),
        rate(device.read),
        rate(device.write),
      ]),
    },
    ...(busy.length > 0 ? [{ type: "facts" as const, rows: busy }] : []),
    ...(more > 0 ? [note(t("disk-devices-more", { count: more }))] : []),
  ];
}

const note = (text: string): Blocks[number] => ({ type: "note", text: [text] });
