/** One container as `/containers/{id}/json` tells it: what readings need of it. What is odd is taken for not told. */
import * as z from "zod/mini";
import { ContainerId } from "../grammar.ts";

const text = z.catch(z.string(), "");
const number = z.catch(z.number(), 0);
const yes = z.catch(z.boolean(), false);
const texts = z.catch(z.array(z.string()), []);
const labels = z.catch(z.record(z.string(), z.string()), {});
/** Podman tells some single words where Docker tells lists. */
const words = z.catch(
  z.union([
    z.array(z.string()),
    z.pipe(
      z.string(),
      z.transform((one) => [one]),
    ),
  ]),
  [],
);

const Health = z.object({
  Status: text,
  FailingStreak: number,
  Log: z.catch(z.array(z.object({ Start: text, End: text, ExitCode: number, Output: text })), []),
});

const Binding = z.object({ HostIp: text, HostPort: text });

const Network = z.object({ IPAddress: text, GlobalIPv6Address: text, Aliases: texts });

const Mount = z.object({
  Type: text,
  Name: text,
  Source: text,
  Destination: text,
  RW: z.catch(z.boolean(), true),
});

const State = z.object({
  Status: text,
  OOMKilled: yes,
  /** On the engine's machine; 0: not running. */
  Pid: number,
  ExitCode: number,
  Error: text,
  /** RFC 3339; the year 1: never. */
  StartedAt: text,
  FinishedAt: text,
  Health: z.catch(z.optional(Health), undefined),
});

const Config = z.object({
  User: text,
  /** `NAME=value`: the values are secrets. */
  Env: texts,
  Cmd: words,
  Entrypoint: words,
  Image: text,
  Labels: labels,
  WorkingDir: text,
  Hostname: text,
  StopSignal: text,
  /** It has a terminal: its log is one stream, without headers. */
  Tty: yes,
  StopTimeout: z.catch(z.optional(z.number()), undefined),
  Healthcheck: z.catch(
    z.optional(z.object({ Test: texts, Interval: number, Timeout: number, Retries: number })),
    undefined,
  ),
});

const HostConfig = z.object({
  RestartPolicy: z.catch(z.object({ Name: text, MaximumRetryCount: number }), {
    Name: "",
    MaximumRetryCount: 0,
  }),
  /** Bytes; 0: no limit. */
  Memory: number,
  MemoryReservation: number,
  /** Billionths of a processor; 0: no limit, or told by quota and period (µs). */
  NanoCpus: number,
  CpuQuota: number,
  CpuPeriod: number,
  CpusetCpus: text,
  /** 0 and -1: no limit. */
  PidsLimit: number,
  NetworkMode: text,
  Privileged: yes,
  ReadonlyRootfs: yes,
  AutoRemove: yes,
});

export const Inspected = z.object({
  Id: ContainerId,
  Name: text,
  Created: text,
  /** The image's id. */
  Image: text,
  RestartCount: number,
  State,
  Config,
  HostConfig,
  NetworkSettings: z.catch(
    z.object({
      Networks: z.catch(z.record(z.string(), Network), {}),
      /** By `80/tcp`; null: not published. */
      Ports: z.catch(z.record(z.string(), z.nullable(z.array(Binding))), {}),
    }),
    { Networks: {}, Ports: {} },
  ),
  Mounts: z.catch(z.array(Mount), []),
});
export type Inspected = z.infer<typeof Inspected>;

/** Epoch ms of a moment as the engine writes it, or undefined for "never" (the year 1) and nonsense. */
export function momentIn(written: string): number | undefined {
  // Nanoseconds, as it writes them, are more digits than a date takes everywhere.
  const at = Date.parse(written.replace(/(\.\d{3})\d+/, "$1"));
  return at > 0 ? at : undefined;
}

/** Processors' worth of time it may take, or undefined without a limit. */
export function processorLimit({
  NanoCpus,
  CpuQuota,
  CpuPeriod,
}: Inspected["HostConfig"]): number | undefined {
  if (NanoCpus > 0) return NanoCpus / 1e9;
  // The kernel's own period where none is told.
  return CpuQuota > 0 ? CpuQuota / (CpuPeriod > 0 ? CpuPeriod : 100_000) : undefined;
}
