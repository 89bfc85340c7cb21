/** What this machine is, for the hub's lists. */
import { arch, hostname, release, type, uptime } from "node:os";
import type { AgentFacts } from "@servereye/contract";
import { Peeker } from "./peek.ts";

export type MachineFacts = Pick<AgentFacts, "runtime" | "os" | "arch" | "hostname" | "bootId">;

/** The distribution's own name for itself (os-release(5)). */
export function prettyName(osRelease: string | undefined): string | undefined {
  const value = /^PRETTY_NAME=(.*)$/m.exec(osRelease ?? "")?.[1];
  return value?.replace(/^(["'])(.*)\1\s*$/, "$2").trim() || undefined;
}

export function machineFacts(): MachineFacts {
  const peeker = new Peeker();
  const system = prettyName(peeker.text("/etc/os-release") ?? peeker.text("/usr/lib/os-release"));
  return {
    runtime: process.versions.bun ? `bun ${process.versions.bun}` : `node ${process.versions.node}`,
    os: `${system ?? type()}, ${type()} ${release()}`.slice(0, 128),
    arch: arch(),
    hostname: hostname(),
    bootId: (peeker.text("/proc/sys/kernel/random/boot_id") ?? "").trim().slice(0, 64),
  };
}

/**
 * The boot, and a number that samples of it which come at most one a second have not reached: its seconds so far. Where
 * the machine has no id for its boot, each start of the agent counts as one.
 */
export function machineBoot(): { boot: string; first: number } {
  const { bootId } = machineFacts();
  const boot = /^[0-9a-f-]{8,64}$/.test(bootId) ? bootId : crypto.randomUUID();
  return { boot, first: Math.ceil(uptime()) + 1 };
}
