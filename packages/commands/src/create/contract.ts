/** create_container: a new container from an image, within what the server's policy lets it be given. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";
import { ImageReference, NewName, VolumeName } from "../docker/grammar.ts";
import { JobId, JobState } from "../docker/job-state.ts";

/** By their regular expressions: the library's own kinds for them would cost the agent's one file a kilobyte more. */
const Address = z.union([
  z.string().check(z.regex(z.regexes.ipv4)),
  z.string().check(z.regex(z.regexes.ipv6)),
]);

const Port = z.int().check(z.minimum(1), z.maximum(65_535));

export const CreatePort = z.object({
  inside: Port,
  protocol: z.enum(["tcp", "udp", "sctp"]),
  /** On the machine; absent: the engine takes a free one. */
  outside: z.optional(Port),
  /** The machine's address to publish at; absent: all of them. */
  address: z.optional(Address),
});
export type CreatePort = z.infer<typeof CreatePort>;

/** Absolute and normal, at most 1,024 characters: no `..`, no `.`, no empty part, no control character, no comma or colon. */
export const FolderPath = z
  .string()
  .check(z.maxLength(1_024), z.regex(/^\/(?:(?!\.{1,2}(?:\/|$))[^/\p{Cc}:,\\]+(?:\/(?!$)|$))*$/u));

/** A variable of the environment. Its value is a secret: it goes into no log, message or audit. */
export const CreateVariable = z.object({
  name: z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/)),
  value: z.string().check(z.maxLength(8_192), z.regex(/^[^\0]*$/)),
});
export type CreateVariable = z.infer<typeof CreateVariable>;

export const CreateVolume = z.object({
  /** A folder (or file) of the machine, or a volume of the engine's by name (made when there is none). */
  from: z.union([z.object({ path: FolderPath }), z.object({ volume: NewName })]),
  to: FolderPath,
  readOnly: z.optional(z.literal(true)),
});
export type CreateVolume = z.infer<typeof CreateVolume>;

export const RESTARTS = ["no", "on-failure", "unless-stopped", "always"] as const;
/** The machine's own namespaces that a container can be put in. */
export const HOST_NAMESPACES = ["network", "pid", "ipc", "uts", "user"] as const;
/** `what` of its steps, in order; `pull` only if the image is not there, `undo` only if it could not start. */
export const CREATE_STAGES = ["pull", "create", "start", "undo"] as const;

/**
 * A job. Refused at once, before it begins (POLICY_REFUSED, values `policy` and `line`): what needs `images.pull`,
 * `create.privileged`, `create.host`, `create.capabilities` or `create.devices` in SERVEREYE_AGENT_ALLOW, and folders
 * that are not below SERVEREYE_AGENT_BIND_ROOTS (`policy`: `create.binds`).
 */
export const create = command({
  name: "create_container",
  about: "create a container from an image",
  needs: "operator",
  policy: "containers.create",
  deadlineMs: 10_000,
  ask: z.object({
    job: JobId,
    image: ImageReference,
    name: NewName,
    ports: z.array(CreatePort).check(z.maxLength(64)),
    env: z.array(CreateVariable).check(z.maxLength(128)),
    volumes: z.array(CreateVolume).check(z.maxLength(32)),
    restart: z.enum(RESTARTS),
    /** One that is there already; absent: the engine's default bridge. `host` counts as the machine's namespace. */
    network: z.optional(VolumeName),
    /** Instead of the image's own. */
    command: z.optional(
      z
        .array(z.string().check(z.maxLength(4_096), z.regex(/^[^\0]*$/)))
        .check(z.minLength(1), z.maxLength(64)),
    ),
    privileged: z.optional(z.literal(true)),
    /** As the kernel names them, without `CAP_`. */
    capAdd: z.optional(z.array(z.string().check(z.regex(/^[A-Z][A-Z_]{2,31}$/))).check(z.maxLength(48))),
    /** Paths in `/dev`. */
    devices: z.optional(z.array(FolderPath).check(z.maxLength(16))),
    hostNamespaces: z.optional(z.array(z.enum(HOST_NAMESPACES)).check(z.maxLength(HOST_NAMESPACES.length))),
    /** Whether it is started too. */
    start: z.boolean(),
  }),
  answer: JobState,
});

export { CreateResult } from "./result.ts";
