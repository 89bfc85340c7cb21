/** /status: what the hub knows of a server's agent. Facts as they were measured, never constants. */
import { type AgentFacts, type Inline, isOriginal, type View } from "@servereye/contract";
import type { Presence } from "../ports/broker.ts";
import type { SeenServer } from "../ports/people.ts";
import type { Draft, Turn } from "./turn.ts";

const seconds = (ms: number): number => Math.floor(ms / 1000);
const moment = (ms: number): Inline => ({ kind: "time", at: seconds(ms), style: "full" });

/** A clock that is off by more than this is worth a yellow dot: signed commands live for seconds. */
const SKEW_WARN_MS = 2_000;
const SKEW_BAD_MS = 30_000;

export async function statusDraft(turn: Turn, server: SeenServer): Promise<Draft> {
  const { t, deps } = turn;
  const presence = (await deps.fleet.presenceOf([server.id])).get(server.id);
  const title = t("status-title", { server: server.name });
  const role = { label: t("status-role"), value: [t(`role-${server.role}`)] };
  if (presence === undefined) {
    const unseen = deps.fleet.unseen(server.region);
    const record = turn.degraded ? undefined : await deps.store.servers.byId(server.id);
    const last = record?.lastSeen ?? server.lastSeen;
    const rows = [
      {
        label: t("status-state"),
        value: unseen
          ? [t("servers-unseen", { region: server.region })]
          : last === null
            ? [t("status-never")]
            : [t("status-offline"), " ", moment(last)],
        level: unseen ? ("warn" as const) : ("bad" as const),
      },
      ...(record?.facts ? [{ label: t("status-agent"), value: [agentText(t, record.facts)] }] : []),
      role,
    ];
    return {
      title,
      blocks: [
        { type: "facts", rows },
        ...(unseen ? [] : [{ type: "note" as const, text: [t("status-offline-hint")] }]),
      ],
    };
  }
  return {
    title,
    blocks: [
      {
        type: "facts",
        rows: [
          {
            label: t("status-state"),
            value: [t("status-online"), " ", moment(presence.since)],
            level: "ok",
          },
          ...(isOriginal(presence.facts) ? originalRows(t, presence) : agentRows(t, presence)),
          ...(server.region === "" ? [] : [{ label: t("status-region"), value: [server.region] }]),
          role,
        ],
      },
    ],
  };
}

type Rows = Extract<View["blocks"][number], { type: "facts" }>["rows"];

function agentText(t: Turn["t"], facts: AgentFacts): string {
  if (!isOriginal(facts)) return facts.version;
  return facts.version === "" ? t("status-original") : `${facts.version} (${t("status-original")})`;
}

const heartbeatRow = (t: Turn["t"], { lastHeartbeat }: Presence): Rows[number] => ({
  label: t("status-heartbeat"),
  value: [{ kind: "time", at: seconds(lastHeartbeat), style: "relative" }],
});

function agentRows(t: Turn["t"], presence: Presence): Rows {
  const { latencyMs, facts } = presence;
  const latency = latencyMs === null ? t("status-not-measured") : t("status-ms", { ms: latencyMs });
  return [
    { label: t("status-latency"), value: [latency] },
    heartbeatRow(t, presence),
    skewRow(t, presence),
    { label: t("status-agent"), value: [agentText(t, facts)] },
    { label: t("status-protocol"), value: [String(presence.protocol)] },
    { label: t("status-system"), value: [`${facts.os} ${facts.arch}`] },
    { label: t("status-policy"), value: [facts.allow.join(", ") || t("status-policy-reading")] },
  ];
}

/** What it never told is left out: no connection stays whose round trip could be measured, and it has no policy. */
function originalRows(t: Turn["t"], presence: Presence): Rows {
  const { skewMs, facts } = presence;
  return [
    heartbeatRow(t, presence),
    ...(skewMs === 0 ? [] : [skewRow(t, presence)]),
    { label: t("status-agent"), value: [agentText(t, facts)] },
    ...(facts.os === "" ? [] : [{ label: t("status-system"), value: [facts.os] }]),
  ];
}

function skewRow(t: Turn["t"], { skewMs }: Presence): Rows[number] {
  const skew = Math.abs(skewMs);
  return {
    label: t("status-skew"),
    value: [t("status-skew-value", { seconds: Math.round(skewMs / 10) / 100 || 0 })],
    level: skew >= SKEW_BAD_MS ? "bad" : skew >= SKEW_WARN_MS ? "warn" : "ok",
  };
}
