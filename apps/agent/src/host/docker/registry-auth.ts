/** Credentials for registries, from the Docker configuration on this server. */

/** X-Registry-Auth for the registry of an image; undefined: none kept. A secret. */
export async function registryAuth(_image: string): Promise<string | undefined> {
  return undefined;
}
