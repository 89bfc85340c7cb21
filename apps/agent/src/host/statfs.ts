/** The space of one filesystem, asked of the kernel; also the whole work of the short-lived `--statfs` process. */
import { statfsSync, writeSync } from "node:fs";
import { statfs } from "node:fs/promises";
import type { Space } from "@servereye/commands/agent";
import * as z from "zod/mini";
import { absent } from "./peek.ts";

const Count = z.int().check(z.nonnegative());
const Printed = z.nullable(
  z.object({ total: Count, free: Count, available: Count, inodes: Count, inodesFree: Count }),
);

interface Figures {
  bsize: number;
  frsize?: number;
  blocks: number;
  bfree: number;
  bavail: number;
  files: number;
  ffree: number;
}

/** Blocks are counted in fragments (`f_frsize`), which is not the block size everywhere; 0 or none: it is. */
export function spaceOf(figures: Figures): Space {
  const unit = figures.frsize || figures.bsize;
  return {
    total: figures.blocks * unit,
    free: figures.bfree * unit,
    available: figures.bavail * unit,
    inodes: figures.files,
    inodesFree: figures.ffree,
  };
}

/** Undefined when there is no such mount, or it may not be looked at. May never settle. */
export async function askSpace(path: string): Promise<Space | undefined> {
  try {
    return spaceOf(await statfs(path));
  } catch (error) {
    if (absent(error)) return undefined;
    throw error;
  }
}

/** In the child: prints the space as JSON, `null` where there is none. Blocks for as long as the mount does. */
export function printSpace(path: string): void {
  let space: Space | null = null;
  try {
    space = spaceOf(statfsSync(path));
  } catch (error) {
    if (!absent(error)) throw error;
  }
  writeSync(1, JSON.stringify(space));
}

/** What the child printed. */
export function printedSpace(text: string): Space | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A child that was ended early printed nothing or half: then there is no figure.
    return undefined;
  }
  const parsed = Printed.safeParse(value);
  return parsed.success ? (parsed.data ?? undefined) : undefined;
}
