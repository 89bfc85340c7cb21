/** Fetching an image with the server's own credentials, told layer by layer, and given up when nothing comes any more. */
import { Fault, withoutSecrets } from "@servereye/contract";
import * as z from "zod/mini";
import type { Host } from "../host.ts";
import { EngineRefusal } from "./engine.ts";
import { Layers, PullLine } from "./layers.ts";
import { jsonLines } from "./lines.ts";
import { referenceOf } from "./reference.ts";
import { ImageSummary } from "./shapes/image.ts";

/** Without a single byte of progress, and in all, ms. */
export const QUIET_MS = 60_000;
export const LONGEST_MS = 15 * 60_000;
/** Of what the engine knows by itself, ms. */
const CALL_MS = 10_000;

/** One image as the engine tells it. */
const Image = z.object({
  Id: ImageSummary.shape.Id,
  /** None: it never was in a registry. */
  RepoDigests: ImageSummary.shape.RepoDigests,
  Size: z.catch(z.number(), 0),
  /** What containers made from it inherit; of no fixed form here. */
  Config: z.catch(z.record(z.string(), z.unknown()), {}),
});
export type Image = z.infer<typeof Image>;

/** Undefined when there is none such on this server. */
export async function imageOf(host: Host, image: string): Promise<Image | undefined> {
  try {
    const { body } = await host.docker.engine.call({
      route: "image.inspect",
      path: { image },
      deadlineMs: CALL_MS,
    });
    return Image.parse(body);
  } catch (error) {
    if (error instanceof EngineRefusal && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Rejects with IMAGE_UNAVAILABLE (values `image`, `why`, `reason`, `login`: see pull/contract.ts) when the registry or
 * the engine gives none. `told` is called as its layers come.
 */
export async function pullImage(host: Host, image: string, told: (layers: Layers) => void): Promise<Image> {
  const { whole, name, tag, digest } = referenceOf(image);
  const { kept, header } = await host.docker.registryAuth(whole);
  const failed = (why: Why, reason: string, cause?: unknown): Fault =>
    new Fault("IMAGE_UNAVAILABLE", `${whole}: ${why}`, {
      values: {
        ...{ image: whole, why, login: kept === "here" ? "sent" : kept },
        // Cut after its secrets were taken out, or half of one may be left at its end.
        reason: withoutSecrets(reason).slice(0, 300).toWellFormed(),
      },
      cause,
    });
  const layers = new Layers();
  const began = host.monotonic();
  let progress = { moved: 0, at: began };
  try {
    const bytes = await host.docker.engine.stream({
      route: "images.pull",
      query: { fromImage: name, tag: digest ?? tag ?? "latest" },
      ...(header === undefined ? {} : { registryAuth: header }),
      ...{ deadlineMs: QUIET_MS, quietMs: QUIET_MS },
    });
    for await (const value of jsonLines(bytes)) {
      const line = PullLine.safeParse(value).data;
      const said = line?.errorDetail?.message ?? line?.error;
      if (said !== undefined) throw failed(whyOf(said), said);
      if (line !== undefined) {
        layers.take(line);
        told(layers);
      }
      const now = host.monotonic();
      if (layers.moved !== progress.moved) progress = { moved: layers.moved, at: now };
      if (now - progress.at > QUIET_MS) throw failed("slow", line?.status ?? "");
      if (now - began > LONGEST_MS) throw failed("slow", `more than ${LONGEST_MS / 60_000} minutes`);
    }
  } catch (error) {
    if (error instanceof EngineRefusal) throw failed(whyOf(error.said), error.said, error);
    // The engine is there and says nothing: it waits for its registry.
    if (error instanceof Fault && error.code === "DOCKER_UNAVAILABLE" && error.values.reason === "silent")
      throw failed("slow", "no word for a minute", error);
    throw error;
  }
  const pulled = await imageOf(host, whole);
  if (pulled === undefined) throw failed("refused", "it is not there after all");
  return pulled;
}

type Why = "absent" | "denied" | "unreachable" | "full" | "slow" | "refused";

/** By the words of Docker, Podman and the registries, which have no codes for it. */
const WORDS: readonly [RegExp, Why][] = [
  [/no space left|disk quota/i, "full"],
  // Docker Hub says the same of what is not there and what is not shown.
  [/pull access denied|repository does not exist|repository name not known/i, "absent"],
  [/unauthori[sz]ed|authentication required|no basic auth|denied|forbidden|incorrect username/i, "denied"],
  [/manifest.{0,300}(unknown|not found)|not found|no such image|name unknown/i, "absent"],
  [
    /dial tcp|connection (refused|reset)|no such host|timeout|timed out|unreachable|x509|tls:|HTTP response to HTTPS|\bEOF\b|50[0-4]/i,
    "unreachable",
  ],
];

export const whyOf = (said: string): Why => WORDS.find(([words]) => words.test(said))?.[1] ?? "refused";
