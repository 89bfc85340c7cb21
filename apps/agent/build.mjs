/**
 * Makes the agent one file, minified, with nothing outside of it but Node's own modules.
 * Usage: node build.mjs [FILE], by default dist/agent.mjs beside this script.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

/**
 * Bytes. What a server downloads must stay small: readings and Docker's control take up to 200 KiB of it, sampling and
 * the buffer of samples the rest.
 */
const MOST_BYTES = 256 * 1024;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const file = process.argv[2] ?? here("dist/agent.mjs");

const bundle = await rolldown({
  input: here("src/main.ts"),
  platform: "node",
  external: /^node:/,
  resolve: { conditionNames: ["source", "import", "node", "default"] },
  plugins: [{ name: "asks-alone", transform: { filter: { id: /\.ts$/ }, handler: asksAlone } }],
  onLog(level, log) {
    if (level === "warn") throw new Error(`rolldown: ${log.message}`);
  },
});
const { output } = await bundle.generate({
  format: "esm",
  minify: true,
  codeSplitting: false,
  comments: false,
  banner: "#!/usr/bin/env node",
});
await bundle.close();

const [chunk, ...more] = output;
const outside = [...chunk.imports, ...chunk.dynamicImports].filter((name) => !name.startsWith("node:"));
const script = shortened(chunk.code);
const size = Buffer.byteLength(script);
await writeFile(file, script);
const faults = [];
if (more.length > 0) faults.push(`more than one file: ${more.map((one) => one.fileName).join(", ")}`);
if (outside.length > 0) faults.push(`needs what is not in it: ${outside.join(", ")}`);
if (size > MOST_BYTES) faults.push(`${size} bytes, more than ${MOST_BYTES}`);
process.stdout.write(`agent: ${(size / 1024).toFixed(1)} KiB in ${file}\n`);
for (const fault of faults) process.stderr.write(`agent: ${fault}\n`);
if (faults.length > 0) process.exitCode = 1;

/**
 * A command without the schema of its answer, which the hub alone reads: of no use to the agent, and two hundredths of
 * the whole. That nothing here reads one is made sure of.
 */
function asksAlone(code, id) {
  if (/\.answer\.(?:safeP|p)arse\b/.test(code))
    throw new Error(`${id} reads an answer, which is the hub's to do`);
  if (!id.endsWith("contract.ts")) return undefined;
  const answers = [];
  const visit = (node) => {
    if (typeof node !== "object" || node === null) return;
    if (node.type === "CallExpression" && node.callee.name === "command")
      answers.push(...node.arguments[0].properties.filter(({ key }) => key?.name === "answer"));
    for (const part of Object.values(node)) visit(part);
  };
  visit(this.parse(code, { lang: "ts" }));
  return answers.reduceRight(
    (rest, { start, end }) => rest.slice(0, start) + rest.slice(end).replace(/^\s*,/, ""),
    code,
  );
}

/**
 * With short names of private members, which nothing outside of their classes can name and the minifier leaves as they are:
 * one new name for each, not used by any other. Only what is reached as `.#name` somewhere is renamed.
 */
function shortened(code) {
  const uses = new Map();
  for (const [, name] of code.matchAll(/\.#([A-Za-z_$][\w$]*)/g)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const taken = new Set(Array.from(code.matchAll(/#([A-Za-z_$][\w$]*)/g), ([, name]) => name));
  const names = new Map();
  let next = 0;
  for (const [name] of [...uses].sort(([, one], [, other]) => other - one)) {
    let short;
    do short = letters(next++);
    while (taken.has(short));
    if (short.length < name.length) names.set(name, short);
  }
  // Not in what is text: there, a `#` has a quote or a letter before it, or begins no name of these.
  return code.replace(/(?<![\w$"'`\\])#([A-Za-z_$][\w$]*)/g, (whole, name) => {
    const short = names.get(name);
    return short === undefined ? whole : `#${short}`;
  });
}

/** a, b, … z, aa, ab, … */
function letters(n) {
  const rest = Math.floor(n / 26);
  return (rest === 0 ? "" : letters(rest - 1)) + String.fromCharCode(97 + (n % 26));
}
