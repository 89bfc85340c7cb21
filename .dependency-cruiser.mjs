/** The law of dependencies: downward only, siblings never meet. What is not allowed below is forbidden. */

/** Code that only tests and benches run; it may look anywhere. */
const TEST =
  "(\\.test\\.tsx?$|\\.test-suite\\.ts$|\\.test-code\\.ts$|\\.fixture\\.ts$|/(fake|real)-host\\.ts$|/shown/(phone|translator)\\.ts$|^apps/hub/src/adapters/[^/]+/contract/|^apps/web/test/|^test/|^bench/)";

/** npm packages by name, wherever they are installed. */
const npm = (...names) =>
  `(^|/)node_modules/(${names.map((name) => name.replaceAll("/", "\\/").replaceAll(".", "\\.")).join("|")})/`;
const CORE = ["core"];

const SCHEMAS = npm("zod");
const CONTRACT = "^packages/contract/src/index\\.ts$";
const COMMANDS_HUB = "^packages/commands/src/hub\\.ts$";
const COMMANDS_AGENT = "^packages/commands/src/agent\\.ts$";

/** Each adapter's own drivers: nobody else may import them. */
const DRIVERS = {
  broker: npm("@redis/client"),
  api: npm("fastify", "@fastify/[^/]+"),
  charts: npm("echarts", "@resvg/resvg-js"),
  gateway: npm("ws", "@types/ws"),
  "remote-write": npm("protobufjs", "snappyjs"),
  store: npm("pg", "@types/pg", "kysely"),
  telegram: npm("grammy", "@grammyjs/[^/]+", "proxy-agent"),
  telemetry: npm("pino", "prom-client"),
};

const allow = (from, ...to) => ({ from: { path: from, pathNot: TEST }, to: { path: to } });
const builtIn = (from, pathNot = TEST) => ({ from: { path: from, pathNot }, to: { dependencyTypes: CORE } });

export default {
  allowedSeverity: "error",
  allowed: [
    allow("^packages/contract/src/", "^packages/contract/src/", SCHEMAS),

    // A command sees the contract, the shared rooms and its own folder; the registries see the commands.
    allow(
      "^packages/commands/src/([^/]+)/",
      "^packages/commands/src/$1/",
      "^packages/commands/src/(docker|kernel|shown|original)/",
      "^packages/commands/src/(host|kit)\\.ts$",
      CONTRACT,
      SCHEMAS,
    ),
    allow(
      "^packages/commands/src/(host|kit)\\.ts$",
      "^packages/commands/src/(host|kit|docker/engine)\\.ts$",
      CONTRACT,
      SCHEMAS,
    ),
    allow(
      "^packages/commands/src/agent\\.ts$",
      "^packages/commands/src/(host|kit)\\.ts$",
      "^packages/commands/src/docker/",
      "^packages/commands/src/[^/]+/(act|collect|sample)\\.ts$",
    ),
    allow(
      "^packages/commands/src/hub\\.ts$",
      "^packages/commands/src/kit\\.ts$",
      "^packages/commands/src/[^/]+/(contract|reply|messages|original)\\.ts$",
      "^packages/commands/src/docker/",
      CONTRACT,
    ),
    // A container's traffic is read as the machine's is.
    allow("^packages/commands/src/stats/sample\\.ts$", "^packages/commands/src/network/netdev\\.ts$"),
    // A project is its containers: it acts on each as a command on one does, and the list of containers shows it.
    allow("^packages/commands/src/project/", "^packages/commands/src/containers/(act|contract)\\.ts$"),
    allow(
      "^packages/commands/src/containers/",
      "^packages/commands/src/project/(contract|members|order)\\.ts$",
    ),
    // A container's card has a button for each command that looks closer.
    allow(
      "^packages/commands/src/containers/card\\.ts$",
      "^packages/commands/src/(inspect|logs|stats|top)/contract\\.ts$",
    ),
    // A job is shown by the command that began it, and each of those begins with how jobs are shown.
    allow(
      "^packages/commands/src/job/(reply|messages)\\.ts$",
      "^packages/commands/src/(create|project|prune|pull|update)/(reply|messages)\\.ts$",
    ),
    allow(
      "^packages/commands/src/(create|project|prune|pull|update)/reply\\.ts$",
      "^packages/commands/src/job/shown\\.ts$",
    ),

    // The agent: web standards and Host. The machine itself is in host/ and the entry only.
    allow(
      "^apps/agent/src/",
      "^apps/agent/src/",
      COMMANDS_AGENT,
      CONTRACT,
      SCHEMAS,
      npm("fastest-levenshtein"),
    ),
    allow("^apps/agent/src/version\\.ts$", "^apps/agent/package\\.json$"),
    builtIn("^apps/agent/src/(host/|main\\.ts$)"),

    // The hub's core: pure.
    allow(
      "^apps/hub/src/core/",
      "^apps/hub/src/core/",
      COMMANDS_HUB,
      CONTRACT,
      SCHEMAS,
      npm("@fluent/bundle", "fastest-levenshtein"),
    ),

    // Adapters: the core's ports, their own drivers, the machine; never each other.
    allow(
      "^apps/hub/src/adapters/([^/]+)/",
      "^apps/hub/src/adapters/$1/",
      "^apps/hub/src/core/(ports/|fleet/(door|original-door)\\.ts$)",
      CONTRACT,
      SCHEMAS,
    ),
    // How samples are placed in time, packed and thinned is one thing, wherever they are kept.
    allow(
      "^apps/hub/src/adapters/(history|remote-write|store)/",
      "^apps/hub/src/core/history/(codec/|(stat|steps|times)\\.ts$)",
    ),
    allow("^apps/hub/src/adapters/(api|history|remote-write)/", "^apps/hub/src/core/history/metric\\.ts$"),
    builtIn("^apps/hub/src/adapters/"),
    ...Object.entries(DRIVERS).map(([name, drivers]) => allow(`^apps/hub/src/adapters/${name}/`, drivers)),

    // The composition root ties everything of the hub.
    allow(
      "^apps/hub/src/[^/]+\\.ts$",
      "^apps/hub/src/",
      COMMANDS_HUB,
      CONTRACT,
      SCHEMAS,
      npm("fastest-levenshtein"),
    ),
    builtIn("^apps/hub/src/[^/]+\\.ts$"),

    allow(
      "^apps/web/src/",
      "^apps/web/src/",
      CONTRACT,
      npm("react", "react-dom", "@types/react", "@types/react-dom", "@fluent/bundle", "echarts"),
    ),
    allow("^apps/cli/src/", "^apps/cli/src/", CONTRACT),
    builtIn("^apps/cli/src/"),

    { from: { path: "^apps/web/vite\\.config\\.ts$" }, to: { path: npm("vite", "@vitejs/plugin-react") } },

    // What only tests, benches and the repository's own scripts run.
    { from: { path: TEST }, to: {} },
    { from: { path: "^scripts/" }, to: { pathNot: "^(apps|packages)/" } },
  ],
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "no-test-code-in-production",
      severity: "error",
      from: { path: "^(apps|packages)/[^/]+/src/", pathNot: TEST },
      to: { path: TEST },
    },
    {
      // Hoisting makes any package of the repository importable: only what the workspace itself declares is meant.
      name: "no-undeclared",
      severity: "error",
      from: { path: "^(apps|packages)/[^/]+/src/", pathNot: TEST },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "no-development-packages-in-production",
      severity: "error",
      from: { path: "^(apps|packages)/[^/]+/src/", pathNot: TEST },
      to: { dependencyTypes: ["npm-dev"], pathNot: npm("@types/[^/]+") },
    },
    {
      name: "schemas-by-zod-mini",
      comment: "whole zod is 454 KB in the agent, zod/mini 15 KB",
      severity: "error",
      from: { path: "^(apps|packages)/[^/]+/src/", pathNot: TEST },
      to: { path: "node_modules/zod/(index|v4/(index|classic)|v3)" },
    },
  ],
  options: {
    doNotFollow: { path: "(^|/)node_modules/" },
    exclude: { path: "^(apps/[^/]+/dist/|data/)" },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js"],
    },
  },
};
