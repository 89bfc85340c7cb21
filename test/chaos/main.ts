/** `npm run test:chaos [-- --seconds 600 --seed N --hubs 3 --agents 3 --persons 6]`: breaks a cluster and judges it. */
import { parseArgs } from "node:util";
import { chaos, summary } from "./chaos.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
    hubs: { type: "string", default: "3" },
    agents: { type: "string", default: "3" },
    persons: { type: "string", default: "6" },
    quiet: { type: "boolean", default: false },
  },
});

function number(name: "seconds" | "seed" | "hubs" | "agents" | "persons"): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= (name === "seed" ? 0 : 1)) return value;
  throw new RangeError(`--${name} is a whole number, not "${values[name]}"`);
}

const seed = number("seed");
process.stdout.write(`seed ${seed}\n`);
const began = performance.now();
const outcome = await chaos({
  seed,
  seconds: number("seconds"),
  hubs: number("hubs"),
  agents: number("agents"),
  persons: number("persons"),
  tell: (line) => {
    const at = ((performance.now() - began) / 1_000).toFixed(1).padStart(6);
    if (!values.quiet) process.stdout.write(`${at}  ${line}\n`);
  },
});
process.stdout.write(`${summary(outcome)}\n`);
if (outcome.violations.length > 0) process.exitCode = 1;
