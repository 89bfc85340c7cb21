/** Docs and code held equal: codes, variables, commands, thresholds, metrics, events, links, scripts and paths. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { describe, test } from "node:test";
import { collectors, FINE_POLICIES, samplers } from "@servereye/commands/agent";
import { measures, readings } from "@servereye/commands/hub";
import { FAULT_CODES, MAX_FRAME_BYTES, type Measure } from "@servereye/contract";
import { DEFAULT_ALLOW } from "../apps/agent/src/policy.ts";
import { MOST_RUNS } from "../apps/agent/src/serve/runs.ts";
import { VARIABLES } from "../apps/agent/src/variables.ts";
import { HELP } from "../apps/cli/src/help.ts";
import { GATEWAY_LIMITS } from "../apps/hub/src/adapters/gateway/limits.ts";
import { openMetrics } from "../apps/hub/src/adapters/telemetry/metrics.ts";
import { readConfig } from "../apps/hub/src/config.ts";
import { chatCommands } from "../apps/hub/src/core/chat/commands/all.ts";
import { headingsOf, linksOf, rowsOf, withoutFences } from "./docs/markdown.ts";
import { MEASURES_PAGE, measuresPage } from "./docs/measures.ts";

const root = resolve(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(root, path)));
const pages = tracked.filter((path) => path.endsWith(".md"));

/** Sources that run in production, as one text. */
const sources = (...folders: string[]): string =>
  tracked
    .filter((path) => folders.some((folder) => path.startsWith(folder)))
    .filter((path) => /\.tsx?$/.test(path) && !/\.(test|test-suite|test-code|fixture)\.tsx?$/.test(path))
    .map(read)
    .join("\n");

const sorted = (words: Iterable<string>): string[] => [...new Set(words)].sort();
/** The code spans of a cell: "`a`, `b`" gives a and b. */
const spans = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, span]) => span ?? "");
const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, first]) => first ?? "");

describe("faults", () => {
  test("every code is documented once, with what it means and what to do, and no other is", () => {
    const rows = rowsOf(read("docs/faults.md")).filter(({ head }) => head[0] === "code");
    assert.deepEqual(rows.flatMap(({ cells }) => spans(cells[0] ?? "")).sort(), [...FAULT_CODES].sort());
    for (const { cells } of rows)
      assert.ok(
        cells.length === 3 && cells.every((cell) => cell.length > 5 || cell === "Wait."),
        cells.join(" | "),
      );
  });
});

describe("variables", () => {
  const rows = rowsOf(read("docs/operations.md")).filter(({ head }) => head[0] === "variable");
  const documented = rows.flatMap(({ cells }) => spans(cells[0] ?? ""));

  test("all that hub and agent read are documented, and no others", () => {
    const hub = matches(
      read("apps/hub/src/config.ts"),
      /"?\b((?:SERVEREYE|TELEGRAM|DATABASE|REDIS|OTEL)_[A-Z_]*[A-Z])\b"?[,:)\]]/g,
    );
    // Read where they are used, by libraries or by the system's own rules.
    const others = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "TMPDIR"];
    others.push("DOCKER_CONFIG", "XDG_RUNTIME_DIR", "XDG_STATE_HOME");
    const code = sources("apps/hub/src", "apps/agent/src");
    for (const name of others) assert.ok(code.includes(name), name);
    assert.deepEqual(documented.toSorted(), sorted([...hub, ...VARIABLES, ...others]));
  });

  test("nothing else is read from the environment", () => {
    // Everybody's own: where programs are, how a terminal and its language are, what npm tells its scripts.
    const everybodys = /^(PATH|TERM|LANG|LC_ALL|LC_MESSAGES|NO_COLOR|FORCE_COLOR|COLUMNS|NODE_ENV|npm_\w+)$/;
    const found = matches(sources("apps/", "packages/"), /\benv(?:\.|\[")([A-Za-z_]\w*)/g);
    assert.ok(found.includes("XDG_STATE_HOME"), "the pattern fits the code no more");
    for (const name of found) assert.ok(documented.includes(name) || everybodys.test(name), name);
  });

  test("the hub takes each documented name, or says that it is not built yet", () => {
    for (const { cells } of rows) {
      for (const name of spans(cells[0] ?? "")) {
        const later = cells[2]?.startsWith("not in this version") ?? false;
        if (later) assert.throws(() => readConfig({ [name]: "x" }), /not in this version/, name);
        else assert.doesNotThrow(() => readConfig({ [name]: "" }), name);
      }
    }
  });

  test("the documented defaults are those of the code", () => {
    const config = readConfig({});
    const telegram = readConfig({ TELEGRAM_BOT_TOKEN: `1:${"a".repeat(35)}` }).telegram;
    const defaults: Record<string, string> = {
      SERVEREYE_DATA_DIR: config.dataDir,
      SERVEREYE_HTTP_HOST: config.http.host,
      SERVEREYE_HTTP_PORT: String(config.http.port),
      SERVEREYE_REGISTRATION: config.registration,
      SERVEREYE_LOG_LEVEL: config.logLevel,
      SERVEREYE_LOCAL_AGENT: config.localAgent ? "on" : "off",
      SERVEREYE_AUDIT_DAYS: String(config.auditDays),
      SERVEREYE_HISTORY_HOT_HOURS: String(config.history.hotHours),
      SERVEREYE_HISTORY_FULL_DAYS: String(config.history.fullDays),
      SERVEREYE_HISTORY_ROLLUP_DAYS: String(config.history.rollupDays),
      DATABASE_POOL_SIZE: String(config.database.poolSize),
      DATABASE_POOL_WAIT_MS: String(config.database.poolWaitMs),
      DATABASE_STATEMENT_TIMEOUT_MS: String(config.database.statementMs),
      TELEGRAM_API_ROOT: telegram?.apiRoot ?? "",
    };
    const told = Object.fromEntries(
      rows.map(({ cells }) => [spans(cells[0] ?? "")[0] ?? "", spans(cells[1] ?? "")[0] ?? ""]),
    );
    for (const [name, value] of Object.entries(defaults)) assert.equal(told[name], value, name);
  });
});

describe("the command line", () => {
  test("each of its commands is in docs/operations.md, and no other is", () => {
    const known = matches(HELP, /^ {2}([a-z]+) {2,}/gm).filter((name) => name !== "help");
    assert.ok(known.length > 4, "the pattern fits the help no more");
    const told = rowsOf(read("docs/operations.md"))
      .filter(({ head }) => head[0] === "command")
      .flatMap(({ cells }) => spans(cells[0] ?? ""));
    assert.deepEqual(told.sort(), known.sort());
    for (const page of pages)
      for (const word of matches(read(page), /\bnpx servereye ([a-z]+)/g))
        assert.ok(known.includes(word), `${page}: the command line has no ${word}`);
  });
});

describe("commands", () => {
  // In no menu: /start, which Telegram shows as a button of its own, and what only agents of the Go original do yet.
  const own = readings.map(({ command }) => command.name);
  const known = [...new Set([...own, "status", ...chatCommands.keys()])].sort();

  test("each has its heading in docs/commands.md, and no other has", () => {
    const headings = headingsOf(read("docs/commands.md")).filter((heading) => heading.startsWith("/"));
    assert.deepEqual(
      headings.sort(),
      known.map((name) => `/${name}`),
    );
  });

  test("each is in the README's table, and no other is", () => {
    const table = rowsOf(read("README.md")).filter(({ cells }) => cells[0]?.startsWith("`/"));
    const named = table.flatMap(({ cells }) => spans(cells[0] ?? ""));
    assert.deepEqual(
      named.sort(),
      known.map((name) => `/${name}`),
    );
  });

  test("the thresholds are those of the measures", () => {
    const all: readonly Measure[] = readings.flatMap(({ measures }) => measures);
    const number = (cell: string | undefined) =>
      cell === "–" ? undefined : Number(/^[\d.]+/.exec(cell ?? "")?.[0]);
    const told = rowsOf(read("docs/commands.md"))
      .filter(({ head }) => head[0] === "measure")
      .map(({ cells: [key = "", warn, bad] }) => [spans(key)[0], number(warn), number(bad)]);
    const real = all
      .filter(({ warn, bad }) => warn !== undefined || bad !== undefined)
      .map(({ key, warn, bad }) => [key, warn, bad]);
    assert.deepEqual(told.sort(), real.sort());
  });
});

describe("measures", () => {
  test("the hub knows all that agents sample, and each once", () => {
    const sampled = samplers.flatMap((one) => one.measures.map(({ key }) => key));
    assert.ok(sampled.length > 30);
    assert.deepEqual(sampled.toSorted(), sorted(sampled));
    for (const key of sampled) assert.ok(measures.has(key), key);
  });

  test("their page is what the definitions make of it", () => {
    const advice = "it is made of them: node_modules/.bin/node test/docs/measures.ts";
    assert.equal(read(MEASURES_PAGE), measuresPage(), advice);
  });
});

describe("Docker", () => {
  test("every action that a server's owner can allow is in docs/docker.md with its default, and no other is", () => {
    const actions = [...collectors.flatMap(({ command }) => command.policy ?? []), ...FINE_POLICIES];
    const told = rowsOf(read("docs/docker.md"))
      .filter(({ head }) => head[0] === "in `SERVEREYE_AGENT_ALLOW`")
      .map(({ cells: [action = "", unlessSet = ""] }) => `${spans(action)[0]} ${unlessSet}`);
    const real = sorted(actions).map(
      (action) => `${action} ${DEFAULT_ALLOW.includes(action) ? "on" : "off"}`,
    );
    assert.deepEqual(told.toSorted(), real);
  });

  test("the line with the defaults is the code's", () => {
    const line = `SERVEREYE_AGENT_ALLOW=${DEFAULT_ALLOW.join(",")}`;
    assert.ok(read("docs/docker.md").includes(line));
    assert.ok(read("docs/operations.md").includes(`\`${DEFAULT_ALLOW.join(",")}\``));
  });
});

describe("monitoring", () => {
  const page = read("docs/monitoring.md");
  const code = sources("apps/hub/src", "apps/agent/src");

  test("every metric of the code is documented with its kind, and no other is", async () => {
    const registry = (await openMetrics().expose()).text;
    const given = matches(registry, /^# TYPE (servereye_\w+) /gm);
    const ours = given.filter((name) => /^servereye_command/.test(name));
    const counted = matches(code, /metrics\.count\(\s*"(\w+)"/g).map((name) => `servereye_${name}_total`);
    const gauged = matches(code, /metrics\.gauge\(\s*"(\w+)"/g).map((name) => `servereye_${name}`);
    assert.ok(counted.length > 10 && gauged.length > 4, "the patterns fit the code no more");
    const rows = rowsOf(page).filter(({ head }) => head[0] === "metric");
    const told = rows.map(({ cells }) => spans(cells[0] ?? "")[0] ?? "");
    assert.deepEqual(told.toSorted(), sorted([...ours, ...counted, ...gauged]));
    for (const { cells } of rows) {
      const name = spans(cells[0] ?? "")[0] ?? "";
      const kind = gauged.includes(name) ? "gauge" : /_total$/.test(name) ? "counter" : "histogram";
      assert.equal(cells[1], kind, name);
    }
    const mentioned = matches(page, /`(servereye_\w+[a-z])`/g);
    for (const name of mentioned) assert.ok(told.includes(name) || given.includes(name), name);
  });

  test("every documented event is one that is logged", () => {
    const events = rowsOf(page)
      .filter(({ head }) => head[0] === "event")
      .flatMap(({ cells }) => spans(cells[0] ?? ""));
    assert.ok(events.length > 40);
    assert.equal(new Set(events).size, events.length, "one twice");
    for (const event of events) assert.ok(code.includes(`"${event}"`), event);
  });
});

describe("security", () => {
  test("the documented bounds are those of the code", () => {
    const number = (path: string, pattern: RegExp): number => {
      const found = pattern.exec(read(path))?.[1];
      assert.ok(found, `${path} has no ${pattern}`);
      return Number(found.replaceAll("_", ""));
    };
    const ask = "apps/hub/src/core/fleet/ask.ts";
    const tries = "apps/hub/src/core/fleet/tries.ts";
    const bounds = [
      MAX_FRAME_BYTES,
      GATEWAY_LIMITS.handshakeMs,
      GATEWAY_LIMITS.handshakes,
      GATEWAY_LIMITS.handshakesPerAddress,
      GATEWAY_LIMITS.line,
      GATEWAY_LIMITS.linePerAddress,
      GATEWAY_LIMITS.lineMs,
      GATEWAY_LIMITS.waiting,
      GATEWAY_LIMITS.waitingPerAddress,
      GATEWAY_LIMITS.idleFrames,
      number(ask, /inAll: ([\d_]+)/),
      number(ask, /perServer: ([\d_]+)/),
      MOST_RUNS,
      number(tries, /each: (\d+), inAll: \d+/),
      number(tries, /each: \d+, inAll: (\d+)/),
    ];
    const told = rowsOf(read("docs/security.md"))
      .filter(({ head }) => head[1] === "at most")
      .map(({ cells }) => Number.parseInt((cells[1] ?? "").replaceAll(",", ""), 10));
    assert.deepEqual(told, bounds);
    const busy = rowsOf(read("docs/faults.md")).find(({ cells }) => cells[0] === "`AGENT_BUSY`");
    assert.match(
      busy?.cells[1] ?? "",
      new RegExp(`^${number(ask, /perServer: ([\d_]+)/)} .* ${MOST_RUNS} different`),
    );
  });
});

describe("all pages", () => {
  for (const page of pages) {
    const text = read(page);
    test(`${page}: links lead somewhere`, () => {
      const lost = linksOf(text).filter((link) => {
        if (/^(https?|mailto):/.test(link)) return false;
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? page : normalize(join(dirname(page), decodeURIComponent(path)));
        if (!existsSync(join(root, target))) return true;
        return anchor !== undefined && !headingsOf(read(target)).map(anchorOf).includes(anchor);
      });
      assert.deepEqual(lost, []);
    });

    test(`${page}: scripts, commands and paths exist`, () => {
      const { scripts } = JSON.parse(read("package.json"));
      for (const script of matches(text, /\bnpm run ([\w:-]+)/g)) assert.ok(script in scripts, script);
      for (const script of matches(text, /\bnpm (start|test)\b/g)) assert.ok(script in scripts, script);
      for (const path of pathsIn(text)) assert.ok(existsSync(join(root, path)), path);
      for (const name of matches(
        text,
        /(?:^|[^\w/.-])([a-z][\w-]*(?:\.[a-z][\w-]*)*\.test(?:-suite)?\.ts)\b/g,
      )) {
        if (/^x\.test/.test(name)) continue;
        assert.ok(
          tracked.some((path) => path.endsWith(`/${name}`)),
          name,
        );
      }
    });
  }

  test("the pages there should be are there", () => {
    const want = "README CHANGELOG CONTRIBUTING docs/architecture docs/commands docs/development docs/faults";
    const more =
      "docs/docker docs/history docs/measures docs/monitoring docs/operations docs/performance docs/security";
    for (const name of `${want} ${more}`.split(" ")) assert.ok(pages.includes(`${name}.md`), name);
    const decisions = readdirSync(join(root, "docs/adr")).filter((name) => name.endsWith(".md"));
    assert.deepEqual(
      decisions.map((name) => Number(name.slice(0, 4))),
      decisions.map((_, at) => at + 1),
      "decisions are numbered without a gap",
    );
    assert.match(read("LICENSE"), /MIT License/);
  });
});

/** As GitHub makes it of a heading: lower case, dashes for spaces, letters and digits only. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");

/** Paths into this repository that stand in code spans, without globs. */
function pathsIn(text: string): string[] {
  return spans(withoutFences(text)).filter(
    (span) => /^(apps|packages|test|scripts|deploy|docs|bench)\/[\w./-]*$/.test(span) && !/NAME/.test(span),
  );
}
