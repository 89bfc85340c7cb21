/** From a message of the hub to a signed answer: proof, expiry, once only, policy, arguments, then the run. */

import type { Collector, Host } from "@servereye/commands/agent";
import {
  type Answer,
  type Ask,
  acts,
  Fault,
  MESSAGE_VERSION,
  signAnswer,
  type Verify,
  verifyAsk,
} from "@servereye/contract";
import { type Clock, within } from "../clock.ts";
import type { Identity } from "../key.ts";
import { type Log, reasonOf } from "../log.ts";
import { type PolicyPlace, placeValues, refusalValues } from "../policy.ts";
import type { HubTime } from "./hub-time.ts";
import type { Journal } from "./journal.ts";
import { Runs } from "./runs.ts";

/** A message may not be good for longer than this, ms: it bounds what the journal has to remember. */
export const LONGEST_LIFE_MS = 600_000;

/** Messages in work at once, those included that share a run or wait for their proof to be checked. */
export const MOST_IN_WORK = 256;

/** Faults that this server's owner ends by its settings: their words say where those stand. */
const CHANGED_THERE: readonly string[] = ["POLICY_REFUSED", "DOCKER_UNAVAILABLE"];

export interface ServeOptions {
  identity: Identity;
  collectors: readonly Collector[];
  host: Host;
  /** The policies of the actions this agent does. Readings have none and are always on. */
  allow: readonly string[];
  /** Where the server's owner changes that; the environment of the agent unless told. */
  policyPlace?: PolicyPlace;
  journal: Journal;
  hubTime: HubTime;
  clock: Clock;
  log: Log;
}

/** An ask after its proof and its id were found good. */
interface Known {
  ask: Ask;
  leftMs: number;
}

export class Serve {
  readonly #o: ServeOptions;
  readonly #byName: ReadonlyMap<string, Collector>;
  readonly #runs = new Runs();
  #inWork = 0;

  constructor(options: ServeOptions) {
    this.#o = options;
    this.#byName = new Map(options.collectors.map((one) => [one.command.name, one]));
  }

  /**
   * The signed answer to a message; a failure is an answer too. Undefined when there is no room even to refuse:
   * every id that is answered is noted as spent first, so that what a person was told "no" about never runs later.
   */
  async take(ask: Ask, verify: Verify): Promise<Answer | undefined> {
    if (this.#inWork >= MOST_IN_WORK) {
      this.#o.log.warn("serve.dropped", { reason: "too many messages in work" });
      return undefined;
    }
    this.#inWork++;
    try {
      const payload = await this.#answer(ask, verify);
      return payload === undefined ? undefined : await this.#signed(ask.id, "answer", payload.value);
    } catch (error) {
      const fault = Fault.of(error);
      this.#note(ask, fault);
      return this.#signed(ask.id, "fault", fault.toBody());
    } finally {
      this.#inWork--;
    }
  }

  /** The signed fault to a message that could not be dealt with outside of here. */
  refuse(ask: Ask, fault: Fault): Promise<Answer> {
    return this.#signed(ask.id, "fault", fault.toBody());
  }

  async #answer(ask: Ask, verify: Verify): Promise<{ value: unknown } | undefined> {
    const { identity, hubTime, journal } = this.#o;
    const genuine = await verifyAsk(verify, identity.serverId, ask);
    const now = hubTime.now();
    if (now === undefined) throw new Fault("COMMAND_EXPIRED", "the hub's time is not known yet");
    // A forged message may carry the id of a true one with an expiry of its own: spend the id for the longest time.
    const noted = journal.enter(ask.id, genuine ? ask.expires : now + LONGEST_LIFE_MS, now);
    if (noted === "full") {
      this.#o.log.warn("serve.dropped", { reason: "too many messages within their lifetimes" });
      return undefined;
    }
    if (!genuine) throw new Fault("PROOF_INVALID", "not signed by this server's hub for this server");
    const leftMs = ask.expires - now;
    if (leftMs <= 0) throw new Fault("COMMAND_EXPIRED", `expired ${Math.ceil(-leftMs)} ms ago`);
    if (noted === "seen") throw new Fault("COMMAND_REPLAYED", "a message with this id was here before");
    if (leftMs > LONGEST_LIFE_MS) throw new Fault("INVALID_COMMAND", "good for longer than a message may be");
    return { value: await this.#run({ ask, leftMs }) };
  }

  async #run({ ask, leftMs }: Known): Promise<unknown> {
    const { allow, clock, host, journal } = this.#o;
    const place = this.#o.policyPlace ?? { file: undefined, restart: "agent" };
    const collector = this.#byName.get(ask.type);
    if (collector === undefined) {
      throw new Fault("UNSUPPORTED", `this agent does not know "${ask.type}"`, {
        values: { command: ask.type },
      });
    }
    const { policy } = collector.command;
    if (policy !== undefined && !allow.includes(policy)) {
      throw new Fault("POLICY_REFUSED", `this server does not allow ${policy}`, {
        values: refusalValues(policy, allow, place),
      });
    }
    const parsed = collector.command.ask.safeParse(ask.payload);
    if (!parsed.success) {
      const detail = parsed.error.issues
        .map((issue) => `${issue.path.join(".")}: ${issue.message}`)
        .join("; ");
      throw new Fault("INVALID_COMMAND", detail.slice(0, 300), { values: { command: ask.type } });
    }
    const late = (): never => {
      throw new Fault("COMMAND_TIMEOUT", `${ask.type} took longer than ${Math.round(leftMs)} ms`, {
        values: { command: ask.type, ms: Math.round(leftMs) },
      });
    };
    const start = async () => {
      try {
        return await collector.collect(parsed.data, host);
      } catch (error) {
        if (!(error instanceof Fault && CHANGED_THERE.includes(error.code))) throw error;
        throw new Fault(error.code, error.message, {
          values: { ...error.values, ...placeValues(place) },
          cause: error,
        });
      }
    };
    if (!acts(collector.command)) {
      return within(clock, leftMs, this.#runs.reading(ask.type, ask.payload, clock.monotonic(), start), late);
    }
    const from = clock.monotonic();
    await this.#onDisk(journal, leftMs, late);
    // Writing may have taken until the expiry: what was answered as too late must not begin.
    if (clock.monotonic() - from >= leftMs) late();
    return within(clock, leftMs - (clock.monotonic() - from), this.#runs.action(start), late);
  }

  async #onDisk(journal: Journal, leftMs: number, late: () => never): Promise<void> {
    try {
      await within(this.#o.clock, leftMs, journal.kept(), late);
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw new Fault("INTERNAL", `nothing is done that can not be noted first: ${reasonOf(error)}`, {
        values: { reason: "journal" },
        cause: error,
      });
    }
  }

  async #signed(id: string, type: "answer" | "fault", payload: unknown): Promise<Answer> {
    const { clock, hubTime, identity } = this.#o;
    const timestamp = Math.round(hubTime.now() ?? clock.now());
    return signAnswer(identity.keyPair, identity.serverId, {
      id,
      type,
      timestamp,
      version: MESSAGE_VERSION,
      payload: payload ?? null,
    });
  }

  #note(ask: Ask, fault: Fault): void {
    const fields = { command: ask.type, id: ask.id, code: fault.code, detail: fault.message };
    if (fault.code === "INTERNAL")
      this.#o.log.error("serve.fault", { ...fields, cause: reasonOf(fault.cause) });
    else this.#o.log.warn("serve.fault", fields);
  }
}
