/** Credentials for registries, from the Docker configuration on this server. They go to the engine and nowhere else. */
import { open } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { DOCKER_HUB, type RegistryLogin, registryOf } from "@servereye/commands/agent";
import * as z from "zod/mini";

/** A Docker configuration is a few hundred bytes; more than this is none. */
const MOST_BYTES = 1024 * 1024;

const Text = z.optional(z.string());
const Kept = z.object({
  auth: Text,
  username: Text,
  password: Text,
  identitytoken: Text,
  registrytoken: Text,
});
const Configuration = z.object({
  auths: z.optional(z.nullable(z.record(z.string(), z.nullable(Kept)))),
  credsStore: Text,
  credHelpers: z.optional(z.nullable(z.record(z.string(), z.string()))),
});
type Configuration = z.infer<typeof Configuration>;

/** For the registry of an image, of `config.json` in $DOCKER_CONFIG, or in `~/.docker` of the agent's user. */
export const registryAuth = (image: string): Promise<RegistryLogin> =>
  registryAuthIn(process.env.DOCKER_CONFIG || join(homedir(), ".docker"), image);

/** It is read each time: who logs in on the server need not start the agent again. */
export async function registryAuthIn(folder: string, image: string): Promise<RegistryLogin> {
  const configuration = await read(join(folder, "config.json"));
  if (configuration === undefined || configuration === "unreadable")
    return { kept: configuration === undefined ? "none" : "unreadable" };
  const host = registryOf(image);
  const entry = Object.entries(configuration.auths ?? {}).find(([key]) => hostOf(key) === host);
  const header = entry?.[1] && headerOf(entry[1], entry[0]);
  if (header) return { kept: "here", header };
  const helped = Object.keys(configuration.credHelpers ?? {}).some((key) => hostOf(key) === host);
  // Where a store is used, logging in leaves an empty entry here and the credentials there.
  if (helped || (configuration.credsStore && entry !== undefined)) return { kept: "helper" };
  return { kept: "none" };
}

async function read(path: string): Promise<Configuration | "unreadable" | undefined> {
  try {
    const file = await open(path);
    try {
      if ((await file.stat()).size > MOST_BYTES) return "unreadable";
      const parsed = Configuration.safeParse(JSON.parse(await file.readFile("utf8")));
      return parsed.success ? parsed.data : "unreadable";
    } finally {
      await file.close();
    }
  } catch (error) {
    // No reason is passed on: a fault of JSON quotes the text, which is a secret.
    return error instanceof Error && "code" in error && error.code === "ENOENT" ? undefined : "unreadable";
  }
}

/** The host of a key: written with or without scheme and path (`https://index.docker.io/v1/`). */
function hostOf(key: string): string {
  const host = key.replace(/^https?:\/\//, "").replace(/\/.*$/s, "");
  return host === "docker.io" || host === "registry-1.docker.io" ? DOCKER_HUB : host;
}

/**
 * As the Engine API wants it: AuthConfig as JSON in base64 of the URL's alphabet, padded; undefined when nothing is
 * kept in it.
 */
function headerOf(kept: z.infer<typeof Kept>, serveraddress: string): string | undefined {
  const { identitytoken, registrytoken } = kept;
  const pair = kept.auth ? Buffer.from(kept.auth, "base64").toString("utf8").replace(/\0+$/, "") : "";
  const colon = pair.indexOf(":");
  const username = colon < 0 ? kept.username : pair.slice(0, colon);
  const password = colon < 0 ? kept.password : pair.slice(colon + 1);
  const token = identitytoken || registrytoken;
  if (!token && !(username && password)) return undefined;
  const told = {
    ...(username ? { username } : {}),
    // With an identity token the user stands for nobody ("<token>"), and has no password.
    ...(password && !identitytoken ? { password } : {}),
    ...(identitytoken ? { identitytoken } : {}),
    ...(registrytoken ? { registrytoken } : {}),
    serveraddress,
  };
  return Buffer.from(JSON.stringify(told)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
