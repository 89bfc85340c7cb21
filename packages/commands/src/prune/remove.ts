/** The removal of what was shown: one by one, each looked at once more, and left where it is not as it was. */
import type { AskOf } from "@servereye/contract";
import { listIn } from "../docker/calls.ts";
import { EngineRefusal } from "../docker/engine.ts";
import { engineFault } from "../docker/jobs.ts";
import { ImageSummary } from "../docker/shapes/image.ts";
import { nameIn } from "../docker/shapes/summary.ts";
import type { Host } from "../host.ts";
import { PRUNE_KINDS, type PruneKind, type PruneResult, type prune } from "./contract.ts";
import { imageDisk } from "./disk.ts";
import { allContainers, namesOf, unusedContainers, unusedImages, unusedNetworks } from "./unused.ts";

type Why = PruneResult["kept"][number]["why"];
interface Piece {
  name: string;
  /** Resolves with why it stayed, or undefined when it is gone. */
  remove: () => Promise<Why | undefined>;
}

const CALL_MS = 60_000;
const MOST_KEPT = 32;

export async function pruneAll(
  host: Host,
  ask: AskOf<typeof prune>,
  told: (kind: PruneKind, at: number, of: number) => void,
): Promise<PruneResult> {
  const before = ask.images.length === 0 ? undefined : await imageDisk(host, CALL_MS);
  const removed = { containers: 0, images: 0, networks: 0 };
  const kept: PruneResult["kept"] = [];
  let wrote = 0;
  const work: Record<PruneKind, () => Promise<Piece[]>> = {
    containers: async () => {
      const all = await allContainers(host, ask.containers.length > 0);
      const free = new Map(unusedContainers(host, all).shown.map((one) => [one.id, one]));
      return ask.containers.map((id) => {
        const there = all.find(({ Id }) => Id === id);
        return {
          name: there === undefined ? id.slice(0, 12) : nameIn(there),
          remove: async () => {
            if (there === undefined) return "gone";
            const one = free.get(id);
            if (one === undefined)
              return unusedContainers(host, [there]).protected > 0 ? "protected" : "used";
            // Without force: one that runs by now is refused by the engine itself. Volumes stay.
            await host.docker.engine.call({
              ...{ route: "container.remove", path: { id }, query: { v: false, force: false } },
              deadlineMs: CALL_MS,
            });
            wrote += one.bytes;
            return undefined;
          },
        };
      });
    },
    images: async () =>
      ask.images.map(({ id, names }) => ({
        name: names[0] ?? id.slice(7, 19),
        remove: () => removeImage(host, id, names),
      })),
    networks: async () => {
      const free = await unusedNetworks(host, await allContainers(host, false));
      return ask.networks.map(({ id, name }) => ({
        name,
        remove: async () => {
          const same = free.find((one) => one.id === id);
          if (same === undefined || same.name !== name) return "used";
          await host.docker.engine.call({
            ...{ route: "network.remove", path: { network: id }, deadlineMs: CALL_MS },
          });
          return undefined;
        },
      }));
    },
  };
  // Containers first: what was theirs alone is unused after that, and goes only if it was shown.
  for (const kind of PRUNE_KINDS) {
    if (ask[kind].length === 0) continue;
    const pieces = await work[kind]();
    for (const [at, piece] of pieces.entries()) {
      told(kind, at, pieces.length);
      const { why, said } = await attempt(piece);
      if (why === undefined) removed[kind]++;
      else kept.push({ kind, name: piece.name, why, ...(said === undefined ? {} : { said }) });
    }
    told(kind, pieces.length, pieces.length);
  }
  const after = before && (await imageDisk(host, CALL_MS));
  const layers = before && after ? Math.max(0, before.layers - after.layers) : 0;
  return {
    ...{ removed, freed: Math.floor(layers + wrote), kept: kept.slice(0, MOST_KEPT) },
    keptMore: Math.max(0, kept.length - MOST_KEPT),
  };
}

/**
 * By its id, so that nothing else can go in its place. An engine refuses that while it has several names: of those, all
 * but the last go by name, each only if it is this image's right before.
 */
async function removeImage(host: Host, id: string, names: readonly string[]): Promise<Why | undefined> {
  const { engine } = host.docker;
  const remove = (image: string) =>
    engine.call({
      ...{ route: "image.remove", path: { image }, query: { force: false, noprune: false } },
      deadlineMs: CALL_MS,
    });
  const first = await namesNow(host, id);
  if (first === undefined) return "gone";
  if (first.some((name) => !names.includes(name))) return "changed";
  const free = await unusedImages(host, await allContainers(host, false), "unused");
  if (!free.some((image) => image.id === id)) return "used";
  // As often as it had names at the most: none is given it meanwhile without an end to this.
  for (const _ of first) {
    const now = await namesNow(host, id);
    // Gone between two looks: so it was to be.
    if (now === undefined) return undefined;
    if (now.some((name) => !names.includes(name))) return "changed";
    const [name, ...others] = now;
    if (name === undefined || others.length === 0) break;
    await remove(name);
  }
  await remove(id);
  return undefined;
}

/** The names an image has now; undefined: it is gone. */
async function namesNow(host: Host, id: string): Promise<string[] | undefined> {
  const { body } = await host.docker.engine.call({ route: "images.list", deadlineMs: CALL_MS });
  const there = listIn(body)
    .flatMap((one) => ImageSummary.safeParse(one).data ?? [])
    .find((image) => image.Id === id);
  return there && namesOf(there);
}

async function attempt({ remove }: Piece): Promise<{ why?: Why; said?: string }> {
  try {
    const why = await remove();
    return why === undefined ? {} : { why };
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    if (error.status === 404) return { why: "gone" };
    return { why: error.status === 409 ? "used" : "refused", said: engineFault(error).message.slice(0, 300) };
  }
}
