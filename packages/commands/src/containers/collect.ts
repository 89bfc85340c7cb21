/** containers at the agent: the engine's list, an inspection of each, and what the running ones take now. */
import type { AnswerOf } from "@servereye/contract";
import { listContainers } from "../docker/calls.ts";
import { ContainerName } from "../docker/grammar.ts";
import { forgetOthers, inspectAll } from "../docker/inspections.ts";
import { protection } from "../docker/protect.ts";
import { type Inspected, momentIn } from "../docker/shapes/inspected.ts";
import { type ContainerSummary, nameIn } from "../docker/shapes/summary.ts";
import { type Usage, usageOf } from "../docker/usage.ts";
import type { Host } from "../host.ts";
import { collector } from "../kit.ts";
import {
  type Container,
  type ContainerPort,
  ContainerState,
  containers,
  MOST_CONTAINERS,
  MOST_PORTS,
} from "./contract.ts";
import { dependentsOf } from "./depends.ts";
import { ageOf, DEPENDS_ON, exitCodeOf, healthOf, labelOf, PROJECT, SERVICE } from "./engine-words.ts";

/** Ms for the list, and from the question's begin until nothing more is looked into. */
const LIST_MS = 3_000;
const LOOK_MS = 3_000;
/** The same until nothing more is measured: the answer has to be on its way before nobody waits any more. */
const ALL_MS = 4_200;
/** Ports told of each where many are told. */
const PORTS_OF_MANY = 16;
/** Bytes of an answer that fit a frame with room to spare. */
const MOST_BYTES = 700_000;

export const containersCollector = collector(
  containers,
  async (ask, host): Promise<AnswerOf<typeof containers>> => {
    const from = host.monotonic();
    const { summaries, odd } = await listContainers(host, LIST_MS);
    forgetOthers(host, summaries);
    const named = summaries.filter((one) => ContainerName.safeParse(nameIn(one)).success);
    const ofProject = ({ Labels }: ContainerSummary): boolean =>
      ask.project === undefined || labelOf(Labels[PROJECT]) === ask.project;
    const wanted = named.filter(
      (one) =>
        ofProject(one) &&
        (ask.container === undefined || one.Id.startsWith(ask.container)) &&
        (ask.beginning === undefined || nameIn(one).toLowerCase().startsWith(ask.beginning.toLowerCase())),
    );
    // Where there are too many, what runs is told sooner than what does not.
    const chosen = wanted.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_CONTAINERS);
    // What can not be read at all may be of any project.
    const nameless = summaries.filter((one) => !named.includes(one) && ofProject(one)).length;
    const unnamed = ask.container === undefined ? odd + nameless : 0;
    const left = unnamed + wanted.length - chosen.length;
    if (ask.brief === true) {
      const all = chosen.map((one) => containerOf(host, one, undefined, undefined, PORTS_OF_MANY));
      return withinFrame(all, left);
    }
    const inspected = await inspectAll(host, chosen, from + LOOK_MS);
    const running = chosen.flatMap(({ Id: id, State }) => {
      const pid = inspected.get(id)?.State.Pid ?? 0;
      return (State === "running" || State === "paused") && pid > 0 ? [{ id, pid }] : [];
    });
    const usage = await usageOf(host, running, from + ALL_MS);
    const ports = ask.container === undefined ? PORTS_OF_MANY : MOST_PORTS;
    const all = chosen
      .filter(({ Id }) => inspected.has(Id))
      .map((one) => containerOf(host, one, inspected.get(one.Id), usage.get(one.Id), ports))
      .map((one) => (ask.container === undefined ? one : { ...one, ...neededBy(host, one, named) }));
    return withinFrame(all, left);
  },
);

/** Who is asked about alone comes without the others that could tell. */
function neededBy(host: Host, one: Container, among: readonly ContainerSummary[]): Partial<Container> {
  const others = among.map((other) => containerOf(host, other, undefined, undefined, 0));
  const needed = dependentsOf(one, others).map(({ service, name }) => service ?? name.slice(0, 128));
  return needed.length > 0 ? { neededBy: [...new Set(needed)].slice(0, 32) } : {};
}

const rank = ({ State }: ContainerSummary): number => (State === "running" ? 0 : State === "exited" ? 2 : 1);

function withinFrame(all: readonly Container[], left: number): AnswerOf<typeof containers> {
  const encoder = new TextEncoder();
  let bytes = 0;
  const fits = all.findIndex((one) => {
    bytes += encoder.encode(JSON.stringify(one)).length + 1;
    return bytes > MOST_BYTES;
  });
  const told = fits < 0 ? all : all.slice(0, fits);
  return { containers: [...told], left: left + all.length - told.length };
}

function containerOf(
  host: Host,
  summary: ContainerSummary,
  inspected: Inspected | undefined,
  usage: Usage | undefined,
  ports: number,
): Container {
  const { Id: id, Labels: labels } = summary;
  const name = nameIn(summary);
  const service = labelOf(labels[SERVICE]);
  const project = labelOf(labels[PROJECT]);
  const kept = protection(host, { id, name, labels });
  const dependsOn = dependencies(labels[DEPENDS_ON] ?? "");
  const stop = inspected?.Config.StopTimeout;
  const memoryLimit = inspected?.HostConfig.Memory ?? 0;
  return {
    ...{ id, name, image: imageOf(summary, inspected) },
    ...(inspected === undefined ? stateByWords(summary) : stateOf(inspected, host.now())),
    ...usage,
    ...(memoryLimit > 0 ? { memoryLimit } : {}),
    // -1 waits for ever.
    ...(stop === undefined ? {} : { stopSeconds: stop < 0 ? 3_600 : Math.min(3_600, Math.round(stop)) }),
    ...(kept === undefined ? {} : { protected: true as const }),
    ...(kept === "self" ? { own: true as const } : {}),
    ...(dependsOn.length > 0 ? { dependsOn } : {}),
    ports: portsOf(summary).slice(0, ports),
    ...(project === undefined ? {} : { project }),
    ...(service === undefined ? {} : { service }),
  };
}

/** The name it was made by: the list has a bare id once that name means another image. */
function imageOf({ Image }: ContainerSummary, inspected: Inspected | undefined): string {
  const named = /^(sha256:)?[0-9a-f]{12,64}$/.test(Image) ? inspected?.Config.Image || Image : Image;
  return named.slice(0, 255).toWellFormed();
}

const known = (state: string): ContainerState => ContainerState.safeParse(state).data ?? "unknown";

function stateOf({ State, RestartCount, Created }: Inspected, now: number) {
  const state = known(State.Status);
  const since = momentIn(
    state === "running" ? State.StartedAt : state === "created" ? Created : State.FinishedAt,
  );
  // Since when it is paused or being removed the engine does not tell.
  const told = since !== undefined && !["paused", "removing", "unknown"].includes(state);
  const ended = state !== "running" && state !== "paused" && state !== "unknown";
  const health = healthIn(State.Health?.Status);
  return {
    state,
    ...(told ? { age: Math.max(0, Math.floor((now - since) / 1_000)) } : {}),
    ...(health === undefined ? {} : { health }),
    // One that was made and never started has not ended, unless starting failed.
    ...(ended && (state !== "created" || State.ExitCode !== 0)
      ? { exitCode: Math.trunc(State.ExitCode) }
      : {}),
    ...(State.OOMKilled ? { oomKilled: true } : {}),
    restarts: Math.max(0, Math.trunc(RestartCount)),
  };
}

const healthIn = (word: string | undefined): Container["health"] =>
  word === "starting" || word === "healthy" || word === "unhealthy" ? word : undefined;

function stateByWords({ State, Status }: ContainerSummary) {
  const [age, health, exitCode] = [ageOf(Status), healthOf(Status), exitCodeOf(Status)];
  return {
    state: known(State),
    ...(age === undefined ? {} : { age }),
    ...(health === undefined ? {} : { health }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

const dependencies = (label: string): string[] =>
  [...new Set(label.split(",").flatMap((one) => labelOf(one.split(":")[0]?.trim()) ?? []))].slice(0, 32);

const EVERYWHERE = new Set(["", "0.0.0.0", "::"]);

/** Each once, though it is published at the machine's addresses of both kinds. */
function portsOf({ Ports }: ContainerSummary): ContainerPort[] {
  const ports = Ports.flatMap(({ IP = "", PrivatePort, PublicPort, Type }): ContainerPort[] => {
    const inside = portIn(PrivatePort);
    if (inside === undefined || (Type !== "tcp" && Type !== "udp" && Type !== "sctp")) return [];
    const outside = portIn(PublicPort ?? 0);
    const port = { inside, protocol: Type, ...(outside === undefined ? {} : { outside }) } as const;
    return [outside === undefined || EVERYWHERE.has(IP) ? port : { ...port, address: IP.slice(0, 64) }];
  });
  const once = new Map(ports.map((port) => [JSON.stringify(port), port]));
  // The engine tells them in an order of its own each time.
  return [...once.values()].sort((a, b) => a.inside - b.inside || (a.outside ?? 0) - (b.outside ?? 0));
}

const portIn = (told: number): number | undefined =>
  Number.isInteger(told) && told >= 1 && told <= 65_535 ? told : undefined;
