/** The engine's own account of what its images take. */
import * as z from "zod/mini";
import { listIn } from "../docker/calls.ts";
import type { Host } from "../host.ts";

const Account = z.object({ LayersSize: z.catch(z.optional(z.number()), undefined), Images: z.unknown() });
const Shared = z.object({ Id: z.string(), SharedSize: z.number() });

export interface ImageDisk {
  /** Bytes of all layers, each counted once. */
  layers: number;
  /** By image id: bytes it shares with others. */
  shared: ReadonlyMap<string, number>;
}

/** Undefined where the engine does not tell: it counts for somebody else, is too slow, or a proxy is in between. */
export async function imageDisk(host: Host, deadlineMs: number): Promise<ImageDisk | undefined> {
  try {
    const { body } = await host.docker.engine.call({
      ...{ route: "disk.usage", query: { type: "image" }, deadlineMs },
    });
    const { LayersSize, Images } = Account.parse(body);
    if (LayersSize === undefined) return undefined;
    const shared = listIn(Images).flatMap((one) => Shared.safeParse(one).data ?? []);
    return {
      layers: LayersSize,
      shared: new Map(shared.map(({ Id, SharedSize }) => [Id, Math.max(0, SharedSize)])),
    };
  } catch {
    // Sizes are for the eye: without them everything else is as true.
    return undefined;
  }
}
