/** What an image's reference says: registry, name, and the tag or digest that is meant. */

/** The registry of a name that has none, as Docker's configuration calls it. */
export const DOCKER_HUB = "index.docker.io";

export interface Reference {
  /** Without tag and digest, as it was written. */
  name: string;
  /** `latest` where neither tag nor digest was written. */
  tag?: string;
  /** `sha256:…`. Where there is one, the tag is only for its reader. */
  digest?: string;
  /** With tag or digest. */
  whole: string;
}

/** Of a text that fits the grammar `ImageReference`. */
export function referenceOf(image: string): Reference {
  const at = image.indexOf("@");
  const [before, digest] = at < 0 ? [image] : [image.slice(0, at), image.slice(at + 1)];
  const colon = before.lastIndexOf(":");
  const tagged = colon > before.lastIndexOf("/");
  const name = tagged ? before.slice(0, colon) : before;
  const tag = tagged ? before.slice(colon + 1) : undefined;
  if (digest !== undefined) return { name, digest, whole: `${name}@${digest}`, ...(tag ? { tag } : {}) };
  return { name, tag: tag ?? "latest", whole: `${name}:${tag ?? "latest"}` };
}

/**
 * The host (and port) of the registry, by the rule of the distribution project: the first part is one if it has a dot,
 * a colon or a capital letter, or is `localhost`; else it is Docker Hub.
 */
export function registryOf(image: string): string {
  const { name } = referenceOf(image);
  const first = name.includes("/") ? name.slice(0, name.indexOf("/")) : "";
  const host = /[.:A-Z]/.test(first) || first === "localhost" ? first : DOCKER_HUB;
  return host === "docker.io" ? DOCKER_HUB : host;
}
