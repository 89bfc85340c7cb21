/** A whole Compose project from a chat: what is asked, in which order it is done, how it goes on and how it ended. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Container, type JobState, type JobStep, projectActions } from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import { chatEngine, labels, type Shown } from "../room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const member = (
  at: number,
  service: string,
  dependsOn: string[],
  more: Partial<Container> = {},
): Container => ({
  ...{ id: String(at).repeat(64), name: `shop-${service}-1`, image: service, state: "running", ports: [] },
  ...{ project: "shop", service, dependsOn, ...more },
});

const SHOP = [
  member(1, "web", ["api"]),
  member(2, "api", ["db"]),
  member(3, "db", []),
  member(4, "setup", [], { state: "exited", exitCode: 0 }),
];

async function shop() {
  const room = await engine.room();
  const ann = await room.person();
  const server = await room.server(ann, "attic");
  const asked: Array<{ name: string; ask: Record<string, unknown> }> = [];
  const state = {
    listed: [...SHOP, { ...member(9, "other", []), project: "shelf" }],
    job: "running" as JobState["state"],
    /** As of more containers than an agent tells at once: those of a project are told when they are asked for. */
    crowd: undefined as undefined | { usual: Container[]; left: number; leftOfProject: number },
  };
  const steps = (): JobStep[] => {
    const told = asked.find(({ name }) => name.endsWith("_project"))?.ask.containers;
    const all = Array.isArray(told) ? told : [];
    return all.map(({ name }, at) => ({
      what: name,
      state: state.job === "running" ? (at === 0 ? "running" : "waiting") : "done",
    }));
  };
  const jobState = (kind: string): JobState => ({
    ...{ id: crypto.randomUUID(), kind, state: state.job, tookMs: 2_000, steps: steps() },
    ...(state.job === "done" ? { result: { done: 3, failed: 0, skipped: 0, broken: [] } } : {}),
  });
  room.ask = async ({ command, ask }) => {
    const { crowd } = state;
    if (command.name === "containers" && crowd !== undefined) {
      const { project } = ask as { project?: string };
      const of = state.listed.filter((one) => one.project === project);
      const answer = project
        ? { containers: of, left: crowd.leftOfProject }
        : { containers: crowd.usual, left: crowd.left };
      return { answer, tookMs: 1 };
    }
    if (command.name === "containers") return { answer: { containers: state.listed, left: 0 }, tookMs: 1 };
    if (command.name !== "job") asked.push({ name: command.name, ask: command.ask.parse(ask) as never });
    const [{ name } = { name: "" }] = asked;
    return { answer: command.answer.parse(jobState(name)), tookMs: 1 };
  };
  const latest = (of: Shown | undefined) => room.messages.get(`${of?.chatId} ${of?.messageId}`)?.text ?? "";
  const waiting = new Set<() => void>();
  const { port } = room;
  room.port = {
    ...port,
    async redraw(...told) {
      const shown = await port.redraw(...told);
      for (const look of [...waiting]) look();
      return shown;
    },
  };
  /** Resolves when the message has come to it. */
  const until = (of: Shown | undefined, words: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const look = () => {
        if (!words.test(latest(of))) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { room, ann, server, asked, state, latest, until };
}

const audited = async (room: Awaited<ReturnType<typeof shop>>["room"]) =>
  (await room.store.audit.recent({ limit: 10 })).map(({ what, result }) => `${what} ${result}`).sort();

test("asked with the order, done once, drawn as it goes and as it ends, noted in the log", async () => {
  const { room, ann, asked, state, latest, until } = await shop();
  const question = await ann.write("/stop_project sho");
  assert.equal(
    question?.text,
    [
      ...["Stop all of shop?", "Server: attic", "Project: shop", "In this order:"],
      ...["1. 🟢 shop-web-1", "2. 🟢 shop-api-1", "3. 🟢 shop-db-1"],
      ...["They stay as they are: shop-setup-1", "Works once, for a minute."],
    ].join("\n"),
  );
  assert.equal(asked.length, 0);
  await Promise.all([1, 2, 3].map(() => ann.press(question, "Yes, stop shop")));
  assert.equal(asked.length, 1);
  const [sent] = asked;
  assert.equal(sent?.name, "stop_project");
  assert.deepEqual(
    { project: sent?.ask.project, containers: sent?.ask.containers },
    {
      project: "shop",
      containers: [SHOP[0], SHOP[1], SHOP[2]].map((one) => ({
        id: one?.id,
        name: one?.name,
        seen: "running",
      })),
    },
  );
  assert.match(latest(question), /🧩 Stop shop · attic[\s\S]*⏳ shop-web-1\n▫️ shop-api-1/);
  state.job = "done";
  room.clock.turn(3_000);
  await until(question, /✅ Stopped: 3/);
  assert.match(latest(question), /✅ Stopped: 3[\s\S]*✅ shop-web-1/);
  assert.ok(labels(room.messages.get(`${question?.chatId} ${question?.messageId}`)).includes("🧩 shop"));
  assert.deepEqual(await audited(room), ["project.stop begun", "project.stop done"]);
});

test("of more containers than are told at once, a project is asked for by its whole name, and none is done in part", async () => {
  const { ann, asked, state } = await shop();
  const [web] = SHOP;
  assert.ok(web);
  state.crowd = { usual: [web], left: 600, leftOfProject: 0 };
  const begun = await ann.write("/stop_project sho");
  assert.deepEqual(labels(begun).slice(0, 1), ["🧩 shop"], "another may begin so too");
  const question = await ann.write("/stop_project shop");
  assert.match(question?.text ?? "", /1\. 🟢 shop-web-1\n2\. 🟢 shop-api-1\n3\. 🟢 shop-db-1/);
  state.crowd.leftOfProject = 2;
  const refused = await ann.press(question, /^Yes/);
  assert.match(refused.shown?.text ?? "", /Nothing was done: 2 more containers/);
  assert.match((await ann.write("/stop_project shop"))?.text ?? "", /Nothing was done: 2 more containers/);
  assert.deepEqual(asked, []);
});

test("another in it than was shown, or one in another state: nothing is done, and it is asked again", async () => {
  const { ann, asked, state } = await shop();
  const question = await ann.write("/restart_project shop");
  state.listed = [...state.listed, member(5, "cron", ["db"])];
  const { shown } = await ann.press(question, /^Yes/);
  assert.match(shown?.text ?? "", /Nothing was done: the project is not as it was[\s\S]*shop-cron-1/);
  assert.deepEqual(asked, []);
  state.listed = state.listed.map((one) => (one.service === "web" ? { ...one, state: "paused" } : one));
  assert.match((await ann.press(shown, /^Yes/)).shown?.text ?? "", /Nothing was done/);
  assert.deepEqual(asked, []);
});

test("needed first when it starts; protected ones are said to stay; what does not fit is said", async () => {
  const { ann, asked, state } = await shop();
  assert.match((await ann.write("/start_project shelf"))?.text ?? "", /nothing in shelf can be started/);
  state.listed = SHOP.map((one): Container => ({ ...one, state: "exited", exitCode: 0 }));
  const start = await ann.write("/start_project shop");
  assert.match(
    start?.text ?? "",
    /1\. ⚪ shop-db-1\n2\. ⚪ shop-api-1\n3\. ⚪ shop-setup-1\n4\. ⚪ shop-web-1/,
  );
  state.listed = SHOP.map((one): Container => (one.service === "api" ? { ...one, protected: true } : one));
  const stop = await ann.write("/stop_project shop");
  assert.match(stop?.text ?? "", /1\. 🟢 shop-web-1\n2\. 🟢 shop-db-1\n🛡 Protected[^\n]*: shop-api-1/);
  assert.match((await ann.write("/remove_project shop"))?.text ?? "", /What runs is stopped first/);
  assert.deepEqual(asked, []);
});

test("found by a beginning, several as buttons, the nearest; the card has what fits", async () => {
  const { ann, state } = await shop();
  assert.deepEqual(labels(await ann.write("/stop_project sh")), ["🧩 shelf", "🧩 shop"]);
  assert.match((await ann.write("/stop_project shep"))?.text ?? "", /Did you mean shelf|Did you mean shop/);
  assert.match((await ann.write("/stop_project"))?.text ?? "", /So: \/stop_project project/);
  const list = await ann.write("/containers");
  const card = (await ann.press(list, "🧩 shop")).shown;
  assert.deepEqual(labels(card).slice(0, 4), ["▶ Start all", "⏹ Stop all", "🔁 Restart all", "⏸ Pause all"]);
  assert.match((await ann.press(card, "⏹ Stop all")).shown?.text ?? "", /Stop all of shop\?/);
  state.listed = [];
  assert.match((await ann.press(card, "⏹ Stop all")).shown?.text ?? "", /no containers any more/);
});

test("the agent knows the work no more: the states are read, and told", async () => {
  const { room, ann, latest, until } = await shop();
  const question = await ann.write("/stop_project shop");
  await ann.press(question, /^Yes/);
  const scripted = room.ask;
  room.ask = (asked) =>
    asked.command.name === "job" ? Promise.reject(new Fault("JOB_UNKNOWN", "")) : scripted(asked);
  room.clock.turn(3_000);
  await until(question, /shop-db-1: /);
  assert.match(latest(question), /shop-web-1: 🟢 up[\s\S]*shop-setup-1: ⚪ stopped/);
  assert.deepEqual(await audited(room), ["project.stop begun", "project.stop unknown"]);
});

test("a viewer may not, by text nor by an old button; the log has it", async () => {
  const { room, ann, server, asked } = await shop();
  const bob = await room.person("Bob");
  await room.store.servers.grant(server.id, bob.id, "operator");
  const question = await bob.write("/stop_project shop");
  await room.store.servers.grant(server.id, bob.id, "viewer");
  assert.match((await bob.press(question, /^Yes/)).shown?.text ?? "", /operator/);
  assert.match((await bob.write(`/${projectActions.restart.name} shop`))?.text ?? "", /operator/);
  assert.ok(ann.id !== bob.id && asked.length === 0);
  assert.deepEqual(await audited(room), ["project.restart refused", "project.stop refused"]);
});
