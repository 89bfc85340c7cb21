/** prune on the agent: the preview, and the job that removes what was in it. */
import type { JobStep } from "../docker/engine.ts";
import { collector } from "../kit.ts";
import {
  MOST_NAMES,
  MOST_PRUNED,
  type PruneKind,
  type PrunePreview,
  prune,
  prunePreview,
} from "./contract.ts";
import { imageDisk } from "./disk.ts";
import { pruneAll } from "./remove.ts";
import { allContainers, unusedContainers, unusedImages, unusedNetworks } from "./unused.ts";

/** Of the engine's account of its disk, which may take it long; without it sizes count shared layers too, ms. */
const DISK_MS = 15_000;

export const prunePreviewCollector = collector(prunePreview, async ({ images = "dangling" }, host) => {
  const [all, disk] = await Promise.all([allContainers(host, true), imageDisk(host, DISK_MS)]);
  const containers = unusedContainers(host, all);
  const unused = await unusedImages(host, all, images, disk?.shared);
  const networks = await unusedNetworks(host, all);
  const tellable = unused.filter(({ names }) => names.length <= MOST_NAMES);
  const left = (found: readonly unknown[]): number => Math.max(0, found.length - MOST_PRUNED);
  return {
    containers: containers.shown.slice(0, MOST_PRUNED),
    images: tellable.slice(0, MOST_PRUNED),
    networks: networks.slice(0, MOST_PRUNED),
    left: {
      containers: left(containers.shown),
      images: unused.length - Math.min(tellable.length, MOST_PRUNED),
      networks: left(networks),
    },
    protected: containers.protected,
  } satisfies PrunePreview;
});

export const pruneCollector = collector(prune, async (ask, host) => {
  const { jobs } = host.docker;
  const state = jobs.begin(ask.job, prune.name, (progress) => {
    const steps = new Map<PruneKind, JobStep>();
    return pruneAll(host, ask, (kind, at, of) => {
      steps.set(kind, { what: kind, state: at === of ? "done" : "running", said: `${at} of ${of}` });
      progress.steps([...steps.values()]);
    });
  });
  return { ...state, steps: [...state.steps] };
});
