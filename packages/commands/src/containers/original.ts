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
import { ageOf, exitCodeOf, healthOf, labelOf, PROJECT, SERVICE } from "./engine-words.ts";

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
  const exitCode = exitCodeOf(told.status);
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
      ...(exitCode === undefined ? {} : { exitCode }),
      ports: told.ports.flatMap(portOf).slice(0, MOST_PORTS),
      ...(project === undefined ? {} : { project }),
      ...(service === undefined ? {} : { service }),
    },
  ];
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
