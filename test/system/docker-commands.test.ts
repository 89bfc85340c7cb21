/** Every command about containers from Telegram to a real dockerd with fifty of them in every state: by text and by button. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import {
  BUSYBOX,
  type ContainerSpec,
  OUT_OF_MEMORY,
  startDocker,
  type TestDocker,
} from "../engines/docker.ts";
import { needs } from "../engines.ts";
import type { Actor } from "../telegram/actor.ts";
import type { ChatMessage } from "../telegram/message.ts";
import { render35, width } from "../telegram/render.ts";
import { addServer, assertSecretsKept, labels, openSystem, press, reply, type System } from "./system.ts";

const needed = needs("docker", "root", "busybox");
const SECRET = "hunter2-of-the-api";
const LONG = `long-${"n".repeat(118)}-last`;
const ALL = 50;
/** Ends when it is asked to, as a good service does. */
const GOOD = { Cmd: ["sh", "-c", "echo ready; trap exit TERM; sleep 1000000 & wait"] };
const SECOND = 1_000_000_000;
const checked = (test: string, every: number) => ({
  ...GOOD,
  Healthcheck: { Test: ["CMD", test], Interval: every * SECOND, Timeout: 30 * SECOND, Retries: 1 },
});
const compose = (project: string, service: string, needs = ""): ContainerSpec => ({
  name: `${project}-${service}-1`,
  ...GOOD,
  Labels: Object.fromEntries(
    Object.entries({ project, service, depends_on: needs }).map(([key, value]) => [
      `com.docker.compose.${key}`,
      value,
    ]),
  ),
});
const ALLOW = ["start", "stop", "restart", "pause", "remove", "logs", "prune"];

let system: System;
let docker: TestDocker;
let ann: Actor;

/** A busy engine now and then hears of the exit before it hears why: then once more. */
async function outOfMemory(name: string): Promise<void> {
  while (!(await docker.until(name, ({ State }) => State.Status === "exited")).State.OOMKilled)
    await docker.start(name);
}

before(async () => {
  if (needed.skip !== false) return;
  docker = await startDocker();
  await docker.importBusybox();
  await docker.importBusybox("old:1", ["ENV OLD=1"]);
  await fill();
  system = await openSystem({ env: { SERVEREYE_ADMINS: "1" } });
  system.secrets.add(SECRET);
  ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
  await addServer(system, ann, "attic", {
    SERVEREYE_AGENT_DOCKER_HOST: docker.address,
    SERVEREYE_AGENT_ALLOW: ALLOW.map((verb) => `containers.${verb}`).join(","),
  });
});
after(async () => {
  await system?.close();
  await docker?.stop();
});

/** Most are cheap: made and never started. */
async function fill(): Promise<void> {
  const running: ContainerSpec[] = [
    compose("shop", "db"),
    { ...compose("shop", "api", "db:service_started:false"), Env: [`TOKEN=${SECRET}`, "PLAIN=1"] },
    compose("shop", "web", "api:service_started:false"),
    compose("blog", "app"),
    compose("blog", "cache"),
    { name: "healthy", ...checked("true", 2) },
    { name: "unhealthy", ...checked("false", 2) },
    { name: "starting", ...checked("true", 600) },
    { name: "web-front", ...GOOD },
    { name: LONG, ...GOOD },
    { name: "ended-0", Cmd: ["true"] },
    { name: "ended-3", Cmd: ["sh", "-c", "exit 3"] },
    { name: "eater", ...OUT_OF_MEMORY },
    { name: "loop", Cmd: ["sh", "-c", "exit 4"], HostConfig: { RestartPolicy: { Name: "always" } } },
  ];
  const created: ContainerSpec[] = [compose("mon", "probe"), compose("mon", "view"), { name: "web-back" }];
  const spare = Array.from({ length: ALL - running.length - created.length }, (_, at) => ({
    name: `spare-${at + 1}`,
    ...GOOD,
  }));
  const rest = [...created, ...spare].map((spec) => ({ Image: BUSYBOX, ...spec }));
  await Promise.all([...running.map(docker.run), ...rest.map(docker.create)]);
  await docker.must("POST", "/containers/blog-cache-1/pause");
  await Promise.all([
    docker.until("healthy", ({ State }) => State.Health?.Status === "healthy"),
    docker.until("unhealthy", ({ State }) => State.Health?.Status === "unhealthy"),
    docker.until("ended-3", ({ State }) => State.Status === "exited"),
    outOfMemory("eater"),
    docker.until("loop", ({ RestartCount }) => RestartCount >= 3),
  ]);
}

/** What is drawn in columns does not wrap; labels of a container are listed as they are. */
const columns = ({ text, entities }: ChatMessage): string[] =>
  entities
    .filter(({ type }) => type === "pre")
    .flatMap(({ offset, length }) => text.slice(offset, offset + length).split("\n"))
    .filter((row) => !row.startsWith("com.docker.compose."));

/** As a phone shows it: nothing wider than it, and nothing that is not for a reader. */
function drawn(message: ChatMessage): string {
  const shown = render35(message);
  if (process.env.SHOW_SCREENS)
    console.log(`${"─".repeat(35)}\n${shown}\n${JSON.stringify(labels(message))}`);
  for (const row of columns(message)) assert.ok(width(row) <= 35, row);
  assert.doesNotMatch(shown, /undefined|NaN|\[object/);
  assert.ok(!JSON.stringify(message).includes(SECRET), "a value of the environment is shown");
  return message.text.replaceAll(/\s+/g, " ");
}

const flat = ({ text }: ChatMessage): string => text.replaceAll(/\s+/g, " ");

/** Writes, and gives the answer: what she is told unasked may come in between. */
async function says(text: string, words: RegExp): Promise<ChatMessage> {
  const { messageId } = ann.write(text).message;
  const told = (one: ChatMessage) =>
    !/^(🔴|🟡|🟢|✅|⚠️) .* (died|in a loop|unhealthy|well again)/.test(one.text);
  const answer = await reply(ann.chat, (one) => one.messageId > messageId && told(one));
  assert.match(drawn(answer), words, text);
  return answer;
}

/** Presses the button with that, whatever dot stands before it, and gives what its message became. */
async function does(label: string, words: RegExp): Promise<ChatMessage> {
  const bearer = ann.chat.messages.findLast(
    (one) => !one.deleted && labels(one).some((it) => it.endsWith(label)),
  );
  const whole = bearer && labels(bearer).find((it) => it.endsWith(label));
  const { message } = await press(ann, whole ?? label);
  assert.match(drawn(message), words, label);
  return message;
}

/** What a message comes to by itself. */
async function until({ messageId }: ChatMessage, words: RegExp): Promise<void> {
  const now = ann.chat.messages.find((one) => one.messageId === messageId);
  if (now !== undefined && words.test(flat(now))) return void drawn(now);
  drawn(await reply(ann.chat, (one) => one.messageId === messageId && words.test(flat(one))));
}

async function card(name: string, words: RegExp): Promise<ChatMessage> {
  await says(`/containers ${name}`, new RegExp(`${name}`.slice(0, 9)));
  return does(name, words);
}

const stateOf = async (name: string): Promise<string> => (await docker.inspect(name)).State.Status;

it("says on and off what is told of trouble, and by its buttons", needed, async () => {
  await says("/watch_containers off attic", /not told|any more/);
  await does("🔔 Tell me", /You are told when/);
  await does("🔕 Do not tell me", /any more|not told/);
});

it(
  "lists fifty by project and page, those in trouble, those that begin so, and each as a card",
  needed,
  async () => {
    const list = await says("/containers", /📦 Containers · attic .*blog .*mon .*shop .*Page 1 of 5/);
    assert.match(list.text, /🟢 \d+ · 🟡 \d · 🔴 \d · ⚪ \d+/);
    const second = await does("2/5 ▶", /Page 2 of 5/);
    assert.equal(second.messageId, list.messageId);
    const trouble = drawn(await does("in trouble", /loop/));
    for (const row of [
      /🟡 blog-cache-1 paused/,
      /🔴 eater OOM 137/,
      /🔴 ended-3 exit 3/,
      /🟡 loop ↻\d+ /,
      /🟡 starting \d+ (s|min)/,
      /🔴 unhealthy unhealthy/,
    ])
      assert.match(trouble, row);
    const web = await says("/containers web", /begin with “web”.*web-back.*web-front/);
    assert.deepEqual(labels(web).slice(0, 2), ["web-back", "web-front"]);
    await does("web-back", /📦 web-back · attic State: ⚪ created/);
    await card("ended-0", /⚪ stopped .*Exit code: 0, ended well/);
    await card("ended-3", /🔴 stopped .*Exit code: 3 /);
    await card("eater", /🔴 stopped .*Exit code: 137, .*memory/);
    await card("healthy", /🟢 up .*, healthy/);
    await card("unhealthy", /🔴 up .*, unhealthy/);
    await card("starting", /🟡 up .*check/);
    await card("loop", /Restarts: \d/);
    await card("blog-cache-1", /🟡 paused .*Project: blog Service: cache/);
    await card("shop-api-1", /Needs: db Needed by: web/);
    await says("/containers long", /long-n+…n+-last/);
    assert.ok((await does("n-last", /Id: /)).text.includes(LONG), "the card has the whole name");
  },
);

it("does each action by text, and it is as the engine says", needed, async () => {
  await says("/start_container spare-29 attic", /spare-29 on attic is started.* State now: 🟢 up/);
  for (const [verb, said, state] of [
    ["pause", /spare-29 on attic is paused.* State now: 🟡 paused/, "paused"],
    ["unpause", /spare-29 on attic is going again.* State now: 🟢 up/, "running"],
    ["restart", /spare-29 on attic is restarted.* State now: 🟢 up/, "running"],
    ["stop", /spare-29 on attic is stopped.* State now: /, "exited"],
    ["remove", /spare-29 on attic is removed. The container is gone now/, undefined],
  ] as const) {
    const typed = `/${verb}_container spare-29`;
    if (verb === "unpause") await says(typed, said);
    else {
      await says(
        typed,
        /spare-29\? Server: attic Container: spare-29 Image: busybox:1 Id: [0-9a-f]{12} State: /,
      );
      await does(`Yes, ${verb} spare-29`, said);
    }
    if (state !== undefined) assert.equal(await stateOf("spare-29"), state);
  }
  assert.equal((await docker.ask("GET", "/containers/spare-29/json")).status, 404);
});

it("does each action by button", needed, async () => {
  await card("spare-30", /⚪ created/);
  await does("▶ Start", /spare-30 on attic is started/);
  assert.equal(await stateOf("spare-30"), "running");
  for (const [button, yes, said, state] of [
    ["⏸ Pause", "Yes, pause spare-30", /is paused/, "paused"],
    ["▶ Go on", undefined, /is going again/, "running"],
    ["🔁 Restart", "Yes, restart spare-30", /is restarted/, "running"],
    ["⏹ Stop", "Yes, stop spare-30", /is stopped/, "exited"],
    ["▶ Start", undefined, /is started/, "running"],
  ] as const) {
    await does("spare-30", /📦 spare-30/);
    await does(button, yes === undefined ? said : /\? Server: attic Container: spare-30/);
    if (yes !== undefined) await does(yes, said);
    assert.equal(await stateOf("spare-30"), state);
  }
  await card("spare-31", /⚪ created/);
  await does("🗑 Remove", /Remove spare-31\?/);
  await does("Yes, remove spare-31", /spare-31 on attic is removed\. The container is gone now/);
  assert.equal((await docker.ask("GET", "/containers/spare-31/json")).status, 404);
});

it("does the same to a whole project, by text and by button", needed, async () => {
  await says("/pause_project blog attic", /blog-app-1/);
  await until(await does("Yes, pause blog", /blog-app-1/), /✅ Paused: 1/);
  assert.equal(await stateOf("blog-app-1"), "paused");
  await says("/containers", /Containers/);
  await does("🧩 Projects", /🧩 Projects · attic .*🟡 blog 0\/2 .*🟢 shop 3\/3 .*⚪ mon 0\/2/);
  await does("🧩 mon", /🧩 mon · attic ⚪ 2/);
  await does("▶ Start all", /Start all of mon\? .*1\. ⚪ mon-probe-1 2\. ⚪ mon-view-1/);
  await until(await does("Yes, start mon", /mon-probe-1/), /✅ Started: 2/);
  assert.equal(await stateOf("mon-view-1"), "running");
});

it("reads one closely, by text and by button; values of its environment are nowhere", needed, async () => {
  await says("/logs shop-a", /📜 shop-api-1 · attic .*ready/);
  await says("/top shop-a", /📋 shop-api-1 · attic .*sleep/);
  await says("/stats_container shop-a", /📊 shop-api-1 · attic .*Processes: 2/);
  await does("⏹ Stop", /⏹ Stopped/);
  await says("/inspect shop-a", /🔎 shop-api-1 · attic .*Environment PLAIN TOKEN Values are hidden/);
  for (const [button, words] of [
    ["📜 Logs", /📜 shop-api-1 · attic .*ready/],
    ["📋 Processes", /📋 shop-api-1 · attic .*sleep/],
    ["📊 Stats", /📊 shop-api-1 · attic .*Processes: 2/],
    ["🔎 Inspect", /🔎 shop-api-1 · attic .*Environment PLAIN TOKEN Values are hidden/],
  ] as const) {
    await card("shop-api-1", /Needs: db/);
    await does(button, words);
  }
  assert.ok(!JSON.stringify(system.emulator.control.calls).includes(SECRET));
});

it("tells of images, of what nobody uses, and of what was done", needed, async () => {
  const images = /💿 Images · attic In all: 2, .*🟢 busybox:1 .*runs: \d+ .*⚪ old:1 .*not in use/;
  await says("/images", images);
  await does("🔄 Refresh", images);
  const before = await docker.must<unknown[]>("GET", "/containers/json?all=true");
  await says("/prune attic", /🧹 Unused · attic Stopped containers: \d+ .*All unused images: 1 /);
  ann.chat.readAll();
  ann.press("🧹 Stopped containers");
  // More than fit: all of them in a file first, then the question below it.
  const file = await reply(ann.chat, ({ kind }) => kind === "document");
  const question = await reply(ann.chat, ({ text }) => text.includes("stopped containers?"));
  assert.ok(question.messageId > file.messageId);
  assert.match(drawn(question), /Remove (\d+) stopped containers\? Server: attic .*and \d+ more/);
  await does("Cancel", /Nothing was changed/);
  assert.equal((await docker.must<unknown[]>("GET", "/containers/json?all=true")).length, before.length);
  const done = /🧾 Audit · attic ✅ project\.start mon Ann, Telegram, .* done .*container\.remove spare-31 /;
  await says("/audit", done);
  await does("🔄 Refresh", done);
});

it(
  "a name is found by what only one begins with; several are offered, none offers the nearest",
  needed,
  async () => {
    const several = await says("/top web", /Several containers on attic begin with “web”/);
    assert.deepEqual(labels(several), ["⚪ web-back", "🟢 web-front"]);
    await does("web-front", /📋 web-front · attic/);
    const none = await says(
      "/inspect web-frnt",
      /attic has no container “web-frnt”\. Did you mean web-front\?/,
    );
    assert.ok(labels(none).includes("web-front"));
    await does("web-front", /🔎 web-front · attic/);
    await says("/stop_container web", /Several/);
    await does("web-front", /Stop web-front\?/);
    await does("Cancel", /Nothing was changed/);
  },
);

it("in Russian", needed, async () => {
  await says("/language ru", /по-русски/);
  await says("/containers", /📦 Контейнеры · attic/);
  await card("eater", /Состояние: 🔴 стоит .*Код выхода: 137, кончилась память/);
  await says("/stop_container healthy", /Остановить healthy\? Сервер: attic .*🟢 работает .*, здоров/);
  await does("Да, остановить healthy", /healthy на attic остановлен\. Состояние теперь: /);
  await says("/inspect shop-a", /Переменные PLAIN TOKEN Значения скрыты/);
  await says("/audit", /attic ✅ container\.stop healthy \([0-9a-f]{12}\) Ann, .* сделано/);
  assert.ok(assertSecretsKept(system) > 0);
});
