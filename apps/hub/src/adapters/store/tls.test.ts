/** The way to PostgreSQL: each `sslmode` means what libpq means by it, against a server with a certificate of its own. */
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Fault } from "@servereye/contract";
import { sql } from "kysely";
import pg from "pg";
import { openssl, selfSigned, signingRequest } from "../../../../../test/engines/certificate.ts";
import { type Postgres15, startPostgres15 } from "../../../../../test/engines/postgres15.ts";
import { needs } from "../../../../../test/engines.ts";
import { freePort } from "../../../../../test/system/ports.ts";
import { addressFault, poolAddress, type StoreConnection } from "./address.ts";
import { DEADLINES, openDatabase } from "./connection.ts";
import { keepingLog } from "./contract/world.test-suite.ts";

test("an address that protects less than it seems to is refused in words, without the address", () => {
  const cases: [string, string | undefined, RegExp | undefined][] = [
    [
      "postgres://u:hunter2@db/eye",
      undefined,
      /another machine .* add \?sslmode=verify-full .* sslmode=disable/,
    ],
    ["postgres://u:hunter2@10.0.0.5/eye", undefined, /another machine/],
    ["postgres://u:hunter2@127.0.0.1/eye?host=db", undefined, /another machine/],
    [
      "postgres://u:hunter2@db/eye?sslmode=prefer",
      undefined,
      /sslmode=prefer, which goes on without encryption/,
    ],
    [
      "postgres://u:hunter2@db/eye?sslmode=no-verify",
      undefined,
      /none of disable, require, verify-ca, verify-full/,
    ],
    ["postgres://u:hunter2@db/eye?ssl=true", undefined, /has ssl=/],
    ["postgres://u:hunter2@db/eye?sslmode=verify-ca", undefined, /names no certificates to trust/],
    ["postgres://u:hunter2@db/eye?sslmode=verify-full&sslcert=/c", undefined, /sslcert= and sslkey= alone/],
    ["postgres://u:hunter2@localhost/eye", "/ca.pem", /no sslmode=/],
    ["postgres://u:hunter2@db/eye?sslmode=disable", undefined, undefined],
    ["postgres://u:hunter2@db/eye?sslmode=verify-ca", "/ca.pem", undefined],
    ["postgres://u:hunter2@db/eye?sslmode=verify-full", undefined, undefined],
    ["postgres://u:hunter2@[::1]:5433/eye", undefined, undefined],
    ["postgres://u:hunter2@x/eye?host=%2Frun%2Fpg", undefined, undefined],
    ["postgres://u@%2Frun%2Fpg/eye", undefined, undefined],
  ];
  for (const [address, caFile, words] of cases) {
    const fault = addressFault(address, caFile);
    if (words === undefined) assert.equal(fault, undefined, address);
    else assert.match(fault ?? "", words, address);
    assert.doesNotMatch(fault ?? "", /hunter2/);
  }
});

test("the host that is judged is the one that is dialled, whatever the environment names", (t) => {
  const before = process.env.PGHOST;
  process.env.PGHOST = "db.elsewhere.example";
  t.after(() => {
    if (before === undefined) delete process.env.PGHOST;
    else process.env.PGHOST = before;
  });
  const cases = [
    ["postgres:///eye", "localhost"],
    ["postgres:///eye?host=127.0.0.1&host=db.elsewhere.example", "127.0.0.1"],
    ["postgres://db.example/eye?sslmode=verify-full", "db.example"],
    ["postgres://u@[::1]:5433/eye", "::1"],
    ["postgres://u@%2Frun%2Fpg/eye", "/run/pg"],
    ["postgres://u@x/eye?host=%2Frun%2Fpg", "/run/pg"],
  ] as const;
  for (const [address, host] of cases) {
    assert.equal(addressFault(address), undefined, address);
    assert.equal(new pg.Client(poolAddress({ connectionString: address })).host, host, address);
  }
});

describe("PostgreSQL with TLS", needs("postgres15"), () => {
  const folder = mkdtempSync(join(tmpdir(), "tls-"));
  let postgres: Postgres15 | undefined;
  let port = 0;

  before(async () => {
    for (const name of ["ours", "another"]) selfSigned(folder, name);
    signingRequest(folder, "server", "db");
    writeFileSync(join(folder, "names"), "subjectAltName=DNS:localhost");
    openssl(
      folder,
      ...["x509", "-req", "-in", "server.csr", "-CA", "ours.pem", "-CAkey", "ours.key", "-CAcreateserial"],
      ...["-days", "2", "-extfile", "names", "-out", "server.crt"],
    );
    port = await freePort();
    postgres = await startPostgres15({
      settings: { listen_addresses: "127.0.0.1", port: String(port), ssl: "on" },
      setUp(data) {
        for (const file of ["server.crt", "server.key"]) copyFileSync(join(folder, file), join(data, file));
        chmodSync(join(data, "server.key"), 0o600);
      },
    });
  });
  after(async () => {
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (name: string) => encodeURIComponent(join(folder, name));
  /** Whether the connection is encrypted, or what it is refused with. */
  async function reached(host: string, parameters: string, caFile?: string): Promise<boolean | string> {
    const connection: StoreConnection = {
      connectionString: `postgres://tester:hunter2@${host}:${port}/postgres${parameters}`,
      caFile,
    };
    const { db, close } = openDatabase({ connection, poolSize: 1, deadlines: DEADLINES, log: keepingLog() });
    try {
      const { rows } = await sql<{
        ssl: boolean;
      }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(db);
      return rows[0]?.ssl ?? "no such connection";
    } catch (error) {
      assert.ok(error instanceof Fault);
      assert.equal(error.code, "STORE_UNAVAILABLE");
      assert.doesNotMatch(error.message, /hunter2/);
      return error.message;
    } finally {
      await close();
    }
  }

  test("disable does not encrypt; require encrypts, whoever signed", async () => {
    assert.equal(await reached("127.0.0.1", ""), false);
    assert.equal(await reached("127.0.0.1", "?sslmode=disable"), false);
    assert.equal(await reached("127.0.0.1", "?sslmode=require"), true);
  });

  test("verify-ca and require with certificates to trust look who signed, not for which host", async () => {
    for (const mode of ["require", "verify-ca"]) {
      assert.equal(
        await reached("127.0.0.1", `?sslmode=${mode}&sslrootcert=${file("ours.pem")}`),
        true,
        mode,
      );
      const refused = await reached("127.0.0.1", `?sslmode=${mode}&sslrootcert=${file("another.pem")}`);
      assert.match(String(refused), /certificate is not accepted/, mode);
    }
  });

  test("verify-full takes the right host and signer, from the address or a file named beside it, and no other", async () => {
    assert.equal(await reached("localhost", `?sslmode=verify-full&sslrootcert=${file("ours.pem")}`), true);
    assert.equal(await reached("localhost", "?sslmode=verify-full", join(folder, "ours.pem")), true);
    const anotherHost = await reached("127.0.0.1", `?sslmode=verify-full&sslrootcert=${file("ours.pem")}`);
    assert.match(String(anotherHost), /certificate is not accepted.*127\.0\.0\.1/);
    const anotherSigner = await reached(
      "localhost",
      `?sslmode=verify-full&sslrootcert=${file("another.pem")}`,
    );
    assert.match(String(anotherSigner), /certificate is not accepted/);
    // Signed by nobody that everybody knows.
    assert.match(String(await reached("localhost", "?sslmode=verify-full")), /certificate is not accepted/);
    const missing = await reached(
      "localhost",
      `?sslmode=verify-full&sslrootcert=${file("nothing.pem")}`,
    ).catch(String);
    assert.match(String(missing), /sslrootcert can not be read/);
  });

  test("who insists on TLS is not talked out of it", async () => {
    assert.ok(postgres);
    // What somebody in between would answer to have the password in the clear.
    const stripper = createServer((socket) => socket.once("data", () => socket.write("N")));
    await new Promise<void>((resolve) => stripper.listen(0, "127.0.0.1", resolve));
    const address = stripper.address();
    assert.ok(typeof address === "object" && address !== null);
    const heard: Buffer[] = [];
    stripper.on("connection", (socket) => socket.on("data", (data) => heard.push(data)));
    const connectionString = `postgres://tester:hunter2@127.0.0.1:${address.port}/postgres?sslmode=require`;
    const { db, close } = openDatabase({
      ...{ connection: { connectionString }, poolSize: 1, deadlines: DEADLINES, log: keepingLog() },
    });
    await assert.rejects(sql`select 1`.execute(db), /does not support SSL/);
    await close();
    assert.ok(!Buffer.concat(heard).includes("tester"));
    await new Promise((resolve) => stripper.close(resolve));
  });
});
