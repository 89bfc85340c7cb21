/** The Bot API without its HTTP: finds the method, runs it, keeps a log of calls and of odd parameters. */
import { editing } from "./methods/editing.ts";
import { identity } from "./methods/identity.ts";
import { lookup } from "./methods/lookup.ts";
import { receiving } from "./methods/receiving.ts";
import { sending } from "./methods/sending.ts";
import type { Params } from "./params.ts";
import { Refusal } from "./refusal.ts";
import type { Method, World } from "./world.ts";

/** One call as it went; `at` in milliseconds since 1970, `tookMs` on the same clock. */
export interface Call {
  readonly at: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly ok: boolean;
  /** 200, or the error code. */
  readonly code: number;
  readonly description: string;
  readonly tookMs: number;
}

/** Names are matched without regard to case, as on the real server. */
const methods = new Map<string, readonly [name: string, method: Method]>(
  Object.entries({ ...identity, ...receiving, ...sending, ...editing, ...lookup }).map((entry) => [
    entry[0].toLowerCase(),
    entry,
  ]),
);

const mostCalls = 20_000;
const mostWarnings = 1_000;

/** The methods, and what was called. */
export class Api {
  /** The latest calls, oldest first. */
  readonly calls: Call[] = [];
  /** What the real server would pass over in silence: unknown methods and parameters. */
  readonly warnings: string[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The proper spelling of a method's name; as given when there is none. */
  spelled(name: string): string {
    return methods.get(name.toLowerCase())?.[0] ?? name;
  }

  /** Runs a method. Throws `Refusal`. */
  async call(name: string, params: Params, signal: AbortSignal): Promise<unknown> {
    const at = this.#world.clock.now();
    const log = (ok: boolean, code: number, description: string): void => {
      const tookMs = this.#world.clock.now() - at;
      if (this.calls.length >= mostCalls) this.calls.splice(0, mostCalls / 2);
      const given = Object.fromEntries([
        ...params.values,
        ...[...params.files].map(([key, file]) => [key, file.fileName]),
      ]);
      this.calls.push({ at, method: this.spelled(name), params: given, ok, code, description, tookMs });
    };
    try {
      const result = await this.#run(name, params, signal);
      log(true, 200, "");
      return result;
    } catch (error) {
      if (error instanceof Refusal) log(false, error.code, error.description);
      else log(false, 500, String(error));
      throw error;
    }
  }

  async #run(name: string, params: Params, signal: AbortSignal): Promise<unknown> {
    const found = methods.get(name.toLowerCase());
    if (!found) {
      this.#warn(`method ${name} is unknown to the emulator`);
      throw new Refusal(404, "Not Found");
    }
    const [spelling, method] = found;
    for (const key of params.values.keys()) {
      if (!method.known.includes(key)) this.#warn(`${spelling}: unknown parameter ${key}`);
    }
    return await method.run(this.#world, params, signal);
  }

  #warn(warning: string): void {
    if (this.warnings.length < mostWarnings && !this.warnings.includes(warning)) this.warnings.push(warning);
  }
}
