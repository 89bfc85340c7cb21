/** pull on the agent: the job that fetches an image. */
import { imageOf, pullImage } from "../docker/pulling.ts";
import { referenceOf } from "../docker/reference.ts";
import { collector } from "../kit.ts";
import { type PullResult, pull } from "./contract.ts";

export const pullCollector = collector(pull, async ({ job, image }, host) => {
  const { whole } = referenceOf(image);
  const state = host.docker.jobs.begin(job, pull.name, async (progress): Promise<PullResult> => {
    const before = await imageOf(host, whole);
    const { Id: id, Size } = await pullImage(host, whole, (layers) => progress.steps(layers.steps()));
    return {
      image: whole,
      id,
      bytes: Math.max(0, Size),
      ...(before === undefined ? {} : { was: before.Id }),
    };
  });
  return { ...state, steps: [...state.steps] };
});
