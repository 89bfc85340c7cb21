/** What a person answers at each step, taken into what is wanted; or what is right, where it was wrong. */
import type { Container } from "@servereye/commands/hub";
import { authorize } from "../../access/authorize.ts";
import { lookAround } from "../containers/look.ts";
import type { Turn } from "../turn.ts";
import { which } from "../which.ts";
import { type Place, STEPS, type State, type Step } from "./state.ts";
import {
  imageOf,
  nameOf,
  type Parsed,
  portOf,
  portText,
  restartOf,
  variableOf,
  volumeOf,
  type Wrong,
} from "./values.ts";
import { proposedName, type Wanted, withMore } from "./wanted.ts";

/** Steps that take several answers: one goes on from them by a button. */
export const isList = (at: Place): at is "ports" | "env" | "volumes" =>
  at === "ports" || at === "env" || at === "volumes";

/** The server that is meant so far, if the person may still act there. */
export function serverOf(turn: Turn, { serverId }: State) {
  const decision = serverId === undefined ? undefined : authorize(turn.actor, "server.act", { serverId });
  return decision?.allowed ? decision.server : undefined;
}

/** Servers on which this person may make one. */
export const servers = ({ actor }: Turn) =>
  actor.servers.filter(({ id }) => authorize(actor, "server.act", { serverId: id }).allowed);

/** The containers that are there, as far as it can be known now. */
export async function others(turn: Turn, state: State): Promise<readonly Container[]> {
  const server = serverOf(turn, state);
  return server === undefined ? [] : ((await lookAround(turn, server)) ?? []);
}

/** On to the next step, to the summary after the last, or back to it when one thing was changed. */
export function onward(state: State, wanted: Wanted = state.wanted): State {
  const next = state.changing || state.at === "summary" ? undefined : STEPS[STEPS.indexOf(state.at) + 1];
  return { ...state, wanted, at: next ?? "summary", changing: false };
}

export function backward(state: State): State {
  if (state.changing || state.at === "summary") return { ...state, at: "summary", changing: false };
  return { ...state, at: STEPS[Math.max(0, STEPS.indexOf(state.at) - 1)] ?? "server" };
}

/** A name for it where none was given: with it the summary is whole. */
export async function completed(turn: Turn, state: State): Promise<State> {
  const { image, name } = state.wanted;
  if (state.at !== "summary" || image === undefined || name !== undefined) return state;
  const taken = new Set((await others(turn, state)).map((one) => one.name));
  return { ...state, wanted: { ...state.wanted, name: proposedName(image, taken) } };
}

const each = <T>(typed: string, between: RegExp, parse: (one: string) => Parsed<T>): Parsed<T[]> => {
  const values: T[] = [];
  for (const one of typed.split(between)) {
    if (one.trim() === "") continue;
    const parsed = parse(one);
    if ("wrong" in parsed) return parsed;
    values.push(parsed.value);
  }
  return { value: values };
};

/** As it may be copied from a command line: `-p 8080:80`. */
const bare = (one: string): string =>
  one.trim().replace(/^(?:-[pev]|(?:--|—|–)(?:publish|env|volume))[\s=]+/, "");

/** The state after an answer at its step. */
export async function answered(turn: Turn, state: State, typed: string): Promise<State | Wrong> {
  switch (state.at) {
    case "server":
      return namedServer(turn, state, typed);
    case "image":
      return scalar(state, imageOf(typed), (wanted, image) => ({ ...wanted, image }));
    case "name":
      return named(turn, state, typed);
    case "ports":
      return listed(state, "ports", await published(turn, state, typed));
    case "env":
      return listed(
        state,
        "env",
        each(typed, /\r?\n/, (one) => variableOf(bare(one))),
      );
    case "volumes":
      return listed(
        state,
        "volumes",
        each(typed, /\r?\n/, (one) => volumeOf(bare(one))),
      );
    case "restart":
      return scalar(state, restartOf(typed), (wanted, restart) => ({ ...wanted, restart }));
    case "summary":
      return { wrong: "wizard-press" };
  }
}

function scalar<T>(
  state: State,
  parsed: Parsed<T>,
  put: (wanted: Wanted, value: T) => Wanted,
): State | Wrong {
  return "wrong" in parsed ? parsed : onward(state, put(state.wanted, parsed.value));
}

function listed<K extends "ports" | "env" | "volumes">(
  state: State,
  list: K,
  parsed: Parsed<Array<Wanted[K][number]>>,
): State | Wrong {
  if ("wrong" in parsed) return parsed;
  const wanted = withMore(state.wanted, list, parsed.value);
  return "wrong" in wanted ? wanted : { ...state, wanted };
}

function namedServer(turn: Turn, state: State, typed: string): State | Wrong {
  const found = which(typed, servers(turn));
  if (found.kind === "one") return onward({ ...state, serverId: found.server.id });
  const reference = typed.trim().slice(0, 40).toWellFormed();
  if (found.kind === "several") return { wrong: "pick-several", values: { reference } };
  return found.near === undefined
    ? { wrong: "server-unknown", values: { reference } }
    : { wrong: "server-unknown-near", values: { reference, near: found.near.name } };
}

async function named(turn: Turn, state: State, typed: string): Promise<State | Wrong> {
  const parsed = nameOf(typed);
  if ("wrong" in parsed) return parsed;
  return (
    (await nameTaken(turn, state, parsed.value)) ?? onward(state, { ...state.wanted, name: parsed.value })
  );
}

export async function nameTaken(turn: Turn, state: State, name: string): Promise<Wrong | undefined> {
  const taken = (await others(turn, state)).some((one) => one.name === name);
  return taken ? { wrong: "wizard-wrong-taken", values: { name } } : undefined;
}

/** A port of the machine that another container has already would only be told by a failure. */
async function published(turn: Turn, state: State, typed: string): Promise<Parsed<Wanted["ports"]>> {
  const parsed = each(typed.replaceAll(/(^|\s)(?:-p|(?:--|—|–)publish)[\s=]+/g, " "), /[\s,;]+/, portOf);
  if ("wrong" in parsed) return parsed;
  const running = await others(turn, state);
  for (const port of parsed.value) {
    const holder = running.find(
      ({ state: now, ports }) =>
        now === "running" &&
        ports.some(
          ({ outside, protocol }) =>
            outside !== undefined && outside === port.outside && protocol === port.protocol,
        ),
    );
    if (holder !== undefined)
      return { wrong: "wizard-wrong-port-taken", values: { port: portText(port), name: holder.name } };
  }
  return parsed;
}

export const clear = (state: State, at: Step): State =>
  isList(at) ? { ...state, wanted: { ...state.wanted, [at]: [] } } : state;
