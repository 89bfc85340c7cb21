/** Docker's grammar of the names and ids that may go to an engine. What does not fit goes nowhere. */
import * as z from "zod/mini";

/** Of containers: whole (64 digits), or as short as Docker prints them. */
export const ContainerId = z.string().check(z.regex(/^[0-9a-f]{12,64}$/));

/** Of containers. Docker has no longest; Linux takes 64 for a host name and ServerEye 128. */
export const ContainerName = z.string().check(z.regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/));

/** Of what is to be made, containers and volumes: Docker refuses names of one character, which Podman gives and are read. */
export const NewName = z.string().check(z.regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/));

/** Of volumes and of networks: the same grammar, and no path. */
export const VolumeName = z.string().check(z.regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/));

/** Of images: `sha256:` and 64 digits. */
export const ImageId = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/));

/**
 * What names an image: `[host[:port]/]path[:tag][@digest]`, after the grammar of the distribution project's reference
 * package, at most 255 characters.
 */
export const ImageReference = z
  .string()
  .check(
    z.maxLength(255),
    z.regex(
      /^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]{1,5})?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
    ),
  );

/** Of a Compose project or service, as its labels say it. */
export const ComposeName = z.string().check(z.regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/));
