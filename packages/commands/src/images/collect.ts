/** images at the agent: the engine's list of images, beside its list of containers. */
import type { AnswerOf } from "@servereye/contract";
import { listContainers, listIn } from "../docker/calls.ts";
import { engineFault } from "../docker/jobs.ts";
import { ImageSummary } from "../docker/shapes/image.ts";
import type { ContainerSummary } from "../docker/shapes/summary.ts";
import { collector } from "../kit.ts";
import { type Image, images, MOST_IMAGES, MOST_TAGS } from "./contract.ts";

/** For each of the two lists, ms. */
const LIST_MS = 4_000;
/** What engines call an image without a name. */
const NAMELESS = "<none>";

export const imagesCollector = collector(images, async (_ask, host): Promise<AnswerOf<typeof images>> => {
  const { engine } = host.docker;
  const [told, { summaries }] = await Promise.all([
    engine.call({ route: "images.list", query: { all: false }, deadlineMs: LIST_MS }),
    listContainers(host, LIST_MS),
  ]).catch((error: unknown) => {
    throw engineFault(error);
  });
  const uses = usesOf(summaries);
  const all = listIn(told.body).flatMap((one): Image[] => {
    const read = ImageSummary.safeParse(one);
    if (!read.success) return [];
    const { Id: id, RepoTags, Size, Created } = read.data;
    const tags = RepoTags.filter((tag) => !tag.startsWith(NAMELESS)).map((tag) =>
      tag.slice(0, 255).toWellFormed(),
    );
    const age = Math.floor(host.now() / 1_000 - Created);
    return [
      {
        ...{ id, tags: tags.slice(0, MOST_TAGS), size: Math.max(0, Size) },
        // Images that are built to be the same each time are dated to the year 1970 or 0.
        ...(Created > 86_400 && age >= 0 ? { age } : {}),
        ...(uses.get(id) ?? { containers: 0, running: 0 }),
      },
    ];
  });
  all.sort((a, b) => b.size - a.size || ((a.tags[0] ?? a.id) < (b.tags[0] ?? b.id) ? -1 : 1));
  const unused = all.filter(({ containers }) => containers === 0);
  return {
    images: all.slice(0, MOST_IMAGES),
    all: sumOf(all),
    unused: sumOf(unused),
    dangling: sumOf(unused.filter(({ tags }) => tags.length === 0)),
  };
});

const sumOf = (some: readonly Image[]) => ({
  count: some.length,
  size: some.reduce((sum, { size }) => sum + size, 0),
});

function usesOf(summaries: readonly ContainerSummary[]): Map<string, Pick<Image, "containers" | "running">> {
  const uses = new Map<string, Pick<Image, "containers" | "running">>();
  for (const { ImageID, State } of summaries) {
    const id = ImageID.startsWith("sha256:") ? ImageID : `sha256:${ImageID}`;
    const { containers, running } = uses.get(id) ?? { containers: 0, running: 0 };
    uses.set(id, { containers: containers + 1, running: running + (State === "running" ? 1 : 0) });
  }
  return uses;
}
