/**
 * Makes the agent one file, minified, with nothing outside of it but Node's own modules.
 * Usage: node build.mjs [FILE], by default dist/agent.mjs beside this script.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
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
const size = Buffer.byteLength(chunk.code);
await mkdir(dirname(file), { recursive: true });
await writeFile(file, chunk.code);
const faults = [];
if (more.length > 0) faults.push(`more than one file: ${more.map((one) => one.fileName).join(", ")}`);
if (outside.length > 0) faults.push(`needs what is not in it: ${outside.join(", ")}`);
if (size > MOST_BYTES) faults.push(`${size} bytes, more than ${MOST_BYTES}`);
process.stdout.write(`agent: ${(size / 1024).toFixed(1)} KiB in ${file}\n`);
for (const fault of faults) process.stderr.write(`agent: ${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
