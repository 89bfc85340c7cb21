/** What a person sees while a container is made step by step: the question of a step, and the summary. */
import { RESTARTS, shortName } from "@servereye/commands/hub";
import type { SeenServer } from "../../ports/people.ts";
import { CONFIRM_TTL_MS, type Draft, type DraftButton, note, type Turn, text } from "../turn.ts";
import { isList, others, serverOf, servers } from "./answers.ts";
import { type Open, STEPS, type State, type Step } from "./state.ts";
import { portText, volumeText, type Wrong } from "./values.ts";
import { proposedName, variablesOf } from "./wanted.ts";

/** Buttons of servers; beyond it a name is sooner typed. */
const MOST = 20;
/** Of a name on a button, characters. */
const LABEL = 22;

type Facts = Extract<Draft["blocks"][number], { type: "facts" }>["rows"];

/** One press in this wizard as it stands: worth nothing once it has gone on. */
const press = ({ id, revision }: Open, act: string, value = "") => ({
  action: { kind: "do" as const, what: "wizard", values: { id, revision: String(revision), act, value } },
  mine: true,
});

export function wizardDraft(turn: Turn, open: Open, wrong?: Wrong): Promise<Draft> | Draft {
  return open.state.at === "summary"
    ? summary(turn, open, wrong)
    : question(turn, open, open.state.at, wrong);
}

const complaint = ({ t }: Turn, wrong: Wrong | undefined): Draft["blocks"] =>
  wrong === undefined ? [] : [text(`❌ ${t(wrong.wrong, wrong.values)}`)];

async function question(turn: Turn, open: Open, at: Step, wrong: Wrong | undefined): Promise<Draft> {
  const { t, incoming } = turn;
  const { state } = open;
  const server = serverOf(turn, state);
  const said = listOf(turn, state, at);
  const where = server === undefined ? "" : ` · ${shortName(server.name, LABEL)}`;
  const { choices, proposed } = await choicesOf(turn, open, at);
  const on = isList(at) ? (said.length > 0 ? "wizard-on" : "wizard-skip") : undefined;
  const kept = !isList(at) && state.changing ? "wizard-keep" : on;
  const first = STEPS.findIndex((step) => step !== "server" || servers(turn).length > 1);
  const back = state.changing || STEPS.indexOf(at) > first;
  return {
    title: `${t("wizard-title")}${where} · ${STEPS.indexOf(at) + 1}/${STEPS.length}`,
    blocks: [
      ...complaint(turn, wrong),
      text(t(`wizard-${at}`, { proposed })),
      ...(said.length > 0
        ? [{ type: "facts" as const, rows: [{ label: t("wizard-so-far"), value: [said.join(", ")] }] }]
        : []),
      ...(incoming.chat.kind === "group" ? [note(t("wizard-group"))] : []),
    ],
    buttons: [
      ...choices,
      ...(kept === undefined ? [] : [[{ label: t(kept), ...press(open, "next") }]]),
      ...(isList(at) && said.length > 0 ? [[{ label: t("wizard-clear"), ...press(open, "clear") }]] : []),
      [
        ...(back ? [{ label: t("wizard-back"), ...press(open, "back") }] : []),
        { label: t("wizard-end"), ...press(open, "end") },
      ],
    ],
  };
}

/** What was said at a step of several answers; of variables their names alone. */
function listOf(_turn: Turn, { wanted }: State, at: Step): string[] {
  if (at === "ports") return wanted.ports.map(portText);
  if (at === "env") return variablesOf(wanted);
  return at === "volumes" ? wanted.volumes.map(volumeText) : [];
}

/** Answers that are one press away. */
async function choicesOf(
  turn: Turn,
  open: Open,
  at: Step,
): Promise<{ choices: DraftButton[][]; proposed: string }> {
  const { state } = open;
  const set = (label: string, value: string): DraftButton => ({ label, ...press(open, "set", value) });
  if (at === "server") {
    const choices = servers(turn)
      .slice(0, MOST)
      .map(({ id, name, number }) => [set(`${number}. ${name}`, id)]);
    return { choices, proposed: "" };
  }
  if (at === "name") {
    const { image = "container", name } = state.wanted;
    const taken = new Set((await others(turn, state)).map((one) => one.name));
    const proposed = name ?? proposedName(image, taken);
    return {
      choices: [[set(turn.t("wizard-name-yes", { name: shortName(proposed, LABEL) }), proposed)]],
      proposed,
    };
  }
  if (at !== "restart") return { choices: [], proposed: "" };
  const marked = (policy: string) => (policy === state.wanted.restart ? `✅ ${policy}` : policy);
  const order = ["unless-stopped", "always", "on-failure", "no"].filter((one) =>
    RESTARTS.some((known) => known === one),
  );
  return { choices: order.map((policy) => [set(marked(policy), policy)]), proposed: state.wanted.restart };
}

function summary(turn: Turn, open: Open, wrong: Wrong | undefined): Draft {
  const { t } = turn;
  const server = serverOf(turn, open.state);
  const change = (step: Step): DraftButton => ({
    label: t("wizard-change", { step }),
    ...press(open, "change", step),
  });
  const changes: Step[][] = [
    ["image", "name"],
    ["ports", "env"],
    ["volumes", "restart"],
  ];
  return {
    title: t("wizard-summary"),
    blocks: [
      ...complaint(turn, wrong),
      { type: "facts", rows: factsOf(turn, open.state, server) },
      text(t("wizard-means")),
      note(t("confirm-minute")),
    ],
    buttons: [
      ...(server === undefined ? [] : [[createButton(turn, open, server)]]),
      ...changes.map((row) => row.map(change)),
      ...(servers(turn).length > 1 ? [[change("server")]] : []),
      [
        { label: t("wizard-again"), ...press(open, "show") },
        { label: t("wizard-end"), ...press(open, "end") },
      ],
    ],
  };
}

const createButton = ({ t }: Turn, { id, revision, state }: Open, server: SeenServer): DraftButton => ({
  label: t("wizard-yes", { name: shortName(state.wanted.name ?? "", LABEL) }),
  action: {
    kind: "do",
    what: "wizard.create",
    values: { serverId: server.id, id, revision: String(revision) },
  },
  mine: true,
  once: true,
  ttlMs: CONFIRM_TTL_MS,
});

/** All that it will be, but the values of variables. What a container is rarely given is said only when it is. */
function factsOf({ t }: Turn, { wanted }: State, server: SeenServer | undefined): Facts {
  const none = t("wizard-none");
  const row = (label: string, value: string) => ({ label: t(`wizard-fact-${label}`), value: [value] });
  const rare = (label: string, value: string) =>
    value === "" ? [] : [{ ...row(label, value), level: "warn" as const }];
  const list = (values: readonly string[]) => values.join(", ") || none;
  return [
    { label: t("container-server"), value: [{ kind: "strong", text: server?.name ?? "?" }] },
    { label: t("wizard-fact-image"), value: [{ kind: "strong", text: wanted.image ?? "?" }] },
    { label: t("wizard-fact-name"), value: [{ kind: "strong", text: wanted.name ?? "?" }] },
    row("ports", list(wanted.ports.map(portText))),
    row(
      "env",
      variablesOf(wanted).length === 0 ? none : t("wizard-hidden", { names: list(variablesOf(wanted)) }),
    ),
    row("volumes", list(wanted.volumes.map(volumeText))),
    row("restart", wanted.restart),
    ...(wanted.network === undefined ? [] : [row("network", wanted.network)]),
    ...(wanted.command === undefined ? [] : [row("command", wanted.command.join(" "))]),
    ...rare("privileged", wanted.privileged === true ? t("wizard-fact-yes") : ""),
    ...rare("host", (wanted.hostNamespaces ?? []).join(", ")),
    ...rare("capabilities", (wanted.capAdd ?? []).join(", ")),
    ...rare("devices", (wanted.devices ?? []).join(", ")),
  ];
}
