/** inspect in the chat: what there is to know about how a container is set up, part by part. */
import type { AnswerOf, View } from "@servereye/contract";
import { standingText, subjectButtons, subjectTitle } from "../docker/subject-shown.ts";
import { reading, type Translate } from "../kit.ts";
import { plainName } from "../shown/names.ts";
import { countText, sizeText } from "../shown/sizes.ts";
import { inspect } from "./contract.ts";
import { messages } from "./messages.ts";

type Answer = AnswerOf<typeof inspect>;
type Block = View["blocks"][number];
type Rows = Extract<Block, { type: "facts" }>["rows"];

/** Of labels and variables shown, each: a phone's screen or two. */
const MOST_SHOWN = 20;

export const inspectReading = reading(
  inspect,
  (answer, context) => {
    const { t } = context;
    return {
      title: subjectTitle("🔎", answer.subject, context),
      blocks: [
        { type: "facts", rows: mainRows(t, answer) },
        ...warningsOf(t, answer),
        ...healthBlocks(t, answer),
        ...listed(
          t,
          answer,
          "networks",
          answer.networks.map(({ name, addresses }) => [name, ...addresses].join(" ")),
        ),
        ...listed(t, answer, "ports", answer.ports),
        ...listed(
          t,
          answer,
          "mounts",
          answer.mounts.map((one) => mountText(t, one)),
        ),
        ...environmentBlocks(t, answer),
        ...listed(
          t,
          answer,
          "labels",
          answer.labels.map(({ name, value }) => (value === "" ? name : `${name}=${value}`)),
        ),
      ],
      buttons: subjectButtons(t, answer.subject, "inspect"),
    };
  },
  messages,
  { named: true },
);

function mainRows(t: Translate, answer: Answer): Rows {
  const { subject, created, exitCode, restarts, memoryLimit, cpuLimit, pidsLimit } = answer;
  const row = (label: string, value: string | undefined): Rows =>
    value === undefined || value === "" ? [] : [{ label: t(`inspect-${label}`), value: [plainName(value)] }];
  const code = (label: string, value: string | undefined): Rows =>
    value === undefined
      ? []
      : [{ label: t(`inspect-${label}`), value: [{ kind: "code", text: plainName(value) }] }];
  const running = subject.state === "running" || subject.state === "paused";
  return [
    ...row("state", standingText(t, subject)),
    ...row(
      "exit",
      running || (subject.state === "created" && exitCode === 0)
        ? undefined
        : `${exitCode}${answer.oomKilled ? " (OOM)" : ""}`,
    ),
    ...row("error", answer.error),
    ...row("restarts", restarts > 0 ? countText(t, restarts) : undefined),
    ...row("image", answer.image),
    ...code("image-id", answer.imageId.replace("sha256:", "").slice(0, 12)),
    ...code("id", subject.id.slice(0, 12)),
    ...(created === undefined
      ? []
      : [
          {
            label: t("inspect-created"),
            value: [{ kind: "time" as const, at: Math.floor(created / 1_000), style: "full" as const }],
          },
        ]),
    ...code("entrypoint", answer.entrypoint),
    ...code("command", answer.command),
    ...row("folder", answer.folder),
    ...row("user", answer.user ?? t("inspect-root")),
    ...row("restart", restartText(t, answer)),
    ...row("stop", stopText(t, answer)),
    ...row("memory", memoryLimit === undefined ? t("inspect-none") : sizeText(t, memoryLimit)),
    ...row("cpu", cpuLimit === undefined ? t("inspect-none") : t("inspect-cores", { cores: cpuLimit })),
    ...row("cpus", answer.processors),
    ...row("pids", pidsLimit === undefined ? undefined : countText(t, pidsLimit)),
  ];
}

const POLICIES = new Set(["no", "always", "unless-stopped", "on-failure"]);

function restartText(t: Translate, { restartPolicy, restartTimes }: Answer): string {
  const policy = POLICIES.has(restartPolicy) ? t(`inspect-restart-${restartPolicy}`) : restartPolicy;
  return restartTimes === undefined ? policy : t("inspect-restart-times", { policy, count: restartTimes });
}

const stopText = (t: Translate, { stopSignal: signal, stopSeconds }: Answer): string =>
  stopSeconds === undefined
    ? t("inspect-stop-ever", { signal })
    : t("inspect-stop-how", { signal, seconds: stopSeconds });

/** What a person at night should not have to look for. */
const warningsOf = (t: Translate, answer: Answer): Block[] =>
  [
    ...(answer.privileged ? ["privileged"] : []),
    ...(answer.mounts.some(({ socket }) => socket === true) ? ["sensitive"] : []),
    ...(answer.readOnly ? ["read-only"] : []),
    ...(answer.autoRemove ? ["auto-remove"] : []),
  ].map((id) => ({ type: "note", text: [t(`inspect-${id}`)] }));

function healthBlocks(t: Translate, { health }: Answer): Block[] {
  if (health === undefined) return [];
  const { status, test, streak, exitCode, said } = health;
  const level = status === "healthy" ? "ok" : status === "unhealthy" ? "bad" : "warn";
  return [
    { type: "heading", text: t("inspect-health") },
    {
      type: "facts",
      rows: [
        { label: t("inspect-health-state"), value: [plainName(status)], level },
        { label: t("inspect-health-test"), value: [{ kind: "code", text: plainName(test) }] },
        ...(streak > 0 ? [{ label: t("inspect-health-streak"), value: [countText(t, streak)] }] : []),
        ...(exitCode === undefined ? [] : [{ label: t("inspect-health-exit"), value: [String(exitCode)] }]),
      ],
    },
    ...(said === undefined
      ? []
      : [{ type: "code" as const, text: said.split("\n").map(plainName).join("\n") }]),
  ];
}

const mountText = (t: Translate, { source, target, readOnly }: Answer["mounts"][number]): string => {
  const mount = source === "" ? target : `${source} → ${target}`;
  return readOnly ? t("inspect-mount-read-only", { mount }) : mount;
};

function environmentBlocks(t: Translate, answer: Answer): Block[] {
  const blocks = listed(t, answer, "environment", answer.environment);
  return blocks.length === 0 ? [] : [...blocks, { type: "note", text: [t("inspect-hidden")] }];
}

/** A heading with its lines, one each. */
function listed(t: Translate, { more }: Answer, what: string, all: readonly string[]): Block[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, MOST_SHOWN).map(plainName);
  const left = all.length - shown.length + (more[what] ?? 0);
  return [
    { type: "heading", text: t(`inspect-${what}`) },
    { type: "code", text: shown.join("\n") },
    ...(left > 0 ? [{ type: "note" as const, text: [t("inspect-more", { count: left })] }] : []),
  ];
}
