/** `npm run bench [-- round-trip store agent start] [--quick]`: measures, prints, and keeps the results with the docs. */
import { parseArgs } from "node:util";
import { agentCost } from "./agent.ts";
import { keep, machine } from "./page.ts";
import { roundTrips } from "./round-trip/bench.ts";
import { startTimes } from "./start.ts";
import { storeTimes } from "./store.ts";
import { type Name, type Results, tableOf } from "./tables.ts";

/** `quick` is for trying the bench itself: too few of everything to believe, and nothing is kept. */
const benches: { [N in Name]: (quick: boolean) => Promise<Results[N]> } = {
  "round-trip": (quick) => roundTrips(quick ? { single: 20, rounds: 1 } : { single: 200, rounds: 12 }),
  store: (quick) => storeTimes(quick ? { single: 20, rounds: 1 } : { single: 500, rounds: 20 }),
  agent: (quick) => agentCost({ seconds: quick ? 2 : 60 }),
  start: (quick) => startTimes({ runs: quick ? 1 : 7 }),
};

const isName = (word: string): word is Name => Object.hasOwn(benches, word);

async function measure<N extends Name>(name: N, quick: boolean): Promise<void> {
  process.stderr.write(`${name} ...\n`);
  const result = await benches[name](quick);
  const words = tableOf(name, result);
  process.stdout.write(`\n## ${name}\n\n${words}\n\n`);
  if (!quick) keep(name, result, words);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: "boolean", default: false } },
  });
  const unknown = positionals.filter((word) => !isName(word));
  if (unknown.length > 0) {
    process.stderr.write(
      `There is no bench "${unknown.join('", "')}": ${Object.keys(benches).join(", ")}.\n`,
    );
    return 1;
  }
  const chosen = Object.keys(benches)
    .filter(isName)
    .filter((name) => positionals.length === 0 || positionals.includes(name));
  process.stdout.write(`${machine()}\n`);
  for (const name of chosen) await measure(name, values.quick);
  return 0;
}

process.exitCode = await main();
