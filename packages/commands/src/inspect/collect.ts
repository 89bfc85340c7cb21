/** inspect at the agent: the engine's words about one container, with every value that may be a secret left out. */
import type { AnswerOf } from "@servereye/contract";
import { mayTellLogs } from "../docker/policy.ts";
import { type Inspected, momentIn, processorLimit } from "../docker/shapes/inspected.ts";
import { lookInto } from "../docker/subject.ts";
import { collector } from "../kit.ts";
import { inspect, LONGEST_LABEL, LONGEST_TEXT, MOST_ROWS } from "./contract.ts";
import { HIDDEN, hiding, isTelling, lineOf, nameOf } from "./hide.ts";

type Answer = AnswerOf<typeof inspect>;

/** Docker's own, where nothing else is set. */
const STOP = { signal: "SIGTERM", seconds: 10 };
/** Where engines have their sockets. */
const SOCKET = /(?:^|\/)(?:docker|podman|containerd|crio)\.sock$/;
/** Limits of processes that mean none. */
const NO_PIDS = 0;

const cut = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;

export const inspectCollector = collector(inspect, async (ask, host): Promise<Answer> => {
  const { subject, inspected } = await lookInto(host, ask.container);
  const { State, Config, HostConfig } = inspected;
  const hide = hiding(Config.Env);
  const more: Record<string, number> = {};
  const some = <T>(what: string, all: readonly T[]): T[] => {
    if (all.length > MOST_ROWS) more[what] = all.length - MOST_ROWS;
    return all.slice(0, MOST_ROWS);
  };
  // Each word is a character at least: of more than fit nothing is shown.
  const text = (words: string | readonly string[]) =>
    cut(typeof words === "string" ? hide(words) : lineOf(words.slice(0, LONGEST_TEXT), hide), LONGEST_TEXT);
  const told = <K extends string>(name: K, words: string | readonly string[]) =>
    (words.length === 0 ? {} : { [name]: text(words) }) as Partial<Record<K, string>>;
  const above = <K extends string>(name: K, value: number | undefined) =>
    (value === undefined || value <= 0 ? {} : { [name]: value }) as Partial<Record<K, number>>;
  const { StopTimeout: stop = STOP.seconds } = Config;
  const created = momentIn(inspected.Created);
  return {
    subject,
    image: cut(Config.Image, 255),
    imageId: cut(inspected.Image, 80),
    ...(created === undefined ? {} : { created }),
    exitCode: Math.trunc(State.ExitCode),
    oomKilled: State.OOMKilled,
    ...told("error", State.Error),
    restarts: Math.max(0, Math.trunc(inspected.RestartCount)),
    ...told("entrypoint", Config.Entrypoint),
    ...told("command", Config.Cmd),
    ...told("folder", Config.WorkingDir),
    ...told("user", Config.User),
    restartPolicy: cut(HostConfig.RestartPolicy.Name || "no", 32),
    ...above("restartTimes", HostConfig.RestartPolicy.MaximumRetryCount),
    stopSignal: cut(Config.StopSignal || STOP.signal, 16),
    ...(stop < 0 ? {} : { stopSeconds: stop }),
    ...above("memoryLimit", HostConfig.Memory),
    ...above("cpuLimit", processorLimit(HostConfig)),
    ...told("processors", HostConfig.CpusetCpus),
    ...above("pidsLimit", Math.max(NO_PIDS, HostConfig.PidsLimit)),
    privileged: HostConfig.Privileged,
    readOnly: HostConfig.ReadonlyRootfs,
    autoRemove: HostConfig.AutoRemove,
    networkMode: cut(HostConfig.NetworkMode, 128),
    networks: some("networks", networksOf(inspected)),
    ports: some("ports", portsOf(inspected)),
    mounts: some("mounts", mountsOf(inspected)),
    environment: some("environment", Config.Env.map((one) => cut(nameOf(one), 128)).sort()),
    labels: some("labels", namedLabels(inspected)).map((label) => labelOf(label, hide)),
    more,
    ...healthOf(inspected, text, mayTellLogs(host.docker.policy) ? hide : () => ""),
  };
});

const networksOf = ({ NetworkSettings }: Inspected): Answer["networks"] =>
  Object.entries(NetworkSettings.Networks).map(([name, { IPAddress, GlobalIPv6Address }]) => ({
    name: cut(name, 128),
    addresses: [IPAddress, GlobalIPv6Address].filter((one) => one !== "").map((one) => cut(one, 64)),
  }));

/** `127.0.0.1:8080→80/tcp`, `80/tcp`. */
function portsOf({ NetworkSettings }: Inspected): string[] {
  const all = Object.entries(NetworkSettings.Ports).flatMap(([inside, outside]) =>
    outside === null || outside.length === 0
      ? [inside]
      : outside.map(({ HostIp, HostPort }) => {
          const everywhere = HostIp === "" || HostIp === "0.0.0.0" || HostIp === "::";
          return `${everywhere ? "" : `${HostIp}:`}${HostPort}→${inside}`;
        }),
  );
  return [...new Set(all.map((port) => cut(port, 128)))];
}

const mountsOf = ({ Mounts }: Inspected): Answer["mounts"] =>
  Mounts.map(({ Type, Name, Source, Destination, RW }) => {
    // Where an engine keeps its volumes tells nobody anything.
    const source = Type === "volume" ? Name : Source;
    return {
      kind: cut(Type, 16),
      source: cut(source, LONGEST_TEXT),
      target: cut(Destination, LONGEST_TEXT),
      readOnly: !RW,
      ...(SOCKET.test(Source) ? { socket: true as const } : {}),
    };
  }).sort((a, b) => (a.target < b.target ? -1 : 1));

const namedLabels = ({ Config }: Inspected): [name: string, value: string][] =>
  Object.entries(Config.Labels).sort(([a], [b]) => (a < b ? -1 : 1));

const labelOf = (
  [name, value]: [name: string, value: string],
  hide: (text: string) => string,
): Answer["labels"][number] => ({
  name: cut(name, 128),
  value: isTelling(name) && value !== "" ? HIDDEN : cut(hide(value), LONGEST_LABEL),
});

function healthOf(
  { State, Config }: Inspected,
  text: (words: readonly string[]) => string,
  hide: (text: string) => string,
): Pick<Answer, "health"> {
  const { Health } = State;
  const [kind, ...test] = Config.Healthcheck?.Test ?? [];
  if (Health === undefined || Health.Status === "none" || kind === "NONE") return {};
  const last = Health.Log.at(-1);
  // Why it failed mostly stands at the end.
  const said = hide(last?.Output ?? "").trim();
  const end = said.length > LONGEST_TEXT ? `…${said.slice(1 - LONGEST_TEXT).toWellFormed()}` : said;
  return {
    health: {
      status: cut(Health.Status, 16),
      test: text(test),
      streak: Math.max(0, Math.trunc(Health.FailingStreak)),
      ...(last === undefined ? {} : { exitCode: Math.trunc(last.ExitCode) }),
      ...(end === "" ? {} : { said: end }),
    },
  };
}
