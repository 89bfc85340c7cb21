/** inspect: how one container is set up. No value of its environment leaves the server, nor what looks like a secret elsewhere. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";
import { ContainerId } from "../docker/grammar.ts";
import { Subject } from "../docker/subject.ts";

/** Of networks, mounts, ports, variables and labels told at the most, each. */
export const MOST_ROWS = 60;
/** Characters of a command and the like, and of a label's value. */
export const LONGEST_TEXT = 300;
export const LONGEST_LABEL = 100;

const line = (longest: number) => z.string().check(z.maxLength(longest));
const text = z.optional(line(LONGEST_TEXT));
const count = z.optional(z.number().check(z.nonnegative()));
const rows = <T extends z.ZodMiniType>(row: T) => z.array(row).check(z.maxLength(MOST_ROWS));

export const inspect = command({
  name: "inspect",
  about: "how a container is set up",
  needs: "viewer",
  ask: z.object({ container: ContainerId }),
  answer: z.object({
    subject: Subject,
    image: line(255),
    imageId: line(80),
    /** Epoch ms. */
    created: z.optional(z.int()),
    exitCode: z.int(),
    oomKilled: z.boolean(),
    /** The engine's own words about why it could not start. */
    error: text,
    restarts: z.int().check(z.nonnegative()),
    entrypoint: text,
    command: text,
    folder: text,
    /** Absent: root. */
    user: text,
    /** `no`, `always`, `unless-stopped`, `on-failure`; and how often at the most. */
    restartPolicy: line(32),
    restartTimes: count,
    stopSignal: line(16),
    /** Absent: it is waited for for ever. */
    stopSeconds: count,
    /** Bytes, processors' worth, processors by number, processes; absent: no limit. */
    memoryLimit: count,
    cpuLimit: count,
    processors: text,
    pidsLimit: count,
    privileged: z.boolean(),
    readOnly: z.boolean(),
    autoRemove: z.boolean(),
    /** `host`, `none`, `bridge` ... */
    networkMode: line(128),
    networks: rows(z.object({ name: line(128), addresses: z.array(line(64)).check(z.maxLength(2)) })),
    ports: rows(line(128)),
    mounts: rows(
      z.object({
        kind: line(16),
        /** A folder of the machine, or a volume's name. */
        source: line(LONGEST_TEXT),
        target: line(LONGEST_TEXT),
        readOnly: z.boolean(),
        /** The engine's own socket: whoever has it is root. */
        socket: z.optional(z.literal(true)),
      }),
    ),
    /** Names alone. */
    environment: rows(line(128)),
    labels: rows(z.object({ name: line(128), value: line(LONGEST_LABEL) })),
    /** Of each list, what could not be told. */
    more: z.record(z.string(), z.int()),
    health: z.optional(
      z.object({
        status: line(16),
        test: line(LONGEST_TEXT),
        streak: z.int().check(z.nonnegative()),
        exitCode: z.optional(z.int()),
        /** The end of what its last check wrote, where logs may be read. */
        said: text,
      }),
    ),
  }),
});
