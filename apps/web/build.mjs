/** Builds the page into `dist`. Quiet when all is well; fails when the scripts outgrow what a phone should load. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "vite";

/** Bytes of JavaScript, all files together: as the browser parses it, and as it is sent (brotli). */
const MOST_BYTES = 300_000;
const MOST_SENT = 100_000;

const assets = join(import.meta.dirname, "dist", "assets");

await build({ configFile: join(import.meta.dirname, "vite.config.ts"), logLevel: "warn" });
let bytes = 0;
let sent = 0;
for (const name of readdirSync(assets)) {
  const content = readFileSync(join(assets, name));
  const small = brotliCompressSync(content);
  writeFileSync(join(assets, `${name}.br`), small);
  writeFileSync(join(assets, `${name}.gz`), gzipSync(content, { level: 9 }));
  if (!name.endsWith(".js")) continue;
  bytes += content.length;
  sent += small.length;
}
process.stdout.write(
  `page: ${(bytes / 1000).toFixed(1)} kB of scripts, ${(sent / 1000).toFixed(1)} kB sent\n`,
);
if (bytes > MOST_BYTES || sent > MOST_SENT) {
  process.stderr.write(`page: scripts may have ${MOST_BYTES} bytes, and ${MOST_SENT} bytes as sent\n`);
  process.exitCode = 1;
}
