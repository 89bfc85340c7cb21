/**
 * `npm run test:chaos [-- --seconds 600 --seed N]` breaks a cluster by a seed's choice, `-- --rolls 50` restarts it
 * hub by hub; both under traffic, with `--hubs 3 --agents 3 --persons 6` and `--quiet`, and judge what happened.
 */
import { parseArgs } from "node:util";
import { chaos, rolling } from "./chaos.ts";
import { summary } from "./outcome.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    rolls: { type: "string", default: "0" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
    hubs: { type: "string", default: "3" },
    agents: { type: "string", default: "3" },
    persons: { type: "string", default: "6" },
    quiet: { type: "boolean", default: false },
  },
});

function number(name: "seconds" | "rolls" | "seed" | "hubs" | "agents" | "persons"): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`--${name} is a whole number, not "${values[name]}"`);
}

const seed = number("seed");
process.stdout.write(`seed ${seed}\n`);
const began = performance.now();
const size = {
  seed,
  hubs: number("hubs"),
  agents: number("agents"),
  persons: number("persons"),
  tell: (line: string) => {
    const at = ((performance.now() - began) / 1_000).toFixed(1).padStart(6);
    if (!values.quiet) process.stdout.write(`${at}  ${line}\n`);
  },
};
const rolls = number("rolls");
const outcome = await (rolls > 0
  ? rolling({ ...size, rolls })
  : chaos({ ...size, seconds: number("seconds") }));
process.stdout.write(`${summary(outcome)}\n`);
if (outcome.violations.length > 0) process.exitCode = 1;
