/** /status: what the hub knows of a server's agent. Facts as they were measured, never constants. */
import type { Inline } from "@servereye/contract";
import type { SeenServer } from "../ports.ts";
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
    const record = await deps.store.servers.byId(server.id);
    const last = record?.lastSeen ?? server.lastSeen;
    const rows = [
      {
        label: t("status-state"),
        value: last === null ? [t("status-never")] : [t("status-offline"), " ", moment(last)],
        level: "bad" as const,
      },
      ...(record?.facts ? [{ label: t("status-agent"), value: [record.facts.version] }] : []),
      role,
    ];
    return {
      title,
      blocks: [
        { type: "facts", rows },
        { type: "note", text: [t("status-offline-hint")] },
      ],
    };
  }
  const skew = Math.abs(presence.skewMs);
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
          {
            label: t("status-latency"),
            value: [
              presence.latencyMs === null
                ? t("status-not-measured")
                : t("status-ms", { ms: presence.latencyMs }),
            ],
          },
          {
            label: t("status-heartbeat"),
            value: [{ kind: "time", at: seconds(presence.lastHeartbeat), style: "relative" }],
          },
          {
            label: t("status-skew"),
            value: [t("status-skew-value", { seconds: Math.round(presence.skewMs / 10) / 100 || 0 })],
            level: skew >= SKEW_BAD_MS ? "bad" : skew >= SKEW_WARN_MS ? "warn" : "ok",
          },
          { label: t("status-agent"), value: [presence.facts.version] },
          { label: t("status-protocol"), value: [String(presence.protocol)] },
          { label: t("status-system"), value: [`${presence.facts.os} ${presence.facts.arch}`] },
          {
            label: t("status-policy"),
            value: [presence.facts.allow.join(", ") || t("status-policy-reading")],
          },
          ...(server.region === "" ? [] : [{ label: t("status-region"), value: [server.region] }]),
          role,
        ],
      },
    ],
  };
}
