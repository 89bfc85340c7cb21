/** PostgreSQL refuses root; these are the ways it runs all the same, and the words where it cannot. */
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { needs } from "../../../../../../test/engines.ts";
import { otherAccount, usableAccounts } from "./account.ts";
import { binariesFor, installedBinaries, linkLibraries } from "./binaries.ts";
import { StoreStartFault } from "./fault.ts";
import { hubLike, postmasterOf, processesIn, quiet, sql, temporaryFolder } from "./hub-like.fixture.ts";
import { startEmbeddedPostgres } from "./start.ts";

const nobody = 65_534;

test("as root in a user namespace the files stay root's own", needs("root"), async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  chmodSync(join(dataDir, ".."), 0o700);
  const store = await startEmbeddedPostgres(quiet(dataDir));
  assert.equal(statSync(join(dataDir, "postgres", "PG_VERSION")).uid, 0);
  await store.stop();
});

test(
  "as root without user namespaces it runs as another account, now and at later starts",
  needs("root"),
  async (t) => {
    const dataDir = join(temporaryFolder(t), "data");
    const fallback = {
      accounts: () => [otherAccount("the account nobody", nobody, nobody)],
      installed: installedBinaries,
    };
    const store = await startEmbeddedPostgres(quiet(dataDir), fallback);
    assert.equal(statSync(`/proc/${postmasterOf(dataDir)}`).uid, nobody);
    assert.equal(statSync(dataDir).uid, 0);
    assert.equal(statSync(dataDir).mode & 0o777, 0o711);
    assert.equal(statSync(join(dataDir, "run")).mode & 0o777, 0o700);
    await store.stop();
    const again = await startEmbeddedPostgres(quiet(dataDir));
    assert.equal(statSync(`/proc/${postmasterOf(dataDir)}`).uid, nobody);
    assert.deepEqual(await sql(again, "SELECT 1 AS one"), [{ one: 1 }]);
    await again.stop();
    assert.deepEqual(processesIn(dataDir), []);
  },
);

test(
  "a folder that no other account reaches is a fault that says so, and leaves no data behind",
  needs("root"),
  async (t) => {
    const root = temporaryFolder(t);
    chmodSync(root, 0o700);
    const fallback = {
      accounts: () => [otherAccount("the account nobody", nobody, nobody)],
      installed: installedBinaries,
    };
    await assert.rejects(
      startEmbeddedPostgres(quiet(join(root, "data")), fallback),
      (error: unknown) =>
        error instanceof StoreStartFault && /does not run as root.*DATABASE_URL/.test(error.message),
    );
    assert.equal(existsSync(join(root, "data", "postgres")), false);
  },
);

test("an ordinary user needs nothing of this", needs("root"), async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  mkdirSync(dataDir);
  chownSync(dataDir, nobody, nobody);
  const hub = await hubLike(t, dataDir, { uid: nobody, gid: nobody });
  assert.deepEqual(hub.first, { adopted: false });
  hub.kill("SIGINT");
  await hub.exited;
  assert.deepEqual(processesIn(dataDir), []);
});

test("where no programs run, the line names the variable to set", async (t) => {
  const root = temporaryFolder(t);
  mkdirSync(join(root, "bin"));
  writeFileSync(join(root, "bin", "postgres"), "#!/lib/ld-of-another-libc.so\n", { mode: 0o755 });
  for (const installed of [[], [{ major: 18, bin: join(root, "bin"), from: "package" as const }]]) {
    await assert.rejects(
      startEmbeddedPostgres(quiet(join(root, "data")), {
        accounts: usableAccounts,
        installed: () => installed,
      }),
      (error: unknown) =>
        error instanceof StoreStartFault &&
        /^There is no private PostgreSQL.*DATABASE_URL/.test(error.message),
    );
  }
});

test("the package is preferred, a system's is found, and an old major is refused", (t) => {
  const root = temporaryFolder(t);
  for (const major of [14, 15, 17]) {
    mkdirSync(join(root, String(major), "bin"), { recursive: true });
    for (const name of ["postgres", "initdb"]) writeFileSync(join(root, String(major), "bin", name), "");
  }
  const found = installedBinaries([root]);
  assert.deepEqual(
    found.map((one) => [one.from, one.major]),
    [
      ["package", 18],
      ["system", 17],
      ["system", 15],
    ],
  );
  assert.throws(() => binariesFor(14, "/x", found), /made by PostgreSQL 14.*found: 18, 17, 15/);
});

test("links that an install without scripts has left out are made, and those there are kept", (t) => {
  const root = temporaryFolder(t);
  mkdirSync(join(root, "native", "lib"), { recursive: true });
  const link = (target: string) => ({ source: "native/lib/libx.so.1.2", target: `native/lib/${target}` });
  writeFileSync(
    join(root, "native", "pg-symlinks.json"),
    JSON.stringify([link("libx.so"), link("libx.so.1")]),
  );
  symlinkSync("kept", join(root, "native", "lib", "libx.so"));
  linkLibraries(root);
  assert.equal(readlinkSync(join(root, "native", "lib", "libx.so")), "kept");
  assert.equal(readlinkSync(join(root, "native", "lib", "libx.so.1")), "libx.so.1.2");
});
