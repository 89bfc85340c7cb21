/** What the tests of backups share: a filled store, files in memory's place, and tables compared row by row. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Address, run } from "../../../../../../test/engines/databases.ts";
import { inBatches, samplesFrom, tendAll } from "../../history/contract.test-suite.ts";
import { anEpisode } from "../contract/episodes.test-suite.ts";
import { openOn } from "../contract/fresh.test-suite.ts";
import {
  aButton,
  aServer,
  chance,
  facts,
  keepingLog,
  NOW,
  serverId,
  somebody,
  standingClock,
} from "../contract/world.test-suite.ts";
import { openStoreHistory, RETENTION } from "../history/history.ts";
import { writeFile } from "./file.ts";
import { restoreBackup } from "./restore.ts";
import type { Migrations } from "./target.ts";
import { writeBackup } from "./write.ts";

/** Texts that a careless copy would change. */
export const ODD = [
  "👩‍🚀 ünïcödé \u{1f441}",
  'it\'s "quoted" \\back\\slash \\N \\x41',
  "lines\nand\r\ntabs\tand\u2028separators\u2029",
  "{a,b} (c,d) NULL null ''",
  "  spaces  ",
  '{"json":"\\u0000"}',
];

export interface Secrets {
  session: string;
  login: string;
  settings: Record<string, string>;
  seed: string;
}

/** Fills each table by the store's own methods, and with numbers above 2^53 by hand. */
export async function fill(address: Address): Promise<Secrets> {
  const store = await openOn(address);
  const secrets: Secrets = {
    session: chance.token(32),
    login: chance.token(32),
    settings: Object.fromEntries(ODD.map((text, at) => [`odd.${at} ${text}`, text])),
    seed: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url"),
  };
  await store.people.admit({ channel: "local", externalId: "owner" }, { name: "Owner", admin: true });
  const { account, person } = await somebody(store);
  const other = (await somebody(store)).person;
  await store.people.setLanguage(person.id, "ru");
  for (const [at, text] of ODD.entries()) {
    const server = { ...aServer(person.id, text, serverId()), region: text.slice(0, 5) };
    await store.servers.add(server);
    await store.servers.grant(server.id, other.id, "viewer");
    await store.servers.setFacts(server.id, { ...facts, hostname: `${text}\0` }, NOW + at);
    await store.servers.seen([{ serverId: server.id, at: NOW + at }]);
    const where = { channel: "telegram", chatId: text, kind: "group", topic: text } as const;
    await store.episodes.setWatch(other.id, server.id, true, { chat: where, language: null });
    await store.episodes.keep(server.id, anEpisode({ lines: [text] }), ["telegram"]);
    await store.people.choose(person.id, `chat ${text}`, server.id);
    await keepHistory(address, server.id, text);
    const mark = { serverId: server.id, boot: "0f0f0f0f", seq: 7, at: NOW };
    await store.arrivals.claim([mark, { ...mark, seq: 9, at: NOW + 1 }]);
    await store.arrivals.kept([mark]);
    await store.scrapeTokens.make(chance.token(24), { account, serverId: server.id }, NOW);
    await store.buttons.save([
      aButton({
        personId: other.id,
        action: { kind: "ask", command: "cpu", ask: { text }, serverId: server.id },
      }),
      aButton({ action: { kind: "menu", command: "help", args: [text, "\0"] } }),
    ]);
    await store.audit.record({
      at: NOW + at,
      personId: at % 2 === 0 ? person.id : null,
      from: text,
      what: "server.add",
      on: server.id,
      result: "done",
      detail: { text, at },
    });
  }
  await store.tickets.issue(secrets.login, { kind: "login", issuer: null, data: {} }, NOW * 2);
  await store.tickets.issue(
    chance.token(9),
    { kind: "invite", issuer: person.id, data: { odd: ODD.join() } },
    NOW,
  );
  const { publicKey } = aServer(person.id);
  await store.waiting.put({ code: "ABCD2345", publicKey, facts, expires: NOW * 2 });
  await store.sessions.start(secrets.session, account, NOW * 2);
  for (const [key, value] of Object.entries(secrets.settings)) await store.settings.set(key, value);
  await store.settings.set("hub.seed", secrets.seed);
  await store.close();
  await run(
    address,
    `insert into audit (at, "from", what, result, detail) values ($1, 'x', 'y', 'done', '{"n": 12345678901234567890}')`,
    ["9223372036854775807"],
  );
  await run(
    address,
    `insert into inbox (id, digest, body, taken_at) values (9007199254740993, 'd', '{"a" : "\\u0000" }', 1)`,
  );
  return secrets;
}

/** A day and a half of a server's samples, in each of the tiers. */
async function keepHistory(connection: Address, server: string, text: string): Promise<void> {
  const quiet = { command: () => undefined, count: () => undefined, gauge: () => undefined };
  const history = openStoreHistory({
    ...{ connection, log: keepingLog(), metrics: quiet, retention: RETENTION, quantumOf: () => 0.1 },
    clock: standingClock(),
  });
  const of = text.replaceAll(/\p{Cc}/gu, "");
  const samples = samplesFrom(NOW - 36 * 3_600_000, 5 * 3_600_000, [1.5, null, -7, -7, 0, 0, 0, 1]);
  const [batch, ...more] = inBatches(server, samples, 1_000);
  if (batch === undefined || more.length > 0) throw new Error("it is not one batch");
  await history.ingest([{ ...batch, batch: { ...batch.batch, series: [{ key: "disk.used", of }] } }]);
  await tendAll(history, NOW);
  await history.close();
}

/** All rows of all tables but those that are not carried, as PostgreSQL's own text, in an order of their own. */
export async function contents(address: Address): Promise<Record<string, string[]>> {
  const tables = await run(
    address,
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and not relispartition and relname not in ('kysely_migration', 'kysely_migration_lock', 'hubs', 'leases', 'wizards', 'episode_messages') order by 1`,
  );
  const all: Record<string, string[]> = {};
  for (const { name } of tables) {
    const rows = await run(address, `select one::text as row from "${name}" as one order by 1`);
    all[String(name)] = rows.map(({ row }) => String(row));
  }
  return all;
}

/** A folder for a test's files, taken away by `remove`. */
export function aFolder(): { path: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "backup-"));
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export async function backUp(
  connection: Address,
  path: string,
  between: () => Promise<void> = async () => undefined,
): Promise<Record<string, number>> {
  const { rows } = await writeFile(path, { force: false }, (put) =>
    writeBackup({
      connection,
      now: NOW,
      log: keepingLog(),
      sink: async (bytes) => {
        await between();
        await put(bytes);
      },
    }),
  );
  return rows;
}

export async function restoreFrom(
  connection: Address,
  path: string,
  more: { replace?: boolean; migrations?: Migrations; alone?: boolean } = {},
) {
  const { replace = false, alone = false, migrations } = more;
  const file: FileHandle = await open(path);
  try {
    const target = {
      connection,
      alone,
      log: keepingLog(),
      ...(migrations === undefined ? {} : { migrations }),
    };
    return await restoreBackup(target, { file, replace });
  } finally {
    await file.close();
  }
}

export const linesOf = (path: string): string[] =>
  gunzipSync(readFileSync(path)).toString("utf8").split("\n").slice(0, -1);

export const zipped = (lines: readonly string[]): Buffer =>
  gzipSync(lines.map((line) => `${line}\n`).join(""));
