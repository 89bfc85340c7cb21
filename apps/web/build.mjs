/** Builds the page into `dist`. Quiet when all is well; fails when the scripts outgrow what a phone should load. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "vite";

/** Bytes of JavaScript: as the browser parses it, and as it is sent (brotli). What draws charts is loaded when there is one. */
const MOST = {
  page: { bytes: 300_000, sent: 100_000 },
  charts: { bytes: 600_000, sent: 175_000 },
};

const assets = join(import.meta.dirname, "dist", "assets");

await build({ configFile: join(import.meta.dirname, "vite.config.ts"), logLevel: "warn" });
const found = { page: { bytes: 0, sent: 0 }, charts: { bytes: 0, sent: 0 } };
for (const name of readdirSync(assets)) {
  const content = readFileSync(join(assets, name));
  const small = brotliCompressSync(content);
  writeFileSync(join(assets, `${name}.br`), small);
  writeFileSync(join(assets, `${name}.gz`), gzipSync(content, { level: 9 }));
  if (!name.endsWith(".js")) continue;
  const part = name.startsWith("plot-") ? found.charts : found.page;
  part.bytes += content.length;
  part.sent += small.length;
}
for (const [part, { bytes, sent }] of Object.entries(found)) {
  process.stdout.write(
    `${part}: ${(bytes / 1000).toFixed(1)} kB of scripts, ${(sent / 1000).toFixed(1)} kB sent\n`,
  );
  const most = MOST[part];
  if (bytes === 0 || bytes > most.bytes || sent > most.sent) {
    process.stderr.write(`${part}: scripts may have ${most.bytes} bytes, and ${most.sent} bytes as sent\n`);
    process.exitCode = 1;
  }
}
