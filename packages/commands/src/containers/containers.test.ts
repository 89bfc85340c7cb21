/** containers: what an agent of the Go original tells, on a phone, in either language; and Docker's grammar. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AnswerOf, OriginalCommand } from "@servereye/contract";
import { ContainerId, ContainerName, NewName } from "../docker/grammar.ts";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { translatorOf } from "../shown/translator.ts";
import { type Container, containerActions, containers } from "./contract.ts";
import { containersOriginals } from "./original.ts";
import { containerDot, containersReading } from "./reply.ts";

const ID = "0123456789ab";
const of = (type: string): OriginalCommand => {
  const found = containersOriginals.find((one) => one.type === type);
  assert.ok(found, type);
  return found;
};
const told = (type: string, payload: unknown, ask: unknown = {}) =>
  of(type).answer({ payload, at: undefined, now: 0 }, ask);
const listed = (...all: object[]) =>
  containers.answer.parse(
    told("get_containers", { containers: all.map((one) => ({ id: ID, name: "/web", ...one })) }),
  );
const one = (fields: object): Container => {
  const [container] = listed(fields).containers;
  assert.ok(container);
  return container;
};

function seen(
  answer: AnswerOf<typeof containers>,
  ask: Record<string, unknown> = {},
  language: "en" | "ru" = "en",
) {
  const t = translatorOf(language, containersReading.messages);
  const context = { t, language, server: { id: "x", name: "attic" }, now: 0, tookMs: 1 };
  const view = containersReading.reply(answer, context, containers.ask.parse(ask));
  return { view, lines: phoneLines(view), text: phoneLines(view).join("\n") };
}

const many = (count: number): AnswerOf<typeof containers> => ({
  containers: Array.from({ length: count }, (_, at) => ({
    id: at.toString(16).padStart(12, "0"),
    name: `shop-${at % 3 === 0 ? "a-very-long-service-name" : "web"}-${at}`,
    image: "registry.example.com:5000/team/shop/backend-service:2026.11.20-rc1",
    state: at % 5 === 0 ? ("exited" as const) : ("running" as const),
    age: at * 4_000,
    ...(at % 5 === 0 ? { exitCode: 137 } : {}),
    ports: [
      { inside: 80, outside: 18_080, protocol: "tcp" as const },
      { inside: 53, outside: 50_053, protocol: "udp" as const },
    ],
    ...(at < count / 2 ? { project: "shop" } : {}),
  })),
  left: 0,
});

describe("containers of an agent of the Go original", () => {
  it("are taken from the engine's own words", () => {
    const up = one({
      image: "nginx:1.27",
      state: "running",
      status: "Up 3 hours (healthy)",
      ports: [
        "0.0.0.0:8080->80/tcp",
        "[::]:8080->80/tcp",
        "127.0.0.1:53->53/udp",
        "443/tcp",
        "nonsense",
        "0/tcp",
      ],
      labels: { "com.docker.compose.project": "shop", "com.docker.compose.service": "web", other: "x" },
    });
    assert.deepEqual(up, {
      ...{ id: ID, name: "web", image: "nginx:1.27", state: "running", age: 10_800, health: "healthy" },
      ports: [
        { inside: 80, outside: 8080, protocol: "tcp" },
        { inside: 80, outside: 8080, protocol: "tcp" },
        { inside: 53, outside: 53, protocol: "udp", address: "127.0.0.1" },
        { inside: 443, protocol: "tcp" },
      ],
      ...{ project: "shop", service: "web" },
    });
    const ages = ["Up About a minute", "Up Less than a second", "Exited (137) 2 weeks ago", "Created", "Up"];
    assert.deepEqual(
      ages.map((status) => one({ status }).age),
      [60, 0, 1_209_600, undefined, undefined],
    );
    assert.equal(one({ status: "Exited (137) 2 weeks ago", state: "exited" }).exitCode, 137);
    assert.equal(one({ status: "Up 1 second", state: "" }).state, "running");
    assert.equal(one({ state: "haunted" }).state, "unknown");
  });

  it("are left out and counted where the engine's grammar does not know them", () => {
    const names = ["", "../etc", "a b", "we\nb", "-x", "x".repeat(129)].map((name) => ({ name }));
    const ids = ["c1", "g".repeat(12), `${ID}/../x`, "a".repeat(65)].map((id) => ({ id }));
    const answer = listed({}, ...names, ...ids);
    assert.equal(answer.containers.length, 1);
    assert.equal(answer.left, 10);
    assert.match(seen(answer).text, /10 more could not be shown/);
  });

  it("are acted on by id, and what came of it is told", () => {
    const ask = { id: ID, name: "web" };
    assert.deepEqual(of("stop_container").payload(ask), {
      container_id: ID,
      container_name: "web",
      action: "stop",
    });
    const answer = told("stop_container", { success: true, new_state: "stopped", message: "ok" }, ask);
    assert.deepEqual(containerActions.stop.answer.parse(answer), { ...ask, state: "exited", said: "ok" });
    const odd = {
      container_id: "web",
      container_name: "/web",
      success: true,
      message: `with\n${`srv_${"ab".repeat(32)}`}`,
    };
    assert.deepEqual(told("stop_container", odd, ask), { ...ask, said: "with·srv_…" });
    assert.throws(() => told("stop_container", { success: false, message: "busy" }, ask), {
      code: "CONTAINER_ACTION_FAILED",
      message: "busy",
    });
  });
});

describe("the grammar", () => {
  it("lets nothing pass that could be a path, a query or another line", () => {
    for (const bad of ["", "..", "../x", "a/b", "a%2eb", "a?b", "a\n", "a b", "é", "x".repeat(1_000_000)]) {
      assert.equal(ContainerName.safeParse(bad).success, false, bad.slice(0, 20));
      assert.equal(containerActions.stop.ask.safeParse({ id: bad, name: "web" }).success, false);
      assert.equal(containerActions.stop.ask.safeParse({ id: ID, name: bad }).success, false);
    }
    // Docker makes none of one character; Podman does, and it can be read and acted on.
    assert.ok(ContainerName.safeParse("a").success && !NewName.safeParse("a").success);
    assert.ok(NewName.safeParse("a1").success && !NewName.safeParse("-a").success);
    assert.ok(!NewName.safeParse("a".repeat(129)).success && NewName.safeParse("a".repeat(128)).success);
    assert.ok(ContainerName.safeParse("a".repeat(128)).success && ContainerName.safeParse("0_.-").success);
    assert.ok(
      ContainerId.safeParse("f".repeat(64)).success && !ContainerId.safeParse("F".repeat(12)).success,
    );
  });
});

describe("/containers", () => {
  for (const language of ["en", "ru"] as const)
    it(`shows 60 on a phone, by project, twelve a page, in ${language}`, () => {
      const answer = many(60);
      const shown = new Set<string>();
      for (let page = 1; page <= 5; page++) {
        const { view, lines } = seen(answer, { page }, language);
        const rows = phoneLines({
          ...view,
          blocks: view.blocks.filter(({ type }) => type !== "note"),
          buttons: [],
        });
        for (const line of rows) assert.ok(columnsOf(line) <= 35, line);
        assert.ok(lines.join("\n").length < 2_500);
        for (const button of view.buttons?.flat() ?? [])
          if ("command" in button && typeof button.ask?.container === "string")
            shown.add(button.ask.container);
      }
      assert.equal(shown.size, 60);
    });

  it("leaves both ends of a long name, so that no two look alike", () => {
    const long = "shop-worker-of-the-long-named-queue";
    const answer = listed(...[2, 10].map((at) => ({ id: `${at}`.padStart(12, "a"), name: `${long}-${at}` })));
    const { text } = seen(answer);
    assert.match(text, /🟡 shop-work\S*…\S*-queue-2 [\s\S]*🟡 shop-work\S*…\S*-queue-10 /);
    assert.match(text, /\[🟡 shop-\S+…\S+-queue-2\]\n\[🟡 shop-\S+…\S+-queue-10\]/);
  });

  it("keeps a project's own together, and those without one last", () => {
    const { text } = seen(many(4));
    assert.match(text, /shop\n[\s\S]*Without a project/);
    assert.doesNotMatch(seen({ ...many(1), containers: [one({})] }).text, /Without/);
  });

  it("keeps the filter and the page in its buttons", () => {
    const { view, text } = seen(many(60), { beginning: "SHOP-WEB", page: 2 });
    assert.match(text, /begin with “SHOP-WEB”/);
    const pagers = view.buttons?.flat().filter((button) => "command" in button && button.ask?.page) ?? [];
    assert.deepEqual(
      pagers.map((button) => ("ask" in button ? button.ask : undefined)),
      [1, 3].map((page) => ({ beginning: "SHOP-WEB", page })),
    );
    assert.match(seen(many(3), { beginning: "nope" }).text, /No container begins with “nope”/);
    assert.match(seen({ containers: [], left: 0 }).text, /There are no containers/);
  });

  it("has a dot by state, health and how it ended", () => {
    const dots = [
      { state: "running", status: "Up 1 hour" },
      { state: "running", status: "Up 1 hour (unhealthy)" },
      { state: "running", status: "Up 1 second (health: starting)" },
      { state: "restarting" },
      { state: "exited", status: "Exited (0) 1 hour ago" },
      { state: "exited", status: "Exited (1) 1 hour ago" },
      { state: "dead" },
      { state: "created" },
    ];
    assert.equal(dots.map((fields) => containerDot(one(fields))).join(""), "🟢🔴🟡🟡⚪🔴🔴⚪");
  });

  it("reads a beginning, unless the words name a server", () => {
    const words = (typed: string[], ...servers: string[]) =>
      containersReading.words?.(typed, (reference) => servers.includes(reference));
    assert.deepEqual(words([]), { ask: {}, rest: [] });
    assert.deepEqual(words(["attic"], "attic"), { ask: {}, rest: ["attic"] });
    assert.deepEqual(words(["old", "attic"], "old attic"), { ask: {}, rest: ["old", "attic"] });
    assert.deepEqual(words(["web", "attic"], "attic"), { ask: { beginning: "web" }, rest: ["attic"] });
    assert.deepEqual(words(["чердак"]), { ask: {}, rest: ["чердак"] });
  });

  it("opens a card with what fits its state, for who may act", () => {
    const answer = listed({ state: "running", status: "Up 2 days", image: "nginx:1.27", ports: ["8080:80"] });
    const { text, view } = seen(answer, { container: ID });
    assert.match(text, /State: 🟢 up 2 d\nImage: nginx:1\.27\nPorts: 8080→80\nId: 0123456789ab/);
    assert.match(text, /\[⏹ Stop\] \[🔁 Restart\]\n\[📦 All containers\]/);
    const deeds = view.buttons?.flat().flatMap((button) => ("deed" in button ? [button] : [])) ?? [];
    assert.deepEqual(
      deeds.map(({ needs, values }) => [needs, values]),
      ["stop", "restart"].map((verb) => ["operator", { verb, id: ID }]),
    );
    assert.match(seen(answer, { container: "f".repeat(12) }).text, /gone/);
    const stood = listed({ state: "exited", status: "Exited (137) 5 minutes ago" });
    assert.match(seen(stood, { container: ID }, "ru").text, /🔴 стоит 5 мин\nКод выхода: 137/);
    assert.match(seen(stood, { container: ID }).text, /\[▶ Start\] \[🗑 Remove\]/);
  });

  for (const language of ["en", "ru"] as const)
    it(`says on the card all that is known, within a phone's lines, in ${language}`, () => {
      const web: Container = {
        ...{ id: ID, name: "shop-web-1", image: "shop/web:7", state: "running", age: 11_400, ports: [] },
        ...{ health: "unhealthy", restarts: 4, cpu: 212.4, memory: 500 * 2 ** 20, memoryLimit: 2 ** 29 },
        ...{ project: "shop", service: "web", dependsOn: ["db", "cache"], protected: true },
      };
      const proxy: Container = { ...web, id: "f".repeat(12), service: "proxy", dependsOn: ["web"] };
      const { lines, text, view } = seen({ containers: [web, proxy], left: 0 }, { container: ID }, language);
      for (const line of lines) assert.ok(columnsOf(line) <= 45, line);
      if (language === "ru") return;
      assert.match(
        text,
        /State: 🔴 up 3 h 10 min, unhealthy\nRestarts: 4\nCPU: 212 %\n🔴 Memory: 500.0 MiB of 512.0 MiB/,
      );
      assert.match(text, /Needs: db, cache\nNeeded by: proxy\n🛡 Protected/);
      const verbs = view.buttons
        ?.flat()
        .flatMap((one) => ("deed" in one && one.deed === "container.pick" ? [one.values.verb] : []));
      assert.deepEqual(verbs, ["restart"], "what is protected is offered no stop");
    });

  it("says what an exit code means", () => {
    const ended = (exitCode: number, more: Partial<Container> = {}) =>
      /Exit code: (.*)/.exec(
        seen(
          {
            containers: [{ id: ID, name: "web", image: "", state: "exited", exitCode, ports: [], ...more }],
            left: 0,
          },
          { container: ID },
        ).text,
      )?.[1];
    assert.deepEqual(
      [0, 1, 3, 125, 126, 127, 130, 134, 137, 139, 143, 159, 255].map((code) => ended(code)),
      [
        ...["0, ended well", "1", "3", "125, the engine failed", "126, can not be run"],
        ...["127, command not found", "130, interrupted (SIGINT)", "134, aborted (SIGABRT)"],
        ...["137, killed (SIGKILL)", "139, crashed (SIGSEGV)", "143, asked to end (SIGTERM)"],
        ...["159, ended by signal 31", "255"],
      ],
    );
    assert.equal(ended(137, { oomKilled: true }), "137, out of memory");
  });
});
