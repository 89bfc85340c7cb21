/** `/containers` from a person's message to the answer, beside the engine's own bare list in the same run. */
import { setTimeout as wait } from "node:timers/promises";
import { startDocker, type TestDocker } from "../../test/engines/docker.ts";
import { engine } from "../../test/engines.ts";
import { benchFolder } from "../folder.ts";
import { agentsIn, startAgent } from "../hub.ts";
import { inTurn, stageIn } from "../round-trip/stage.ts";
import { type Summary, summary } from "../summary.ts";

export interface ContainersTime {
  containers: number;
  /** Ms; of the first question alone, when nothing was read of any of them before. */
  first: number;
  /** Ms. */
  answers: Summary;
  /** `/containers/json?all=1` over the socket, ms. */
  bare: Summary;
}

export interface ContainersOptions {
  containers: number;
  asks: number;
}

/** Who asks the same of the same server within 0.1 s shares one look at it: each has to have its own, ms. */
const APART_MS = 150;
/** Made at a time. */
const AT_ONCE = 4;

export const dockerIsHere = (): boolean =>
  (["docker", "busybox"] as const).every((name) => engine(name) !== undefined) && process.getuid?.() === 0;

export async function containersTime({ containers, asks }: ContainersOptions): Promise<ContainersTime> {
  const folder = benchFolder("containers");
  const stops: (() => unknown)[] = [() => folder.remove()];
  try {
    const docker = await startDocker();
    stops.push(() => docker.stop());
    await docker.importBusybox();
    await fill(docker, containers);
    const { hub, phones, agents } = await stageIn(folder.path, stops);
    const agent = startAgent(hub, agents[0] ?? "", { SERVEREYE_AGENT_DOCKER_HOST: docker.address });
    stops.push(() => agent.stop());
    await agentsIn(hub, 1);

    const person = inTurn();
    const ask = async (): Promise<number> => {
      const say = { text: "/containers", expect: `🟢 ${containers}`, persons: [person()], together: false };
      const { times } = await phones.play(say);
      return times[0] ?? Number.NaN;
    };
    const bare = async (): Promise<number> => {
      const began = performance.now();
      await docker.must("GET", "/containers/json?all=1");
      return performance.now() - began;
    };
    const first = await ask();
    const [answers, lists]: [number[], number[]] = [[], []];
    for (let at = 0; at < asks; at++) {
      await wait(APART_MS);
      answers.push(await ask());
      lists.push(await bare());
    }
    return { containers, first, answers: summary(answers), bare: summary(lists) };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Containers that sleep, four to a Compose project. */
async function fill(docker: TestDocker, count: number): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) =>
        docker.run({
          name: `shop-${from}-web-${at}`,
          Labels: { "com.docker.compose.project": `shop-${from}`, "com.docker.compose.service": `web-${at}` },
        }),
      ),
    );
}
