/** The presence board in Redis: an entry a server that expires by Redis's own clock, and indexes to count them by. */
import { createHash } from "node:crypto";
import { AgentFacts, SILENCE_MS } from "@servereye/contract";
import * as z from "zod/mini";
import type { Presence, PresenceBoard } from "../../../core/ports/broker.ts";
import type { Clock, Metrics } from "../../../core/ports/process.ts";
import { PRESENCE_MARGIN_MS } from "../memory.ts";
import type { PresenceCodec } from "../sealed.ts";
import type { Connections } from "./connections.ts";
import { slotOf } from "./slot.ts";

/** Parts that entries are divided into: each has its index, and lies in one slot of a Cluster with it. */
const PARTS = 16;
const LIFE_MS = SILENCE_MS + PRESENCE_MARGIN_MS;

const Entry = z.object({
  serverId: z.string(),
  hub: z.string(),
  since: z.int(),
  lastHeartbeat: z.number(),
  protocol: z.int(),
  latencyMs: z.nullable(z.number()),
  skewMs: z.number(),
  facts: AgentFacts,
});

/** A script as Redis knows it by its digest. Times are Redis's own, in ms: hubs' clocks differ. */
function script(text: string): { text: string; sha: string } {
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

/** KEYS: entry, index. ARGV: body, since, hub, life in ms, server id, index's life in ms. */
const PUT = script(`
local kept = redis.call('GET', KEYS[1])
local sound, entry = pcall(cjson.decode, kept or '')
if sound and type(entry) == 'table' and type(entry.since) == 'number' and type(entry.hub) == 'string' then
  local mine = tonumber(ARGV[2])
  if entry.since > mine or (entry.since == mine and entry.hub > ARGV[3]) then return 0 end
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
return 1`);

/** KEYS: entry, index. ARGV: since, hub, server id. */
const REMOVE = script(`
local sound, entry = pcall(cjson.decode, redis.call('GET', KEYS[1]) or '')
if not sound or type(entry) ~= 'table' then return 0 end
if entry.since ~= tonumber(ARGV[1]) or entry.hub ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[3])
return 1`);

/** KEYS: index. */
const COUNT = script(`
local time = redis.call('TIME')
return redis.call('ZCOUNT', KEYS[1], '(' .. (time[1] * 1000 + math.floor(time[2] / 1000)), '+inf')`);

export function createRedisPresence(parts: {
  connections: Pick<Connections, "call">;
  clock: Clock;
  metrics: Metrics;
  /** How entries are written down. */
  entries: PresenceCodec;
}): PresenceBoard {
  const { connections, clock, metrics, entries } = parts;
  const partOf = (serverId: string): number => slotOf(serverId) % PARTS;
  const entryKey = (serverId: string): string => `presence:{${partOf(serverId)}}:${serverId}`;
  const indexKey = (part: number): string => `presence:{${part}}`;

  async function run(code: { text: string; sha: string }, keys: string[], args: string[]): Promise<unknown> {
    const slot = slotOf(keys[0] ?? "");
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await connections.call(slot, ["EVALSHA", code.sha, ...rest]);
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (!(cause instanceof Error) || !cause.message.startsWith("NOSCRIPT")) throw error;
      // New or restarted: it learns the script by the way.
      return connections.call(slot, ["EVAL", code.text, ...rest]);
    }
  }

  function read(serverId: string, body: unknown): Presence | undefined {
    if (typeof body !== "string") return undefined;
    const entry = Entry.safeParse(entries.decode(serverId, body));
    if (entry.success && entry.data.serverId === serverId) return entry.data;
    metrics.count("presence_malformed");
    return undefined;
  }

  return {
    async put(presence) {
      const { serverId, since, hub } = presence;
      const life = Math.min(LIFE_MS, presence.lastHeartbeat + LIFE_MS - clock.now());
      // Silent for so long already that it would have expired.
      if (life < 1) return;
      await run(
        PUT,
        [entryKey(serverId), indexKey(partOf(serverId))],
        [entries.encode(presence), String(since), hub, String(Math.ceil(life)), serverId, String(LIFE_MS)],
      );
    },
    async remove(serverId, hub, since) {
      await run(REMOVE, [entryKey(serverId), indexKey(partOf(serverId))], [String(since), hub, serverId]);
    },
    async get(serverIds) {
      const byPart = Map.groupBy(new Set(serverIds), partOf);
      const found = new Map<string, Presence>();
      // Sent in one turn, so they go out as one pipeline to each server.
      const asked = [...byPart.values()].map(async (ids) => {
        const keys = ids.map(entryKey);
        const bodies = await connections.call(slotOf(keys[0] ?? ""), ["MGET", ...keys]);
        for (const [at, serverId] of ids.entries()) {
          const entry = read(serverId, Array.isArray(bodies) ? bodies[at] : undefined);
          if (entry !== undefined) found.set(serverId, entry);
        }
      });
      await Promise.all(asked);
      return found;
    },
    async count() {
      const counts = await Promise.all(
        Array.from({ length: PARTS }, (_, part) => run(COUNT, [indexKey(part)], [])),
      );
      return counts.reduce<number>((sum, count) => sum + Number(count), 0);
    },
    unseen: () => [],
  };
}

/** Entries as plain JSON: who may write to Redis may write these. */
export const plainEntries: PresenceCodec = {
  encode: (presence) => JSON.stringify(presence),
  decode(_serverId, text) {
    try {
      return JSON.parse(text);
    } catch {
      // Not JSON: the schema refuses it, and the board counts.
      return undefined;
    }
  },
};
