/** Takes away whatever a test's container engine left: processes, groups of processes, mounts, its bridge, its files. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/** Folders of engines in the place for temporary ones begin so, then comes the process of their test. */
export const PREFIX = "se-docker-";
const CGROUPS = "/sys/fs/cgroup";

/** `folder` is the engine's own; its name is also that of its control groups. */
export function sweep(folder: string): void {
  // What is killed may have started another just before: until nobody is left, for 10 s.
  const end = performance.now() + 10_000;
  for (;;) {
    const alive = [...own(folder), ...contained(basename(folder))];
    if (alive.length === 0) break;
    if (performance.now() > end) throw new Error(`processes of ${folder} do not end: ${alive.join(", ")}`);
    thaw(basename(folder));
    for (const pid of alive) kill(pid);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
  for (const mount of mountsIn(folder)) execFileSync("umount", ["-l", mount], { timeout: 10_000 });
  for (const group of groups(basename(folder))) removeGroup(group);
  // Those that are not there are told to nobody: without networks there are none.
  for (const bridge of [`se${folder.slice(-6)}`, ...bridgesOf(folder)])
    spawnSync("ip", ["link", "del", bridge], { stdio: "ignore", timeout: 10_000 });
  rmSync(folder, { recursive: true, force: true });
}

/** dockerd, containerd, its shims: each names the folder in its arguments. First those who would start others again. */
function own(folder: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), line: text(`/proc/${name}/cmdline`).split("\0") }))
    .filter(({ line }) =>
      line.slice(1).some((word) => word.startsWith(`${folder}/`) || word === `unix://${folder}/s`),
    )
    .sort((a, b) => a.pid - b.pid)
    .map(({ pid }) => pid);
}

/** Whoever runs in one of its containers. */
function contained(name: string): number[] {
  const pids = groups(name)
    .flatMap((group) => [group, ...below(group)])
    .flatMap((group) => text(join(group, "cgroup.procs")).split("\n"))
    .filter((line) => line !== "")
    .map(Number);
  return [...new Set(pids)];
}

/** Of version 1 what is paused does not even end by SIGKILL. */
function thaw(name: string): void {
  const frozen = join(CGROUPS, "freezer", name);
  for (const group of [frozen, ...below(frozen)]) {
    const state = join(group, "freezer.state");
    if (text(state).trim() !== "THAWED" && existsSync(state)) writeFileSync(state, "THAWED");
  }
}

/** Version 1 has a tree for each controller, version 2 one for all. */
function groups(name: string): string[] {
  return [CGROUPS, ...folders(CGROUPS)].map((tree) => join(tree, name)).filter((group) => existsSync(group));
}

const folders = (path: string): string[] => {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((one) => one.isDirectory())
      .map((one) => join(path, one.name));
  } catch {
    // Gone meanwhile, with those who were in it.
    return [];
  }
};

const below = (path: string): string[] => folders(path).flatMap((one) => [one, ...below(one)]);

function removeGroup(path: string): void {
  for (const one of folders(path)) removeGroup(one);
  try {
    rmdirSync(path);
  } catch (error) {
    // The kernel takes its time to count the dead; an empty group that stays harms nobody.
    process.stderr.write(`left behind: ${path} (${error instanceof Error ? error.message : error})\n`);
  }
}

/** Of the networks that were made in it; their names stand in its own file. */
const bridgesOf = (folder: string): Iterable<string> =>
  new Set(text(join(folder, "d/network/files/local-kv.db")).match(/\bbr-[0-9a-f]{12}\b/g));

function mountsIn(folder: string): string[] {
  return text("/proc/self/mountinfo")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((point) => point.startsWith(`${folder}/`))
    .reverse();
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Ended by itself meanwhile.
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // A process or group that is gone has nothing to tell.
    return "";
  }
}
