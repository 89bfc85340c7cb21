/** A Compose project on a real dockerd: the order, what waits for whom, and what one failure keeps from happening. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { engineAt } from "../../../../apps/agent/src/host/docker/engine.ts";
import { type ContainerSpec, startDocker, type TestDocker } from "../../../../test/engines/docker.ts";
import { needs } from "../../../../test/engines.ts";
import type { ContainerVerb } from "../containers/contract.ts";
import type { DockerPolicy, JobStep } from "../docker/engine.ts";
import { absentDocker } from "../kernel/fake-host.ts";
import { realHost } from "../kernel/real-host.ts";
import { actOnProject } from "./act.ts";
import { ProjectResult, projectActions } from "./contract.ts";

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

describe("on a real engine", needs("docker", "busybox"), () => {
  let docker: TestDocker;
  before(async () => {
    docker = await startDocker();
  });
  after(() => docker.stop());

  /** Of this project, not started. */
  const make = (
    project: string,
    service: string,
    needed: string,
    spec: ContainerSpec = {},
  ): Promise<string> =>
    docker.create({
      StopTimeout: 0,
      ...spec,
      name: `${project}-${service}`,
      Labels: {
        ...spec.Labels,
        "com.docker.compose.project": project,
        "com.docker.compose.service": service,
        "com.docker.compose.depends_on": needed,
      },
    });

  async function act(
    verb: ContainerVerb,
    project: string,
    ids: readonly string[],
    policy: Partial<DockerPolicy> = {},
  ) {
    const seen = await Promise.all(ids.map((id) => docker.inspect(id)));
    const ask = projectActions[verb].ask.parse({
      ...{ job: crypto.randomUUID(), project },
      containers: seen.map(({ Id, Name, State }) => ({
        id: Id.slice(0, 12),
        name: Name.slice(1),
        seen: State.Status,
      })),
    });
    const engine = engineAt({ address: docker.address, log: quiet });
    const host = {
      ...realHost(),
      docker: { ...absentDocker(), engine, policy: { allow: [], bindRoots: [], protect: [], ...policy } },
    };
    let steps: readonly JobStep[] = [];
    /** In the order in which they ended. */
    const ended: string[] = [];
    const result = await actOnProject(host, verb, ask, {
      steps: (told) => {
        steps = told;
        for (const { what, state } of told)
          if (state !== "waiting" && state !== "running" && !ended.includes(what)) ended.push(what);
      },
    });
    const told = Object.fromEntries(
      steps.map(({ what, state, said }) => [what, said === undefined ? state : `${state}: ${said}`]),
    );
    return { result: ProjectResult.parse(result), told, ended };
  }
  const started = async (id: string) => Date.parse((await docker.inspect(id)).State.StartedAt);

  test("starts who is needed first and waits for health and for ends; stops the other way round", async () => {
    const web = await make(
      "shop",
      "web",
      "db:service_healthy:true,migrate:service_completed_successfully:true",
    );
    const db = await make("shop", "db", "", {
      // Healthy in its second second.
      Cmd: ["sh", "-c", "sleep 1; touch /tmp/well; sleep 1000"],
      Healthcheck: { Test: ["CMD", "test", "-e", "/tmp/well"], Interval: 200_000_000, Retries: 100 },
    });
    const migrate = await make("shop", "migrate", "db:service_started:true", {
      Cmd: ["sh", "-c", "sleep 0.3"],
    });
    const ids = [web, migrate, db];
    const up = await act("start", "shop", ids);
    assert.deepEqual(up.told, { "shop-web": "done", "shop-migrate": "done", "shop-db": "done" });
    assert.deepEqual(up.ended, ["shop-db", "shop-migrate", "shop-web"]);
    assert.ok((await started(web)) - (await started(db)) > 900, "web waited until db was healthy");
    const again = await act("start", "shop", [db, web]);
    assert.deepEqual(Object.values(again.told), ["done: It was so already.", "done: It was so already."]);
    const down = await act("stop", "shop", ids);
    assert.deepEqual(down.ended, ["shop-web", "shop-migrate", "shop-db"]);
    assert.deepEqual(down.result, { done: 3, failed: 0, skipped: 0, broken: [] });
  });

  test("what needs one that failed is skipped and says so, and the others go on", async () => {
    const ids = await Promise.all([
      make("sick", "db", "", { Cmd: ["/no/such/program"] }),
      make("sick", "api", "db:service_started:true"),
      make("sick", "web", "api"),
      make("sick", "job", "", { Cmd: ["sh", "-c", "exit 3"] }),
      make("sick", "after", "job:service_completed_successfully:false"),
      make("sick", "unchecked", "other:service_healthy:true"),
      make("sick", "other", ""),
    ]);
    const { told, result } = await act("start", "sick", ids);
    assert.match(told["sick-db"] ?? "", /^failed: .*no such file/);
    const { "sick-db": _, ...rest } = told;
    assert.deepEqual(rest, {
      "sick-api": "skipped: sick-db did not start.",
      "sick-web": "skipped: sick-api did not start.",
      "sick-job": "done",
      "sick-after": "skipped: sick-job ended with exit code 3.",
      "sick-unchecked": "skipped: sick-other has no health check.",
      "sick-other": "done",
    });
    assert.deepEqual(result, { done: 2, failed: 1, skipped: 4, broken: [] });
  });

  test("a protected one stays, and with it what it needs; so do changed ones and those of another project", async () => {
    const ids = await Promise.all([
      make("kept", "db", ""),
      make("kept", "web", "db"),
      make("kept", "side", ""),
    ]);
    const foreign = await make("other", "db", "");
    for (const id of [...ids, foreign]) await docker.start(id);
    const { told } = await act("stop", "kept", [...ids, foreign], { protect: ["kept-web"] });
    assert.deepEqual(told, {
      "kept-db": "skipped: kept-web needs it and was not stopped.",
      "kept-web": "skipped: It is protected by SERVEREYE_AGENT_PROTECT.",
      "kept-side": "done",
      "other-db": "failed: It is no part of kept.",
    });
    assert.equal((await docker.inspect(foreign)).State.Running, true);
  });

  test("a ring of needs is broken and told, and all of it is done", async () => {
    const ids = await Promise.all([make("ring", "a", "b"), make("ring", "b", "a")]);
    const { result } = await act("start", "ring", ids);
    assert.deepEqual(result, { done: 2, failed: 0, skipped: 0, broken: [{ a: "ring-b", b: "ring-a" }] });
    assert.equal((await act("stop", "ring", ids)).result.done, 2);
    assert.equal((await act("remove", "ring", ids)).result.done, 2);
    assert.equal((await docker.ask("GET", `/containers/${ids[0]}/json`)).status, 404);
  });
});
