/** Containers from Telegram on two servers with a real dockerd each, whose containers have the same names. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import fc from "fast-check";
import { startDocker, type TestDocker } from "../engines/docker.ts";
import { needs } from "../engines.ts";
import type { Actor } from "../telegram/actor.ts";
import type { ChatMessage } from "../telegram/message.ts";
import { render35, width } from "../telegram/render.ts";
import { addServer, ask, labels, openSystem, press, reply, type System, tap } from "./system.ts";

const needed = needs("docker", "root", "busybox");
const ALLOW = ["start", "stop", "restart", "pause", "remove"].map((verb) => `containers.${verb}`).join(",");
/** Ends when it is asked to, as a good service does. */
const GOOD = { Cmd: ["sh", "-c", "trap exit TERM; sleep 1000000 & wait"] };
const SERVERS = ["attic", "cellar"] as const;

let system: System;
let ann: Actor;
let engines: Record<(typeof SERVERS)[number], TestDocker>;
const ids = { attic: "", cellar: "" };

before(async () => {
  if (needed.skip !== false) return;
  const [attic, cellar] = await Promise.all([startDocker(), startDocker()]);
  engines = { attic, cellar };
  system = await openSystem({ env: { SERVEREYE_ADMINS: "1" } });
  ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
  for (const name of SERVERS) {
    ids[name] = await engines[name].run({ name: "web", ...GOOD });
    const host = { SERVEREYE_AGENT_DOCKER_HOST: engines[name].address, SERVEREYE_AGENT_ALLOW: ALLOW };
    await addServer(system, ann, name, host);
  }
});
after(async () => {
  await system?.close();
  await Promise.all([engines?.attic.stop(), engines?.cellar.stop()]);
});

/** As a phone shows it: nothing wider than it, and nothing that is not for a reader. */
function drawn(message: ChatMessage): string {
  const shown = render35(message);
  if (process.env.SHOW_SCREENS)
    console.log(`${"─".repeat(35)}\n${shown}\n${JSON.stringify(labels(message))}`);
  for (const row of shown.split("\n")) {
    assert.ok(width(row) <= 35, row);
    assert.doesNotMatch(row, /undefined|NaN|\[object/);
  }
  return message.text.replaceAll(/\s+/g, " ");
}

const stateOf = async (name: (typeof SERVERS)[number]): Promise<string> =>
  (await engines[name].inspect("web")).State.Status;
const states = async () => ({ attic: await stateOf("attic"), cellar: await stateOf("cellar") });

/** She may write only so much a second; and an agent that was silent for 30 s of the hub's clock is offline. */
const rest = () => system.clock.idle(1_500);

it("by text: the one on the server that was named, and the other is not touched", needed, async () => {
  assert.match(drawn(await ask(ann, "/stop_container web attic")), /Stop web\? Server: attic Container: web/);
  assert.deepEqual(await states(), { attic: "running", cellar: "running" });
  assert.match(drawn((await press(ann, "Yes, stop web")).message), /web on attic is stopped.*State now: /);
  assert.deepEqual(await states(), { attic: "exited", cellar: "running" });
  assert.match(drawn(await ask(ann, "/start_container we attic")), /web on attic is started/);
  assert.deepEqual(await states(), { attic: "running", cellar: "running" });
});

it("by button: from the list to the card, and what fits there", needed, async () => {
  await ask(ann, "/containers cellar");
  const card = (await press(ann, "web")).message;
  assert.match(drawn(card), /📦 web · cellar State: 🟢 up .*Memory: .*Id: /);
  assert.ok(["⏹ Stop", "⏸ Pause", "📊 Stats", "🔎 Inspect"].every((label) => labels(card).includes(label)));
  assert.ok(!labels(card).includes("📜 Logs"), "its policy does not allow them");
  await press(ann, "⏸ Pause");
  assert.match(drawn((await press(ann, "Yes, pause web")).message), /web on cellar is paused.*paused/);
  assert.deepEqual(await states(), { attic: "running", cellar: "paused" });
  await press(ann, "web");
  assert.match(drawn((await press(ann, "▶ Go on")).message), /web on cellar is going again/);
  assert.deepEqual(await states(), { attic: "running", cellar: "running" });
});

it("a hundred presses at once restart it once", needed, async () => {
  rest();
  const question = await ask(ann, "/restart_container web cellar");
  assert.match(drawn(question), /Restart web\?/);
  const { messageId } = question;
  const was = await engines.cellar.inspect("web");
  ann.chat.readAll();
  await Promise.all(Array.from({ length: 100 }, () => tap(ann, "Yes, restart web", { messageId })));
  await reply(ann.chat, (message) => message.messageId === messageId && message.text.startsWith("✅"));
  const now = await engines.cellar.inspect("web");
  assert.notEqual(now.State.StartedAt, was.State.StartedAt);
  rest();
  const { text } = await ask(ann, "/audit cellar");
  assert.equal(text.match(/restart/gi)?.length, 1, text);
});

it(
  "changed or replaced between the question and the yes: nothing is done, it is asked again",
  needed,
  async () => {
    rest();
    await ask(ann, "/stop_container web attic");
    await engines.attic.must("POST", "/containers/web/pause");
    const changed = (await press(ann, "Yes, stop web")).message;
    assert.match(drawn(changed), /Nothing was done: it was “up” .* and is “paused” now/);
    assert.equal(await stateOf("attic"), "paused");
    await engines.attic.remove(ids.attic);
    ids.attic = await engines.attic.run({ name: "web", ...GOOD });
    const replaced = (await press(ann, "Yes, stop web")).message;
    assert.match(drawn(replaced), /another container has this name now/);
    assert.match(drawn(replaced), new RegExp(`Id: ${ids.attic.slice(0, 12)}`));
    assert.equal(await stateOf("attic"), "running");
    assert.match(drawn((await press(ann, "Cancel")).message), /Nothing was changed/);
  },
);

it("a whole project: those that need others first when it stops, last when it starts", needed, async () => {
  rest();
  const made: Record<string, string> = {};
  for (const [service, needs] of [
    ["db", ""],
    ["api", "db:service_started:false"],
    ["web", "api:service_started:false"],
  ] as const) {
    const label = "com.docker.compose";
    made[service] = await engines.cellar.run({
      name: `shop-${service}-1`,
      ...GOOD,
      Labels: {
        [`${label}.project`]: "shop",
        [`${label}.service`]: service,
        [`${label}.depends_on`]: needs,
      },
    });
  }
  const question = drawn(await ask(ann, "/stop_project shop cellar"));
  assert.match(question, /1\. 🟢 shop-web-1 2\. 🟢 shop-api-1 3\. 🟢 shop-db-1/);
  const { messageId } = (await press(ann, "Yes, stop shop")).message;
  await finished(messageId, /✅ Stopped: 3/);
  const ended = await Promise.all(["web", "api", "db"].map((service) => timeOf(made[service], "FinishedAt")));
  assert.deepEqual(ended, ended.toSorted());
  assert.equal(await stateOf("cellar"), "running", "what is not of the project is left alone");
  drawn(await ask(ann, "/start_project sho cellar"));
  const started = (await press(ann, "Yes, start shop")).message;
  await finished(started.messageId, /✅ Started: 3/);
  const began = await Promise.all(["db", "api", "web"].map((service) => timeOf(made[service], "StartedAt")));
  assert.deepEqual(began, began.toSorted());
  drawn(await ask(ann, "/containers cellar"));
  assert.match(drawn((await press(ann, "🧩 shop")).message), /🧩 shop · cellar 🟢 3/);
  assert.match(drawn(await ask(ann, "/stop_project shop attic")), /attic has no project “shop”/);
});

const timeOf = async (id: string | undefined, which: "StartedAt" | "FinishedAt"): Promise<string> =>
  (await engines.cellar.must<{ State: Record<string, string> }>("GET", `/containers/${id}/json`)).State[
    which
  ] ?? "";

/** The message goes on by the hub's clock, which is turned here. */
async function finished(messageId: number, words: RegExp): Promise<void> {
  for (;;) {
    const now = ann.chat.messages.find((message) => message.messageId === messageId);
    if (now !== undefined && words.test(now.text)) return void drawn(now);
    system.clock.idle(500);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);

it(
  `thirty random operations act on the right one of two of the same name (SEED=${SEED})`,
  needed,
  async () => {
    const verbs = { stop: "exited", start: "running", pause: "paused", unpause: "running" } as const;
    const from = { stop: ["running", "paused"], start: ["exited"], pause: ["running"], unpause: ["paused"] };
    const one = fc.record({
      verb: fc.constantFrom("stop", "start", "pause", "unpause"),
      server: fc.constantFrom(...SERVERS),
      answer: fc.constantFrom("yes", "cancel"),
    });
    const [operations = []] = fc.sample(fc.array(one, { minLength: 30, maxLength: 30, size: "max" }), {
      seed: SEED,
      numRuns: 1,
    });
    for (const { verb, server, answer } of operations) {
      rest();
      const expected: Record<string, string> = await states();
      const fits = from[verb].includes(expected[server] ?? "");
      const asks = verb === "stop" || verb === "pause";
      const shown = await ask(ann, `/${verb}_container web ${server}`);
      if (fits && asks) await press(ann, answer === "yes" ? `Yes, ${verb} web` : "Cancel");
      assert.equal(
        labels(shown).some((label) => label.startsWith("Yes")),
        fits && asks,
        shown.text,
      );
      if (fits && (!asks || answer === "yes")) expected[server] = verbs[verb];
      assert.deepEqual(await states(), expected, `${verb} on ${server}, ${answer}`);
    }
  },
);
