/** The law of dependencies holds here, sees every file, and catches each kind of breach when one is planted. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { judge } from "../scripts/law.ts";

const root = join(import.meta.dirname, "..");

/** Each breach: a new file, what it holds, and the rule that must name it. */
const BREACHES: ReadonlyArray<{ file: string; code: string; rule: string }> = [
  { file: "packages/contract/src/planted.ts", code: 'import "node:fs";', rule: "not-in-allowed" },
  {
    file: "packages/contract/src/planted-up.ts",
    code: 'import "../../commands/src/hub.ts";',
    rule: "not-in-allowed",
  },
  { file: "packages/commands/src/ping/planted.ts", code: 'import "node:os";', rule: "not-in-allowed" },
  { file: "packages/commands/src/ping/planted-npm.ts", code: 'import "ws";', rule: "not-in-allowed" },
  {
    file: "packages/commands/src/ping/planted-sibling.ts",
    code: 'import "../memory/contract.ts";',
    rule: "not-in-allowed",
  },
  { file: "apps/agent/src/serve/planted.ts", code: 'import "node:fs";', rule: "not-in-allowed" },
  {
    file: "apps/agent/src/link/planted-hub.ts",
    code: 'import "@servereye/commands/hub";',
    rule: "not-in-allowed",
  },
  { file: "apps/hub/src/core/planted-node.ts", code: 'import "node:crypto";', rule: "not-in-allowed" },
  { file: "apps/hub/src/core/planted-driver.ts", code: 'import "pg";', rule: "not-in-allowed" },
  {
    file: "apps/hub/src/core/planted-adapter.ts",
    code: 'import type { Api } from "../adapters/api/server.ts";',
    rule: "not-in-allowed",
  },
  {
    file: "apps/hub/src/adapters/api/planted-sibling.ts",
    code: 'import type { Store } from "../store/store.ts";',
    rule: "not-in-allowed",
  },
  { file: "apps/hub/src/adapters/api/planted-driver.ts", code: 'import "pg";', rule: "not-in-allowed" },
  {
    file: "apps/hub/src/adapters/api/planted-core.ts",
    code: 'import "../../core/chat/handler.ts";',
    rule: "not-in-allowed",
  },
  {
    file: "apps/hub/src/adapters/telegram/planted-root.ts",
    code: 'import "../../hub.ts";',
    rule: "not-in-allowed",
  },
  { file: "apps/web/src/planted.ts", code: 'import "@servereye/commands/hub";', rule: "not-in-allowed" },
  { file: "apps/cli/src/planted.ts", code: 'import "../../hub/src/hub.ts";', rule: "not-in-allowed" },
  { file: "apps/cli/src/planted-npm.ts", code: 'import "fastify";', rule: "no-undeclared" },
  { file: "apps/hub/src/core/planted-gone.ts", code: 'import "./is-not-there.ts";', rule: "no-unresolved" },
  {
    file: "apps/hub/src/core/access/planted-test.ts",
    code: 'import "./authorize.test.ts";',
    rule: "no-test-code-in-production",
  },
  {
    file: "apps/hub/src/adapters/telemetry/planted-zod.ts",
    code: 'import * as z from "zod";\nexport const whole = z;',
    rule: "schemas-by-zod-mini",
  },
  { file: "apps/agent/src/planted-dev.ts", code: 'import "rolldown";', rule: "no-undeclared" },
  { file: "apps/hub/src/core/planted-cycle.ts", code: 'import "./planted-cycle.ts";', rule: "no-cycles" },
];

test("this checkout keeps the law, and every source file was looked at", async () => {
  const verdict = await judge(root);
  assert.deepEqual(verdict.breaches, []);
  assert.deepEqual(verdict.unseen, []);
  assert.ok(verdict.cruised > 200, `only ${verdict.cruised} modules were looked at`);
});

test("each planted breach is caught, by the rule that is meant to", async (t) => {
  const copy = copyOfSources(realpathSync(mkdtempSync(join(tmpdir(), "servereye-law-"))));
  t.after(() => rmSync(copy.root, { recursive: true, force: true }));
  for (const { file, code } of BREACHES) {
    mkdirSync(dirname(join(copy.root, file)), { recursive: true });
    writeFileSync(join(copy.root, file), `${code}\n`);
  }
  const verdict = await judge(copy.root, [...copy.files, ...BREACHES.map(({ file }) => file)]);
  for (const { file, rule } of BREACHES)
    assert.ok(
      verdict.breaches.some((breach) => breach.startsWith(`${file} → `) && breach.endsWith(`: ${rule}`)),
      `${file} was not caught by ${rule}; caught: ${verdict.breaches.filter((breach) => breach.startsWith(file)).join(" | ") || "nothing"}`,
    );
  const planted = new Set(BREACHES.map(({ file }) => file));
  assert.deepEqual(
    verdict.breaches.filter((breach) => !planted.has(breach.split(" → ")[0] ?? "")),
    [],
    "nothing but the planted files is blamed",
  );
});

/** The sources in a folder of their own, with the same packages installed and the workspaces pointing at the copy. */
function copyOfSources(to: string): { root: string; files: string[] } {
  const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const tracked = list.split("\n").filter((file) => file !== "" && existsSync(join(root, file)));
  for (const file of tracked.filter((file) => /\.(ts|tsx|json|mjs|css)$/.test(file)))
    cpSync(join(root, file), join(to, file), { recursive: true });
  const modules = join(root, "node_modules");
  mkdirSync(join(to, "node_modules", "@servereye"), { recursive: true });
  for (const name of readdirSync(modules))
    if (name !== "@servereye") symlinkSync(join(modules, name), join(to, "node_modules", name));
  for (const name of ["contract", "commands"])
    symlinkSync(join(to, "packages", name), join(to, "node_modules", "@servereye", name));
  return {
    root: to,
    files: tracked.filter((file) => /^(packages|apps|test|bench|scripts)\/.*\.tsx?$/.test(file)),
  };
}
