/** Faults and refusals in words: what happened, to which server, and what to do. */
import { ContainerState, containerStateWord } from "@servereye/commands/hub";
import type { Fault, FaultCode, Inline } from "@servereye/contract";
import type { Decision } from "../access/authorize.ts";
import { mayHaveActed } from "../fleet/acted.ts";
import { dockerAwayValues } from "./docker-away.ts";
import { type Draft, type Turn, text } from "./turn.ts";

/** Message id of a code: `SERVER_OFFLINE` → `fault-server-offline`. */
export const faultId = (code: FaultCode): string => `fault-${code.toLowerCase().replaceAll("_", "-")}`;

/** Numbers among a fault's values that are moments (epoch ms) and are shown as times. */
const MOMENTS = ["since", "until"] as const;

/** A fault as a person reads it. `server` and `command` name what was asked of whom. */
export function faultDraft(
  turn: Pick<Turn, "t">,
  fault: Fault,
  of: { server?: string; command?: string } = {},
): Draft {
  const { t } = turn;
  const { ms } = fault.values;
  // Of an action that may have been done, the words of its code could say the opposite.
  if (mayHaveActed(fault))
    return { blocks: [text(t("fault-acted-unknown", { server: of.server ?? t("fault-some-server") }))] };
  const away = fault.code === "DOCKER_UNAVAILABLE" ? dockerAwayValues(fault) : {};
  const words = t(faultId(fault.code), {
    ...{
      seconds: typeof ms === "number" ? ms / 1000 : 0,
      silent: 0,
      line: "",
      agent: "",
      regions: 0,
      by: "",
      told: fault.message === "" ? 0 : 1,
      reason: fault.message,
      ...{ name: "", how: "", was: "", is: "", doing: 0, where: "", file: "", restart: "" },
      ...{ image: "", why: "", login: "", address: "", empty: "no" },
    },
    ...fault.values,
    ...(fault.code === "CONTAINER_CHANGED" ? statesOf(turn, fault) : {}),
    ...away,
    // Last, and never from the values: an agent's answer must not speak in another server's name.
    ...{ server: of.server ?? t("fault-some-server"), command: of.command ?? "" },
  });
  const inlines: Inline[] = [words];
  for (const moment of MOMENTS) {
    const at = fault.values[moment];
    if (typeof at !== "number" || at <= 0) continue;
    const time: Inline = { kind: "time", at: Math.floor(at / 1000), style: "full" };
    inlines.push(" ", t(`fault-${moment}`), " ", time, ".");
  }
  const line = fault.code === "POLICY_REFUSED" ? fault.values.line : away.line;
  if (typeof line === "string" && line !== "") return { blocks: withLine(words, line) };
  return { blocks: [text(...inlines)] };
}

/** The line to change stands alone, to be copied with one touch; the words before and behind it are its own paragraphs. */
function withLine(words: string, line: string): Draft["blocks"] {
  const [before = "", ...behind] = words.split(line);
  const after = behind.join(line).replace(/^[\s–—-]+/, "");
  return [
    text(before.trimEnd()),
    { type: "code", text: line },
    ...(after === "" ? [] : [text(after.charAt(0).toUpperCase() + after.slice(1))]),
  ];
}

/** What it was and is: its states in words, or its names as they are. */
const statesOf = ({ t }: Pick<Turn, "t">, { values }: Fault): Record<string, string> =>
  Object.fromEntries(
    ["was", "is"].map((when) => {
      const state = ContainerState.safeParse(values[when]);
      return [when, state.success ? containerStateWord(t, state.data) : String(values[when] ?? "")];
    }),
  );

/** The same of what was to change something: where the store went meanwhile, nobody knows whether it did. */
export function deedFaultDraft(turn: Turn, fault: Fault, of: { server?: string } = {}): Draft {
  if (fault.code !== "STORE_UNAVAILABLE") return faultDraft(turn, fault, of);
  return { blocks: [text(turn.t("deed-unknown"))] };
}

/** Why a person may not, without telling of servers they can not see. */
export function refusal(turn: Turn, decision: Decision): string {
  const { t } = turn;
  if (decision.allowed) return "";
  if (decision.reason === "role") return t("refused-role", { role: t(`role-${decision.needs ?? "owner"}`) });
  if (decision.reason === "admin") return t("refused-admin");
  return t("refused-unseen");
}

export function noServers(turn: Turn): Draft {
  const { t } = turn;
  return {
    blocks: [text(t("no-servers"))],
    buttons: [[{ label: t("add-button"), action: { kind: "menu", command: "add", args: [] } }]],
  };
}
