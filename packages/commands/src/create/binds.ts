/** Which folders of the machine a created container may be given: those below the owner's roots, links followed. */
import { Fault } from "@servereye/contract";
import type { Docker } from "../docker/engine.ts";
import { refused } from "../docker/policy.ts";

type Machine = Pick<Docker, "policy" | "realPath" | "sockets">;

/**
 * Where the path really leads. POLICY_REFUSED (policy `create.binds`) unless that is a root or below one, and no way to
 * the engine itself; CONTAINER_ACTION_FAILED when there is nothing there. Of what is outside the roots nobody learns
 * whether it is there.
 */
export async function allowedFolder(docker: Machine, path: string): Promise<string> {
  const { policy, realPath, sockets } = docker;
  const roots = (await Promise.all(policy.bindRoots.map(realPath))).filter((root) => root !== undefined);
  const real = await realPath(path);
  // A root as its owner wrote it, so that what is missing below it is told as missing.
  if (real === undefined && policy.bindRoots.some((root) => isIn(path, root)))
    throw new Fault("CONTAINER_ACTION_FAILED", `there is no ${path} on the server`, {
      values: { stage: "create", reason: `there is no ${path} on the server`, path },
    });
  if (real === undefined || !roots.some((root) => isIn(real, root))) throw refusedFolder(policy, path);
  const dangerous = (await sockets()).some((socket) => isIn(socket, real));
  if (dangerous && !roots.includes(real)) throw refusedFolder(policy, real);
  return real;
}

const isIn = (path: string, root: string): boolean =>
  path === root || path.startsWith(root.endsWith("/") ? root : `${root}/`);

const refusedFolder = ({ bindRoots }: Docker["policy"], path: string): Fault =>
  refused("create.binds", `SERVEREYE_AGENT_BIND_ROOTS=${[...bindRoots, path].join(",")}`);
