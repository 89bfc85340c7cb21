/** The right container, and no other: a thousand random operations on two servers whose containers have the same names. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  asksFirst,
  CONTAINER_VERBS,
  type Container,
  type ContainerState,
  type ContainerVerb,
  verbsFor,
} from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import fc from "fast-check";
import { type Body, type Chat, chatEngine, type Room, type Shown } from "../room.test-code.ts";

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const RUNS = 10;
const OPERATIONS = 100;
const NAMES = ["web", "web-admin", "db"] as const;
const SERVERS = ["attic", "cellar"] as const;
const STATES: readonly ContainerState[] = ["running", "exited", "paused", "created"];
const AFTER: Readonly<Record<ContainerVerb, ContainerState>> = {
  ...{ start: "running", stop: "exited", restart: "running", pause: "paused", unpause: "running" },
  remove: "removing",
};
const GROUP: Chat = { chatId: "-77", kind: "group" };

const at = fc.record({
  server: fc.constantFrom(0, 1),
  name: fc.constantFrom(...NAMES),
  verb: fc.constantFrom(...CONTAINER_VERBS),
});
const which = fc.nat({ max: 5 });
const operation = fc.oneof(
  { weight: 4, arbitrary: at.map((one) => ({ do: "type" as const, ...one })) },
  { weight: 2, arbitrary: at.map((one) => ({ do: "card" as const, ...one })) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("yes" as const), which, times: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stranger" as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("elsewhere" as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("change" as const),
      ...{
        server: fc.constantFrom(0, 1),
        name: fc.constantFrom(...NAMES),
        state: fc.constantFrom(...STATES),
      },
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("replace" as const),
      ...{ server: fc.constantFrom(0, 1), name: fc.constantFrom(...NAMES) },
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(5, 61) }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

interface Question {
  shown: Shown;
  server: number;
  verb: ContainerVerb;
  id: string;
  state: ContainerState;
  asked: number;
  spent: boolean;
}

/** Two servers as they are, what their agents were told to do, and what may be expected of them. */
class World {
  readonly #room: Room;
  readonly #ann: Body;
  readonly #bob: Body;
  readonly #servers: readonly string[];
  readonly #there: readonly Map<string, Container>[];
  readonly acted: string[] = [];
  readonly #questions: Question[] = [];
  /** What there was before the step that is run. */
  #before: readonly Map<string, Container>[] = [];
  #made = 0;

  private constructor(room: Room, ann: Body, bob: Body, servers: readonly string[]) {
    this.#room = room;
    this.#ann = ann;
    this.#bob = bob;
    this.#servers = servers;
    this.#there = SERVERS.map(() => new Map(NAMES.map((name) => [name, this.#container(name)])));
    room.ask = async ({ server, command, ask }) => {
      const here = this.#there[servers.indexOf(server.id)] ?? new Map<string, Container>();
      if (command.name === "containers")
        return { answer: { containers: [...here.values()], left: 0 }, tookMs: 1 };
      return { answer: this.#act(here, server.id, command.name, ask), tookMs: 1 };
    };
  }

  static async open(room: Room): Promise<World> {
    const [ann, bob] = [await room.person("Ann"), await room.person("Bob")];
    const servers: string[] = [];
    for (const name of SERVERS) {
      const { id } = await room.server(ann, name);
      await room.store.servers.grant(id, bob.id, "operator");
      servers.push(id);
    }
    return new World(room, ann, bob, servers);
  }

  #container(name: string, state: ContainerState = "running"): Container {
    this.#made += 1;
    return { id: this.#made.toString(16).padStart(12, "0"), name, image: "app:1", state, ports: [] };
  }

  /** As an agent does it: by the id, and only if it is as it was seen. */
  #act(here: Map<string, Container>, server: string, command: string, ask: unknown) {
    const { id, name, seen } = ask as { id: string; name: string; seen?: string };
    const one = [...here.values()].find((container) => container.id === id);
    if (one === undefined) throw new Fault("CONTAINER_NOT_FOUND", "gone");
    assert.equal(seen, one.state, "sent with a state that it is not in");
    const verb = CONTAINER_VERBS.find((known) => command === `${known}_container`);
    assert.ok(verb);
    this.acted.push(`${verb} ${id} on ${this.#servers.indexOf(server)}`);
    if (verb === "remove") here.delete(name);
    else here.set(name, { ...one, state: AFTER[verb] });
    return { id, name, said: "" };
  }

  /** Does it and gives what the agents may have been told by it: nothing else is right. */
  async run(step: Operation): Promise<string[]> {
    this.#room.clock.turn(1_000);
    this.#before = this.#there.map((here) => new Map(here));
    switch (step.do) {
      case "type":
        return this.#asked(step, () =>
          this.#ann.write(`/${step.verb}_container ${step.name} ${SERVERS[step.server]}`),
        );
      case "card":
        return this.#asked(step, () => this.#byCard(step));
      case "yes":
        return this.#yes(this.#questions.at(-1 - step.which), step.times);
      case "cancel":
        return this.#cancel(this.#questions.at(-1 - step.which));
      case "stranger":
      case "elsewhere":
        return this.#wrongly(step.do, this.#questions.at(-1 - step.which));
      case "change":
        return this.#change(step.server, step.name, step.state);
      case "replace":
        this.#there[step.server]?.set(step.name, this.#container(step.name));
        return [];
      case "wait":
        this.#room.clock.turn(step.seconds * 1_000);
        return [];
    }
  }

  #change(server: number, name: string, state: ContainerState): string[] {
    const one = this.#there[server]?.get(name);
    if (one !== undefined) this.#there[server]?.set(name, { ...one, state });
    return [];
  }

  async #asked(
    { do: how, server, name, verb }: { do: string; server: number; name: string; verb: ContainerVerb },
    ask: () => Promise<Shown | undefined>,
  ): Promise<string[]> {
    // What begins so is another, where the whole name is gone.
    const there = [...(this.#there[server]?.values() ?? [])];
    const begun = there.filter((other) => other.name.startsWith(name));
    const one =
      this.#there[server]?.get(name) ?? (how === "type" && begun.length === 1 ? begun[0] : undefined);
    const shown = await ask();
    return this.#expected(shown, server, verb, one);
  }

  #expected(
    shown: Shown | undefined,
    server: number,
    verb: ContainerVerb,
    one: Container | undefined,
  ): string[] {
    const fits = one !== undefined && verbsFor[one.state].includes(verb);
    const question = yesOf(shown);
    if (question !== undefined && shown !== undefined) {
      assert.ok(fits, `asked about what does not fit: ${shown.text}`);
      const { id, state } = one;
      this.#questions.push({ shown, server, verb, id, state, asked: this.#room.clock.now(), spent: false });
      return [];
    }
    return fits && !asksFirst(verb) ? [`${verb} ${one.id} on ${server}`] : [];
  }

  async #byCard({ server, name, verb }: { server: number; name: string; verb: ContainerVerb }) {
    const list = await this.#ann.write(`/containers ${SERVERS[server]}`);
    const card = list?.view.buttons.flat().find(({ label }) => label.replace(/^[🔴🟡] /u, "") === name);
    assert.equal(card !== undefined, this.#there[server]?.has(name) === true, "the list has who there is");
    if (card === undefined || !("token" in card)) return undefined;
    const { shown } = await this.#ann.pressToken(card.token, list?.messageId);
    const label = { start: "▶ Start", stop: "⏹ Stop", restart: "🔁 Restart", pause: "⏸ Pause" };
    const named = { ...label, unpause: "▶ Go on", remove: "🗑 Remove" }[verb];
    const button = shown?.view.buttons.flat().find((one) => one.label === named);
    if (button === undefined || !("token" in button)) return undefined;
    return (await this.#ann.pressToken(button.token, shown?.messageId)).shown;
  }

  async #yes(question: Question | undefined, times: number): Promise<string[]> {
    const token = tokenOf(question, /^Yes/);
    if (question === undefined || token === undefined) return [];
    const presses = await Promise.all(
      Array.from({ length: times }, () => this.#ann.pressToken(token, question.shown.messageId)),
    );
    const late = this.#room.clock.now() > question.asked + 60_000;
    if (question.spent || late) return [];
    question.spent = true;
    const { server, verb, id, state } = question;
    const here = [...(this.#before[server]?.values() ?? [])];
    const same = here.find((one) => one.id === id);
    if (same?.state === state) return [`${verb} ${id} on ${server}`];
    const shown = presses.map((one) => one.shown).find((one) => yesOf(one) !== undefined);
    const name = nameIn(question);
    const other = same ?? here.find((one) => one.name === name);
    if (shown !== undefined && other !== undefined) this.#expected(shown, server, verb, other);
    return [];
  }

  async #cancel(question: Question | undefined): Promise<string[]> {
    const token = tokenOf(question, "Cancel");
    if (question === undefined || token === undefined) return [];
    await this.#ann.pressToken(token, question.shown.messageId);
    if (this.#room.clock.now() <= question.asked + 60_000) question.spent = true;
    return [];
  }

  async #wrongly(how: "stranger" | "elsewhere", question: Question | undefined): Promise<string[]> {
    const token = tokenOf(question, /^Yes/);
    if (question === undefined || token === undefined) return [];
    const own: Chat = { chatId: this.#ann.account.externalId, kind: "private" };
    const pressed =
      how === "stranger"
        ? await this.#bob.pressToken(token, question.shown.messageId, own)
        : await this.#ann.pressToken(token, question.shown.messageId, GROUP);
    assert.equal(pressed.notice?.alert, true);
    return [];
  }
}

const yesOf = (shown: Shown | undefined) =>
  shown?.view.buttons.flat().find(({ label }) => label.startsWith("Yes"));

const nameIn = ({ shown }: Question): string | undefined => /^Container: (.*)$/m.exec(shown.text)?.[1];

function tokenOf(question: Question | undefined, label: string | RegExp): string | undefined {
  const button = question?.shown.view.buttons
    .flat()
    .find((one) => (typeof label === "string" ? one.label === label : label.test(one.label)));
  return button !== undefined && "token" in button ? button.token : undefined;
}

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

test(`${RUNS * OPERATIONS} operations: each acts on the right one, confirmed, at most once (SEED=${SEED})`, async () => {
  let acted = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: OPERATIONS, maxLength: OPERATIONS, size: "max" }),
      async (operations) => {
        const world = await World.open(await engine.room());
        for (const [index, step] of operations.entries()) {
          const before = world.acted.length;
          const expected = await world.run(step);
          assert.deepEqual(
            world.acted.slice(before),
            expected,
            `operation ${index}: ${JSON.stringify(step)}`,
          );
        }
        acted += world.acted.length;
      },
    ),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
  assert.ok(acted > RUNS, "hardly anything was done: nothing was shown by it");
});
