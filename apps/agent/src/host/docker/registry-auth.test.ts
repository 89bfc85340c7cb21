/** Registry credentials: found by host in the forms that Docker writes, handed on as the engine reads them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { registryAuthIn } from "./registry-auth.ts";

const folder = mkdtempSync(join(tmpdir(), "docker-config-"));
after(() => rmSync(folder, { recursive: true }));

const keep = (configuration: unknown) =>
  writeFileSync(
    join(folder, "config.json"),
    typeof configuration === "string" ? configuration : JSON.stringify(configuration),
  );
const auth = (text: string) => ({ auth: Buffer.from(text).toString("base64") });

async function of(image: string): Promise<unknown> {
  const { kept, header } = await registryAuthIn(folder, image);
  if (header === undefined) return kept;
  assert.equal(kept, "here");
  assert.equal(header.length % 4, 0, "padded, as the engine wants it");
  assert.match(header, /^[\w-]+=*$/);
  return JSON.parse(Buffer.from(header, "base64url").toString());
}

test("an entry is found by its host, however Docker wrote the key", async () => {
  assert.equal(await of("nginx"), "none");
  keep({
    auths: {
      "https://index.docker.io/v1/": auth("ann:p:w?ÿ~"),
      "registry.example.com:5000": { identitytoken: "tok", ...auth("<token>:") },
      "https://other.example.com": { username: "bob", password: "x" },
      "empty.example.com": {},
    },
  });
  const hub = { username: "ann", password: "p:w?ÿ~", serveraddress: "https://index.docker.io/v1/" };
  for (const image of ["nginx", "library/nginx:1.27", "docker.io/library/nginx", "team/app@sha256:00"])
    assert.deepEqual(await of(image), hub);
  assert.deepEqual(await of("registry.example.com:5000/app:1"), {
    username: "<token>",
    identitytoken: "tok",
    serveraddress: "registry.example.com:5000",
  });
  assert.deepEqual(await of("other.example.com/a/b"), {
    ...{ username: "bob", password: "x", serveraddress: "https://other.example.com" },
  });
  for (const none of ["registry.example.com/app", "empty.example.com/app", "evil.example.com.other/app"])
    assert.equal(await of(none), "none");
});

test("what a helper keeps and what can not be read is said, and nothing is run or quoted", async () => {
  keep({
    auths: { "https://index.docker.io/v1/": {} },
    credsStore: "/bin/false; rm",
    credHelpers: { "ecr.example.com": "ecr-login" },
  });
  assert.deepEqual(await Promise.all(["nginx", "ecr.example.com/a", "ghcr.example.com/a"].map(of)), [
    "helper",
    "helper",
    "none",
  ]);
  for (const bad of ["{", "[]", '{"auths": 7}', "x".repeat(2 * 1024 * 1024)]) {
    keep(bad);
    assert.equal(await of("nginx"), "unreadable");
  }
});
