/** Whether a container is the one the agent itself runs in: what ends it ends the agent in the middle of its answer. */
import type { Host } from "../host.ts";

/** What of the machine tells it. */
export type Around = Pick<Host, "docker" | "peekText">;

/** The kernel's words about this process, which stay the same as long as it runs. */
const kept = new WeakMap<object, { mounts: string; cgroup: string }>();

/**
 * The files that Docker and Podman mount at /etc into each container come from a folder with its id (proc(5),
 * mountinfo: root, then mount point). Other mounts with an id in them are other containers', seen from the machine.
 * `id`: whole.
 */
export function isSelf(host: Around, id: string): boolean {
  const { mounts, cgroup } = kept.get(host.docker) ?? {
    mounts: host.peekText("/proc/self/mountinfo") ?? "",
    cgroup: host.peekText("/proc/self/cgroup") ?? "",
  };
  kept.set(host.docker, { mounts, cgroup });
  // The list asks it of each of hundreds.
  if (!mounts.includes(id) && !cgroup.includes(id)) return false;
  return new RegExp(`/${id}/\\S* /etc/`).test(mounts) || cgroup.includes(`/${id}`);
}
