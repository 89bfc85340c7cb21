/** What of an engine's things nobody uses: stopped containers, images without a container, networks without one. */
import type { AnswerOf } from "@servereye/contract";
import * as z from "zod/mini";
import { listIn } from "../docker/calls.ts";
import { ContainerState } from "../docker/container-state.ts";
import { ContainerName, VolumeName } from "../docker/grammar.ts";
import { protection } from "../docker/protect.ts";
import { ImageSummary } from "../docker/shapes/image.ts";
import { ContainerSummary, nameIn } from "../docker/shapes/summary.ts";
import { markIn, UPDATE_LABEL } from "../docker/update-mark.ts";
import type { Host } from "../host.ts";
import type { prunePreview } from "./contract.ts";

type Preview = AnswerOf<typeof prunePreview>;
type Shown = { [K in "containers" | "images" | "networks"]: Preview[K][number] };

/** Of counting what each container wrote, which takes the engine a while. */
const SIZES_MS = 25_000;
const CALL_MS = 10_000;
/** A container has these while it does nothing and nobody waits for it. */
const STOPPED = new Set(["created", "exited", "dead"]);
/** What every engine has of itself. */
const OWN_NETWORKS = new Set(["bridge", "host", "none", "ingress", "docker_gwbridge", "podman"]);
const Sized = z.object({
  ...ContainerSummary.shape,
  SizeRw: z.catch(z.number(), 0),
  NetworkSettings: z.catch(z.object({ Networks: z.catch(z.record(z.string(), z.unknown()), {}) }), {
    Networks: {},
  }),
});
type Sized = z.infer<typeof Sized>;

const NetworkSummary = z.object({
  Id: z.string().check(z.regex(/^[0-9a-z]{12,64}$/)),
  Name: VolumeName,
  Ingress: z.catch(z.boolean(), false),
});

/** All containers; with what each wrote only if asked. */
export async function allContainers(host: Host, size: boolean): Promise<Sized[]> {
  const { body } = await host.docker.engine.call({
    ...{ route: "containers.list", query: { all: true, ...(size ? { size: true } : {}) } },
    deadlineMs: size ? SIZES_MS : CALL_MS,
  });
  return listIn(body).flatMap((one) => Sized.safeParse(one).data ?? []);
}

/** Ids of containers that an unfinished update still needs. */
function inUpdates(all: readonly Sized[]): ReadonlySet<string> {
  const ids = new Set(all.map(({ Id }) => Id));
  return new Set(
    all.flatMap(({ Id, Labels }) => {
      const old = markIn(Labels[UPDATE_LABEL])?.oldId;
      return old !== undefined && ids.has(old) ? [Id, old] : [];
    }),
  );
}

export function unusedContainers(
  host: Host,
  all: readonly Sized[],
): { shown: Shown["containers"][]; protected: number } {
  const busy = inUpdates(all);
  const stopped = all.filter(({ Id, State }) => STOPPED.has(State) && !busy.has(Id));
  const free = stopped.filter(
    (one) => protection(host, { id: one.Id, name: nameIn(one), labels: one.Labels }) === undefined,
  );
  const shown = free.flatMap((one) => {
    const name = ContainerName.safeParse(nameIn(one)).data;
    if (name === undefined) return [];
    return {
      ...{ id: one.Id, name, image: one.Image.slice(0, 255), bytes: Math.max(0, one.SizeRw) },
      state: ContainerState.safeParse(one.State).data ?? ("unknown" as const),
      created: Math.floor(one.Created),
    };
  });
  return { shown: shown.sort((a, b) => a.created - b.created), protected: stopped.length - free.length };
}

/** Of an image that no container has, stopped ones included. `shared`: bytes it shares with others, by its id. */
export async function unusedImages(
  host: Host,
  all: readonly Sized[],
  which: "dangling" | "unused",
  shared: ReadonlyMap<string, number> = new Map(),
): Promise<Shown["images"][]> {
  const { body } = await host.docker.engine.call({
    ...{ route: "images.list", query: { all: false }, deadlineMs: CALL_MS },
  });
  const used = new Set(all.map(({ ImageID }) => ImageID.replace("sha256:", "")));
  return listIn(body)
    .flatMap((one) => ImageSummary.safeParse(one).data ?? [])
    .filter(({ Id }) => !used.has(Id.replace("sha256:", "")))
    .map((image) => {
      const was = formerName(image);
      return {
        ...{ id: image.Id, names: namesOf(image), created: Math.floor(image.Created) },
        ...(was === undefined ? {} : { was }),
        bytes: Math.max(0, Math.floor(image.Size - (shared.get(image.Id) ?? 0))),
      };
    })
    .filter(({ names }) => which === "unused" || names.length === 0)
    .sort((a, b) => b.bytes - a.bytes);
}

/** Its tags, all of them: what is not named is not shown. */
export const namesOf = ({ RepoTags }: Pick<ImageSummary, "RepoTags">): string[] =>
  RepoTags.filter((tag) => !tag.startsWith("<none>"));

/** What one without a name was pulled as: its tag has gone to a newer one since. */
const formerName = ({ RepoDigests }: ImageSummary): string | undefined =>
  RepoDigests.find((digest) => !digest.startsWith("<none>"))
    ?.replace(/@.*$/s, "")
    .slice(0, 255);

/** Networks that a person or Compose made and that no container has, stopped ones included. */
export async function unusedNetworks(host: Host, all: readonly Sized[]): Promise<Shown["networks"][]> {
  const { body } = await host.docker.engine.call({ route: "networks.list", deadlineMs: CALL_MS });
  const used = new Set(all.flatMap(({ NetworkSettings }) => Object.keys(NetworkSettings.Networks)));
  return listIn(body)
    .flatMap((one) => NetworkSummary.safeParse(one).data ?? [])
    .filter(({ Name, Ingress }) => !OWN_NETWORKS.has(Name) && !Ingress && !used.has(Name))
    .map(({ Id, Name }) => ({ id: Id, name: Name }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
