/** containers of an agent of the Go original: the engine's own words taken apart, and the four actions. */
import { type AnswerOf, type OriginalCommand, withoutSecrets } from "@servereye/contract";
import { ContainerId, ContainerName } from "../docker/grammar.ts";
import { acting, listing, type OriginalContainer, type OriginalDone } from "../original/containers.ts";
import { plainName } from "../shown/names.ts";
import {
  type Container,
  type ContainerPort,
  ContainerState,
  containerActions,
  containers,
  MOST_PORTS,
  ORIGINAL_VERBS,
} from "./contract.ts";

const PROJECT = "com.docker.compose.project";
const SERVICE = "com.docker.compose.service";

const list = listing(containers.name, ({ containers: told, total }): AnswerOf<typeof containers> => {
  const known = told.flatMap(containerOf);
  // What has no id or name by the engine's grammar can not be spoken of; it is counted.
  return { containers: known, left: Math.max(total, told.length) - known.length, original: true };
});

/** What it did it did to what it was asked about, however it writes that back. */
const actionOf = (verb: (typeof ORIGINAL_VERBS)[number]): OriginalCommand => {
  const { name, ask } = containerActions[verb];
  const like = acting(
    name,
    verb,
    (asked) => ask.parse(asked),
    (done) => done,
  );
  return {
    ...like,
    answer(told, asked): AnswerOf<(typeof containerActions)[(typeof ORIGINAL_VERBS)[number]]> {
      const { state, message } = like.answer(told, asked) as OriginalDone;
      return {
        ...ask.parse(asked),
        ...(state === undefined ? {} : { state: stateOf(state) }),
        said: plainName(withoutSecrets(message).slice(0, 300).toWellFormed()),
      };
    },
  };
};

export const containersOriginals: readonly OriginalCommand[] = [list, ...ORIGINAL_VERBS.map(actionOf)];

const stateOf = (told: string): ContainerState => {
  const word = told.toLowerCase();
  // What it calls its own results, besides the engine's states.
  const known = ContainerState.safeParse(
    word === "stopped" ? "exited" : word === "started" ? "running" : word,
  );
  return known.success ? known.data : "unknown";
};

function containerOf(told: OriginalContainer): Container[] {
  const id = ContainerId.safeParse(told.id.toLowerCase());
  const name = ContainerName.safeParse(told.name);
  if (!id.success || !name.success) return [];
  const state = stateOf(told.state === "" ? (told.status.split(" ")[0] ?? "") : told.state);
  const age = ageOf(told.status);
  const health = healthOf(told.status);
  const exit = /^Exited \((-?\d{1,6})\)/.exec(told.status)?.[1];
  const project = labelOf(told.labels[PROJECT]);
  const service = labelOf(told.labels[SERVICE]);
  return [
    {
      id: id.data,
      name: name.data,
      image: told.image,
      state: state === "unknown" && /^Up /.test(told.status) ? "running" : state,
      ...(age === undefined ? {} : { age }),
      ...(health === undefined ? {} : { health }),
      ...(exit === undefined ? {} : { exitCode: Number(exit) }),
      ports: told.ports.flatMap(portOf).slice(0, MOST_PORTS),
      ...(project === undefined ? {} : { project }),
      ...(service === undefined ? {} : { service }),
    },
  ];
}

const labelOf = (value: string | undefined): string | undefined =>
  value === undefined || value === "" ? undefined : value.slice(0, 128).toWellFormed();

const UNITS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
};

/** The engine rounds: `Up 3 hours`, `Up About a minute`, `Exited (0) Less than a second ago`. */
function ageOf(status: string): number | undefined {
  const found = /\b(\d{1,6}|About an?|Less than an?) (second|minute|hour|day|week|month|year)s?\b/.exec(
    status,
  );
  if (found === null) return undefined;
  const count = found[1]?.startsWith("Less") ? 0 : found[1]?.startsWith("About") ? 1 : Number(found[1]);
  return count * (UNITS[found[2] ?? ""] ?? 0);
}

function healthOf(status: string): Container["health"] {
  if (/\(healthy\)/.test(status)) return "healthy";
  if (/\(unhealthy\)/.test(status)) return "unhealthy";
  return /\(health: starting\)/.test(status) ? "starting" : undefined;
}

/** `0.0.0.0:8080->80/tcp`, `[::]:53->53/udp`, `8080:80`, `80/tcp`. */
function portOf(told: string): ContainerPort[] {
  const found = /^(?:(?:(.{1,64}):)?(\d{1,5})(?:->|:))?(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(told);
  if (found === null) return [];
  const [, address, outside, inside] = found;
  const numbers = [inside, outside].map((one) => (one === undefined ? undefined : Number(one)));
  if (numbers.some((one) => one !== undefined && (one < 1 || one > 65_535))) return [];
  const [within = 0, without] = numbers;
  const everywhere = address === undefined || /^(0\.0\.0\.0|\[?::\]?)$/.test(address);
  return [
    {
      inside: within,
      protocol: (found[4] ?? "tcp") as ContainerPort["protocol"],
      ...(without === undefined ? {} : { outside: without }),
      ...(everywhere ? {} : { address }),
    },
  ];
}
