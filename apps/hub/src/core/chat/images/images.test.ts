/** /pull, /update_container and /prune on a real store: asked first, told as they go, noted once whoever sees their end. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Container, JobState, PrunePreview } from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import { chatEngine, labels, type Room, type Shown, settle } from "../room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const ID = "0123456789ab";
const WEB: Container = { id: ID, name: "web", image: "nginx:1.27", state: "running", age: 7_200, ports: [] };
const image = (digit: string) => `sha256:${digit.repeat(64)}`;

/** A person with one server whose agent does work as `states` tells, one look after the other; the last one stays. */
async function scene() {
  const room = await engine.room();
  const ann = await room.person();
  const server = await room.server(ann, "attic");
  const agent = {
    listed: [WEB],
    /** What begins it is answered with this, else with the first state. */
    begins: undefined as Fault | undefined,
    states: [] as Array<Partial<JobState> | Fault>,
    preview: undefined as PrunePreview | undefined,
    asked: [] as Array<{ command: string; ask: Record<string, unknown> }>,
  };
  const told = (kind: string, id: unknown): JobState => {
    const now = agent.states.length > 1 ? agent.states.shift() : agent.states[0];
    if (now instanceof Fault) throw now;
    return { id: String(id), kind, state: "running", tookMs: 3_000, steps: [], ...now };
  };
  let kind = "";
  room.ask = async ({ command, ask }) => {
    const read = command.ask.parse(ask) as Record<string, unknown>;
    if (command.name === "containers") return { answer: { containers: agent.listed, left: 0 }, tookMs: 1 };
    if (command.name === "prune_preview") return { answer: agent.preview, tookMs: 1 };
    if (command.name !== "job") {
      kind = command.name;
      agent.asked.push({ command: kind, ask: read });
      if (agent.begins !== undefined) throw agent.begins;
    }
    return { answer: told(kind, read.job), tookMs: 1 };
  };
  const audited = async () =>
    (await room.store.audit.recent({ limit: 9 })).map(({ what, result }) => `${what} ${result}`).reverse();
  return { room, ann, server, agent, audited };
}

/** Turns the clock until a message says so. */
async function becomes(room: Room, shown: Shown | undefined, pattern: RegExp): Promise<string> {
  const end = performance.now() + 20_000;
  for (;;) {
    const now = line(room.messages.get(`${shown?.chatId} ${shown?.messageId}`));
    if (pattern.test(now)) return now;
    assert.ok(performance.now() < end, `it is still: ${now}`);
    room.clock.turn(1_000);
    await settle();
  }
}

const line = (shown: Shown | undefined): string =>
  (shown?.text ?? "").replaceAll("\n", " | ").replaceAll("\u00a0", " ");

test("pull: asked first, one bar for its layers, and what the name stands for then", async () => {
  const { room, ann, agent, audited } = await scene();
  assert.match(line(await ann.write("/pull")), /So: \/pull nginx:1\.27/);
  assert.match(line(await ann.write("/pull NGINX")), /names no image/);
  const question = await ann.write("/pull nginx");
  assert.match(
    line(question),
    /Fetch an image\? \| Server: attic \| Image: nginx:latest \| Its policy: images\.pull/,
  );
  assert.deepEqual(agent.asked, []);
  const layer = (what: string, bytes: number) => ({
    what,
    state: "running" as const,
    bytes,
    ofBytes: 50 * 2 ** 20,
  });
  agent.states = [
    {},
    { steps: [{ what: "a", state: "done", ofBytes: 50 * 2 ** 20 }, layer("b", 10 * 2 ** 20)] },
    new Fault("SERVER_OFFLINE", "away for a moment"),
    { state: "done", result: { image: "nginx:latest", id: image("b"), was: image("a"), bytes: 2 ** 27 } },
  ];
  const { shown } = await ann.press(question, /^Yes/);
  assert.match(line(shown), /📥 Pull nginx · attic \| Asking its registry/);
  const bars = await becomes(room, shown, /60\.0 MiB of 100\.0 MiB \| Layers: 1 of 2/);
  assert.match(bars, /bars/);
  await becomes(room, shown, /does not answer just now \(SERVER_OFFLINE\)/);
  const done = await becomes(room, shown, /A newer image is on attic now/);
  assert.match(done, /Id: bbbbbbbbbbbb \| Before: aaaaaaaaaaaa \| Size: 128\.0 MiB/);
  assert.equal(agent.asked.length, 1);
  assert.deepEqual(await audited(), ["image.pull begun", "image.pull done"]);
  assert.equal(room.clock.armed(), 0, "nothing goes on after its end");
});

test("update: names what it is, follows its stages, and says why it was rolled back", async () => {
  const { room, ann, agent, audited } = await scene();
  const question = await ann.write("/update_container we");
  assert.match(
    line(question),
    /Update web\? \| Server: attic \| Container: web \| Image: nginx:1\.27 \| Id: 0123456789ab \| State: 🟢 up 2 h \| It fetches/,
  );
  agent.states = [
    {
      steps: [
        { what: "pull", state: "done" },
        { what: "stop", state: "running" },
      ],
    },
    {
      state: "failed",
      steps: [
        { what: "pull", state: "done" },
        { what: "watch", state: "failed" },
        { what: "undo", state: "done" },
      ],
      fault: {
        code: "CONTAINER_ACTION_FAILED",
        detail: "x",
        values: { name: "web", stage: "watch", reason: "unhealthy", log: "no\n way", back: "yes" },
      },
    },
  ];
  const { shown } = await ann.press(question, /^Yes/);
  assert.match(line(shown), /✅ fetch the image \| ⏳ stop the old one/);
  const { job, ...rest } = agent.asked[0]?.ask ?? {};
  assert.match(String(job), /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, { id: ID, name: "web", seen: "running", image: "nginx:1.27" });
  const end = await becomes(
    room,
    shown,
    /↩️ web on attic was not updated\. The old container is back as it was\./,
  );
  assert.match(
    end,
    /Why: its health check failed\. \| Its last lines: \| no \| {2}way .*❌ wait until it is well \| ✅ put the old one back/,
  );
  assert.deepEqual(await audited(), ["container.update begun", "container.update failed"]);
});

test("update: changed since it was shown is asked again; protected, or in no state for it, is told", async () => {
  const { ann, agent, audited } = await scene();
  const question = await ann.write("/update_container web");
  agent.begins = new Fault("CONTAINER_CHANGED", "", {
    values: { name: "web", was: "running", is: "exited" },
  });
  agent.listed = [{ ...WEB, state: "exited", exitCode: 0 }];
  const { shown } = await ann.press(question, /^Yes/);
  assert.match(line(shown), /Update web\? .*State: ⚪ stopped/);
  assert.match(line(shown), /Nothing was done/);
  assert.deepEqual(labels(shown), ["Yes, update web", "Cancel"]);
  agent.begins = new Fault("UNSUPPORTED", "", { values: { name: "web", reason: "fixed" } });
  assert.match(line((await ann.press(shown, /^Yes/)).shown), /made from an image by its id or digest/);
  agent.listed = [{ ...WEB, protected: true }];
  assert.match(line(await ann.write("/update_container web")), /🛡 attic protects web/);
  assert.deepEqual(
    (await audited()).filter((entry) => !entry.endsWith("begun")),
    [...["container.update failed", "container.update failed", "container.update refused"]],
  );
});

test("no answer to what began it: how it goes is asked; an agent that restarted knows nothing, and the state is read", async () => {
  const { room, ann, agent, audited } = await scene();
  agent.begins = new Fault("COMMAND_TIMEOUT", "", { values: { acted: "unknown" } });
  const result = {
    ...{ id: "cd".repeat(32), name: "web", image: "nginx:1.27", from: image("a"), to: image("b") },
    ...{ changed: true, state: "running", ended: "healthy" },
  };
  agent.states = [{ state: "done", result }];
  const first = await ann.press(await ann.write("/update_container web"), /^Yes/);
  assert.match(
    line(first.shown),
    /✅ web on attic is updated and healthy\. .*Before: aaaaaaaaaaaa \| Now: bbbbbbbbbbbb/,
  );
  agent.states = [new Fault("JOB_UNKNOWN", "")];
  agent.listed = [
    { ...WEB, id: "fedcba987654" },
    { ...WEB, name: "web-old", state: "exited", exitCode: 0 },
  ];
  const second = await ann.press(await ann.write("/update_container web"), /^Yes/);
  assert.match(
    line(second.shown),
    /I do not know how it ended.*web: 🟢 up 2 h, nginx:1\.27 \| web-old: ⚪ stopped/,
  );
  assert.equal(agent.asked.length, 2, "it is never asked for twice");
  assert.deepEqual(await audited(), [
    ...[
      "container.update begun",
      "container.update done",
      "container.update begun",
      "container.update unknown",
    ],
  ]);
  assert.equal(room.clock.armed(), 0);
});

test("its end is noted though nobody looks, and Refresh tells it from any hub", async () => {
  const { room, ann, agent, audited } = await scene();
  agent.states = [{}];
  const { shown } = await ann.press(await ann.write("/pull nginx"), /^Yes/);
  await ann.press(shown, "⏹ Stop");
  await becomes(room, shown, /stopped|live/i);
  const stopped = room.messages.get(`${shown?.chatId} ${shown?.messageId}`);
  assert.deepEqual(labels(stopped), ["🔄 Refresh"]);
  agent.states = [{ state: "done", result: { image: "nginx:latest", id: image("b"), bytes: 1 } }];
  const end = performance.now() + 20_000;
  while ((await audited()).length < 2) {
    assert.ok(performance.now() < end);
    room.clock.turn(5_000);
    await settle();
  }
  const again = await ann.press(stopped, "🔄 Refresh");
  assert.match(line(again.shown), /The image is on attic now/);
  assert.deepEqual(await audited(), ["image.pull begun", "image.pull done"]);
});

test("prune: more than fits the question is a file before it, and every name of an image is told", async () => {
  const { room, ann, agent } = await scene();
  const long = `registry.example.com/${"team/".repeat(6)}app:1`;
  const more = Array.from({ length: 60 }, (_, n) => `app:${n}`);
  agent.preview = {
    ...{ containers: [], networks: [], left: { containers: 0, images: 0, networks: 0 }, protected: 0 },
    images: [[long, "alias:2"], ...more.map((name) => [name])].map((names, n) => ({
      ...{ id: `sha256:${n.toString(16).padStart(64, "0")}`, names, created: 1, bytes: 1_000 - n },
    })),
  };
  const choose = async () => (await ann.press(await ann.write("/prune"), "🧹 All unused images")).shown;
  const question = await choose();
  const [file, ...others] = room.files;
  assert.deepEqual(others, []);
  const told = new TextDecoder().decode(file?.bytes);
  assert.match(told, new RegExp(`^${long} = alias:2  000000000000  `));
  for (const name of more) assert.ok(told.includes(`${name}  `), name);
  assert.match(line(question), /Remove 61 images.*all of them are in the file above/);
  assert.ok(Number(question?.messageId.slice(1)) > Number(file?.messageId.slice(1)), "asked below it");
  agent.preview = { ...agent.preview, images: agent.preview.images.slice(0, 20) };
  const table = (await choose())?.view.blocks.find((block) => block.type === "table");
  const shown = table?.type === "table" ? table.rows.map(([cell]) => cell).join("\n") : "";
  assert.ok(shown.replaceAll("\n", "").startsWith(`${long}= alias:2app:0`), shown);
  assert.equal(room.files.length, 1, "what fits is in the question");
});

test("prune: what there is by kind, exactly what would go, and what has gone", async () => {
  const { room, ann, agent, audited } = await scene();
  const none = { containers: 0, images: 0, networks: 0 };
  agent.preview = {
    containers: [
      { id: "1".repeat(64), name: "old", image: "nginx", state: "exited", created: 1, bytes: 1_000 },
      { id: "2".repeat(64), name: "older", image: "nginx", state: "dead", created: 1, bytes: 5 * 2 ** 20 },
    ],
    images: [
      { id: image("a"), names: [], created: 1, bytes: 2 ** 20 },
      { id: image("b"), names: ["redis:7"], created: 1, bytes: 2 ** 30 },
    ],
    networks: [{ id: "3".repeat(64), name: "back" }],
    left: none,
    protected: 1,
  };
  const overview = await ann.write("/prune");
  assert.match(
    line(overview),
    /Unused · attic \| Stopped containers: 2 · 5\.0 MiB \| Images without a name: 1 · 1\.0 MiB \| All unused images: 2 · 1\.0 GiB \| Networks: 1 \| .*left out: 1 \| Volumes are never touched/,
  );
  const question = (await ann.press(overview, "🧹 All unused images")).shown;
  assert.match(line(question), /🧹 Remove 2 images\? \| Server: attic \| table \| Together 2, 1\.0 GiB/);
  const table = question?.view.blocks.find((block) => block.type === "table");
  assert.deepEqual(
    table?.type === "table" && table.rows.map((row) => row.map((cell) => cell.replaceAll("\u00a0", " "))),
    [
      ["redis:7", "1.0 GiB"],
      ["no name aaaaaaaaaaaa", "1.0 MiB"],
    ],
  );
  const kept = [{ kind: "images", name: "redis:7", why: "used" }];
  agent.states = [
    { steps: [{ what: "images", state: "running", said: "1 of 2" }] },
    { state: "done", result: { removed: { ...none, images: 1 }, freed: 2 ** 20, kept, keptMore: 0 } },
  ];
  const { shown } = await ann.press(question, /^Yes/);
  assert.match(line(shown), /⏳ Images \| 1 of 2/);
  const done = await becomes(room, shown, /1\.0 MiB freed on attic/);
  assert.match(done, /Images: 1 \| Stayed: 1 \| redis:7: in use again/);
  const { job: _, ...asked } = agent.asked[0]?.ask ?? {};
  assert.deepEqual(asked, {
    containers: [],
    images: [
      { id: image("b"), names: ["redis:7"] },
      { id: image("a"), names: [] },
    ],
    networks: [],
  });
  assert.deepEqual(await audited(), ["docker.prune begun", "docker.prune done"]);
  agent.preview = { containers: [], images: [], networks: [], left: none, protected: 0 };
  assert.match(line(await ann.write("/prune attic")), /There is nothing unused/);
});

test("an agent whose policy lacks the line is not asked: the line is told at once", async () => {
  const { room, ann, server, agent, audited } = await scene();
  const presence = {
    commands: ["pull", "update_container", "prune", "prune_preview"],
    allow: ["containers.stop"],
  };
  const facts = {
    version: "1",
    runtime: "node 24",
    os: "x",
    arch: "x",
    hostname: "h",
    bootId: "b",
    ...presence,
  };
  const at = { since: 1, lastHeartbeat: 1, latencyMs: 1, skewMs: 0, protocol: 2, hubId: "hub", region: "" };
  room.online.set(server.id, { ...at, facts } as never);
  const refused = await ann.write("/pull nginx");
  const code = refused?.view.blocks.find((block) => block.type === "code");
  assert.deepEqual(code, { type: "code", text: "SERVEREYE_AGENT_ALLOW=containers.stop,images.pull" });
  assert.deepEqual([agent.asked, await audited()], [[], ["image.pull refused"]]);
});

test("update: who needs it is said before", async () => {
  const { ann, agent } = await scene();
  const shop = (name: string, more: Partial<Container>): Container => ({
    ...{ ...WEB, id: `${name.length}`.repeat(12), name, project: "shop", service: name },
    ...more,
  });
  agent.listed = [shop("db", {}), shop("api", { dependsOn: ["db"] }), shop("other", {})];
  assert.match(
    line(await ann.write("/update_container db")),
    /State: 🟢 up 2 h \| Needed by: api \| It fetches/,
  );
});
