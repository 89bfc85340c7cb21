/** Why the machine last started, from the few kernel files that can tell. */
import type { Host } from "../host.ts";
import { Scan } from "../kernel/scan.ts";
import type { BootReason } from "./contract.ts";

export interface ToldReason {
  what: BootReason;
  source: string;
}

/** The first source that tells anything, the surest first; `undefined` when none does, which is usual. */
export function readBootReason(host: Host, bootTime: number): ToldReason | undefined {
  return fromWatchdog(host) ?? fromCrashRecord(host, bootTime) ?? fromFirmware(host);
}

const WATCHDOGS = "/sys/class/watchdog";

/** Bits of a watchdog's bootstatus (linux/watchdog.h, WDIOF_*), the gravest first. */
const BOOT_STATUS: readonly (readonly [bit: number, BootReason])[] = [
  [0x01, "overheat"],
  [0x02, "fan"],
  [0x10, "power"], // POWERUNDER
  [0x40, "power"], // POWEROVER
  [0x20, "watchdog"], // CARDRESET
];

function fromWatchdog(host: Host): ToldReason | undefined {
  for (const name of host.list(WATCHDOGS) ?? []) {
    const source = `${WATCHDOGS}/${name}/bootstatus`;
    const bytes = host.peek(source);
    const status = bytes && new Scan(bytes).number();
    if (status === undefined || status > 0xffff) continue; // a driver that does not know may give -1
    const told = BOOT_STATUS.find(([bit]) => (status & bit) !== 0);
    if (told) return { what: told[1], source };
  }
  return undefined;
}

const CRASH_RECORDS = "/sys/fs/pstore";
/** Seconds. A crash restarts a machine within this time; an older record is of an earlier boot. */
const CRASH_TO_BOOT = 3600;

/**
 * A panic's record in persistent storage (pstore). Records of EFI carry their time in the name (epoch seconds,
 * then a part in two digits and a count in three) and outlive many boots; those of RAM do not outlive a loss of
 * power.
 */
function fromCrashRecord(host: Host, bootTime: number): ToldReason | undefined {
  for (const name of host.list(CRASH_RECORDS) ?? []) {
    const source = `${CRASH_RECORDS}/${name}`;
    const efi = /^dmesg-efi(?:_pstore)?-(\d{10})/.exec(name);
    const at = Number(efi?.[1]);
    if (efi ? at > bootTime || at < bootTime - CRASH_TO_BOOT : !name.startsWith("dmesg-ramoops-")) continue;
    // An oops is recorded alike, but the machine went on after it: only a panic explains a boot.
    if (host.peekText(source)?.startsWith("Panic#")) return { what: "panic", source };
  }
  return undefined;
}

const BOOT_ERRORS = "/sys/firmware/acpi/tables/data/BERT";
const FATAL = 1;

/** The firmware's record of a fatal error before this boot (ACPI 6.5 §18.3.1: status at 0, severity at 16). */
function fromFirmware(host: Host): ToldReason | undefined {
  const bytes = host.peek(BOOT_ERRORS);
  if (!bytes || bytes.length < 20) return undefined;
  const word = (at: number) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true);
  return word(0) !== 0 && word(16) === FATAL ? { what: "hardware", source: BOOT_ERRORS } : undefined;
}
