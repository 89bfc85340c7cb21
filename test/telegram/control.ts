/** The side of the emulator that a test holds: persons, groups, chats, faults, and the record of calls. */
import { Actor, standingChange } from "./actor.ts";
import type { Api, Call } from "./api.ts";
import type { Clock } from "./clock.ts";
import { Conversation } from "./conversation.ts";
import type { Faults } from "./faults.ts";
import type { Limits } from "./limits.ts";
import type { MenuCommand } from "./menus.ts";
import type { Group, Person, Standing } from "./message.ts";
import type { World } from "./world.ts";

/** Somebody to be. `started` says whether they have written to the bot before; false when not given. */
export interface PersonOptions {
  readonly id: number;
  readonly firstName: string;
  readonly lastName?: string | undefined;
  readonly username?: string | undefined;
  readonly languageCode?: string | undefined;
  readonly started?: boolean | undefined;
}

/** A group that the bot is already in. Members are ids of persons, or ids with their standing. */
export interface GroupOptions {
  /** Negative; below -10^12 for a supergroup, which a forum must be. */
  readonly id: number;
  readonly title: string;
  readonly members: readonly (number | readonly [id: number, standing: Standing])[];
  readonly forum?: boolean | undefined;
  readonly bot?: Standing | undefined;
}

/** The control side. */
export class Control {
  readonly faults: Faults;
  readonly #world: World;
  readonly #api: Api;
  readonly #patience: Clock;
  readonly #conversations = new Map<number, Conversation>();

  /** @param patience real time, for the limits of waiting */
  constructor(world: World, api: Api, faults: Faults, patience: Clock) {
    this.#world = world;
    this.#api = api;
    this.faults = faults;
    this.#patience = patience;
    world.chats.listeners.add((event) => this.chat(event.message.chatId).tell(event));
  }

  /** All calls of the bot, oldest first; the latest 20,000 at most. */
  get calls(): readonly Call[] {
    return this.#api.calls;
  }

  /** Parameters and methods that the real server would pass over in silence. */
  get warnings(): readonly string[] {
    return this.#api.warnings;
  }

  get persons(): readonly Person[] {
    return [...this.#world.chats.persons.values()];
  }

  get groups(): readonly Group[] {
    return [...this.#world.chats.groups.values()];
  }

  /** A person; the same one again when the id is known, with what is given changed. */
  person(options: PersonOptions): Actor {
    if (!Number.isSafeInteger(options.id) || options.id <= 0)
      throw new RangeError("a person's id is positive");
    const known = this.#world.chats.persons.get(options.id);
    const person: Person = known ?? { ...blank, id: options.id, firstName: options.firstName };
    person.firstName = options.firstName;
    person.lastName = options.lastName ?? person.lastName;
    person.username = options.username ?? person.username;
    person.languageCode = options.languageCode ?? person.languageCode;
    person.started = options.started ?? person.started;
    this.#world.chats.persons.set(person.id, person);
    return this.#actor(person);
  }

  /** A person who is already there. Throws `RangeError`. */
  actor(id: number): Actor {
    const person = this.#world.chats.persons.get(id);
    if (!person) throw new RangeError(`there is no person ${id}`);
    return this.#actor(person);
  }

  /** A group; replaces one of the same id. */
  group({ id, title, members, forum = false, bot = "member" }: GroupOptions): Conversation {
    if (!Number.isSafeInteger(id) || id >= 0) throw new RangeError("a group's id is negative");
    const standings = members.map((member) =>
      typeof member === "number" ? ([member, "member"] as const) : member,
    );
    for (const [member] of standings) this.actor(member);
    this.#world.chats.groups.set(id, {
      id,
      title,
      forum,
      bot,
      members: new Map(standings),
      topics: new Set(),
    });
    return this.chat(id);
  }

  /** Adds the bot to a group, promotes it, or removes it ("left"); the bot is told. */
  setBotStanding(groupId: number, standing: Standing, by: number): void {
    const group = this.#world.chats.groups.get(groupId);
    if (!group) throw new RangeError(`there is no group ${groupId}`);
    const change = standingChange(this.#world, group, this.actor(by).person, group.bot, standing);
    group.bot = standing;
    this.#world.updates.push("my_chat_member", groupId, change);
  }

  /** A chat by its id: of a person, the private chat with the bot. */
  chat(id: number): Conversation {
    const known = this.#conversations.get(id);
    if (known) return known;
    const made = new Conversation(id, this.#world.chats, this.#patience);
    this.#conversations.set(id, made);
    return made;
  }

  /** The command menu that a chat shows to somebody of this language. */
  menu(chatId: number, languageCode = ""): readonly MenuCommand[] {
    return this.#world.menus.shown(chatId, languageCode);
  }

  /** Hands an update to the bot once more, with the same `update_id`. Throws `RangeError`. */
  redeliver(updateId: number): void {
    this.#world.updates.repeat(updateId);
  }

  /** How many updates wait for the bot. */
  get pendingUpdates(): number {
    return this.#world.updates.waiting.length;
  }

  /** True while the bot waits in `getUpdates`. */
  get polled(): boolean {
    return this.#world.polling.busy;
  }

  /** True while a bot seems to be at work: it polls, has a webhook, or called within the last ten seconds. */
  get attended(): boolean {
    const lastCall = this.#api.calls.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    return (
      this.polled || this.#world.webhook.hook !== undefined || this.#world.clock.now() - lastCall < 10_000
    );
  }

  /** Other limits, or none. What was counted is forgotten. */
  setLimits(limits: Limits | false): void {
    this.#world.limits.set(limits);
  }

  /** The bytes of a file that was sent. Throws `RangeError`. */
  file(fileId: string): { readonly bytes: Buffer; readonly mimeType: string; readonly fileName: string } {
    const media = this.#world.chats.files.get(fileId);
    if (!media) throw new RangeError("there is no such file");
    return media;
  }

  close(): void {
    for (const conversation of this.#conversations.values()) conversation.close();
  }

  #actor(person: Person): Actor {
    return new Actor(person, this.#world, this.#patience, (id) => this.chat(id));
  }
}

const blank = {
  lastName: undefined,
  username: undefined,
  languageCode: undefined,
  started: false,
  blocked: false,
};
