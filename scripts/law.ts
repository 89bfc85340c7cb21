/** Checks the law of dependencies, and that the checker looked at everything: a law that sees nothing passes too. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { cruise, type ICruiseOptions, type ICruiseResult } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";

export interface Verdict {
  /** `from → to: rule`, sorted. */
  breaches: string[];
  /** Source files that the checker did not look at, though they are tracked. */
  unseen: string[];
  cruised: number;
}

const SOURCE = /^(packages|apps|test|bench|scripts)\/.*\.(ts|tsx)$/;

/** Judges a checkout. `files`: its source files, relative; by default what git tracks or would add. */
export async function judge(root: string, files: readonly string[] = trackedIn(root)): Promise<Verdict> {
  const config: {
    default: ICruiseOptions & {
      allowed: unknown;
      forbidden: unknown;
      allowedSeverity: unknown;
      options: ICruiseOptions;
    };
  } = await import(pathToFileURL(join(root, ".dependency-cruiser.mjs")).href);
  const { options, ...ruleSet } = config.default;
  const before = process.cwd();
  process.chdir(root);
  try {
    const { output } = await cruise(
      files.filter((file) => existsSync(file)),
      { ...options, ruleSet, validate: true } as ICruiseOptions,
      {},
      { tsConfig: extractTSConfig(join(root, "tsconfig.json")) },
    );
    const result = output as ICruiseResult;
    const seen = new Set(result.modules.map((module) => module.source));
    return {
      breaches: result.summary.violations.map(({ from, to, rule }) => `${from} → ${to}: ${rule.name}`).sort(),
      unseen: files.filter((file) => SOURCE.test(file) && !file.endsWith(".d.ts") && !seen.has(file)),
      cruised: seen.size,
    };
  } finally {
    process.chdir(before);
  }
}

function trackedIn(root: string): string[] {
  const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  return list.split("\n").filter((file) => SOURCE.test(file));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const verdict = await judge(resolve(import.meta.dirname, ".."));
  for (const breach of verdict.breaches) process.stdout.write(`✖ ${breach}\n`);
  for (const file of verdict.unseen) process.stdout.write(`✖ ${file}: not looked at\n`);
  process.stdout.write(`${verdict.cruised} modules looked at, ${verdict.breaches.length} breaches\n`);
  process.exitCode = verdict.breaches.length + verdict.unseen.length === 0 ? 0 : 1;
}
