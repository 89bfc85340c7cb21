/** `/proc/<pid>/stat` (proc_pid_stat(5)): one line, in which the name may hold anything at all. */
import { Scan } from "./scan.ts";

export interface ProcessStat {
  /** R, S, D, Z, ... */
  state: string;
  parent: number;
  /** Ticks of processor time so far, user and system, all threads. */
  ticks: number;
  /** Ticks after boot at which it started: with the pid it names a process for good. */
  start: number;
  /** Pages of memory in RAM. */
  pages: number;
  /** Where the name stands in the bytes; only good until they are overwritten. */
  nameFrom: number;
  nameTo: number;
}

const OPEN = 0x28;
const CLOSE = 0x29;
const decoder = new TextDecoder();

/** The fields that are needed, or `undefined` when the line is not one. The name ends at the last `)`. */
export function parseProcessStat(bytes: Uint8Array): ProcessStat | undefined {
  const open = bytes.indexOf(OPEN);
  const close = bytes.lastIndexOf(CLOSE);
  if (open < 0 || close < open) return undefined;
  const scan = new Scan(bytes, close + 1);
  scan.skipBlanks();
  const state = bytes[scan.at];
  scan.skipWords(1);
  const parent = scan.number();
  scan.skipWords(9); // 5 pgrp ... 13 cmajflt
  const user = scan.number();
  const system = scan.number();
  scan.skipWords(6); // 16 cutime ... 21 itrealvalue
  const start = scan.number();
  scan.skipWords(1); // 23 vsize
  const pages = scan.number();
  if (state === undefined || parent === undefined || user === undefined || system === undefined)
    return undefined;
  if (start === undefined || pages === undefined) return undefined;
  return {
    state: String.fromCharCode(state),
    parent,
    ticks: user + system,
    start,
    pages,
    nameFrom: open + 1,
    nameTo: close,
  };
}

/** The name as text. The kernel cuts it at 15 bytes, which may leave a part of a character: that part is dropped. */
export function processName(bytes: Uint8Array, stat: ProcessStat): string {
  const name = bytes.subarray(stat.nameFrom, stat.nameTo);
  return decoder.decode(name.subarray(0, wholeCharacters(name)));
}

/** Whether the kernel may have cut the name: TASK_COMM_LEN is 16 with the closing zero. */
export const mayBeCut = (stat: ProcessStat): boolean => stat.nameTo - stat.nameFrom === 15;

function wholeCharacters(name: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, name.length); back++) {
    const byte = name[name.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needs > back ? name.length - back : name.length;
    }
  }
  return name.length;
}

/** The last part of a command line's first word, as bytes of `/proc/<pid>/cmdline`; empty for kernel threads. */
export function programOf(cmdline: Uint8Array): string {
  const end = cmdline.indexOf(0);
  const first = cmdline.subarray(0, end < 0 ? cmdline.length : end);
  return decoder.decode(first.subarray(first.lastIndexOf(0x2f) + 1));
}

/** The real user's number from `/proc/<pid>/status`, or `undefined`. */
export function parseUid(status: Uint8Array): number | undefined {
  const scan = new Scan(status);
  do {
    if (scan.take("Uid:")) return scan.number();
  } while (scan.nextLine());
  return undefined;
}
