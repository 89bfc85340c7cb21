/** inspect: no value of the environment leaves the server, whatever else holds it; all else is told, and drawn for a phone. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startDocker } from "../../../../test/engines/docker.ts";
import { needs } from "../../../../test/engines.ts";
import { messages as containerMessages } from "../containers/messages.ts";
import { hostWith, plainEngine } from "../docker/plain-engine.test-code.ts";
import { phoneLines } from "../shown/phone.ts";
import { translatorOf } from "../shown/translator.ts";
import { messages as statsMessages } from "../stats/messages.ts";
import { messages as topMessages } from "../top/messages.ts";
import { inspectCollector } from "./collect.ts";
import { inspect } from "./contract.ts";
import { hiding, lineOf } from "./hide.ts";
import { messages } from "./messages.ts";
import { inspectReading } from "./reply.ts";

test(
  "a real container's settings, without a value of its environment",
  needs("docker", "busybox"),
  async (t) => {
    const docker = await startDocker();
    t.after(() => docker.stop());
    const secrets = [
      "hunter-two-22",
      "s3cr3t-of-label",
      "flag-value-9",
      "in-the-next-word",
      "basic-auth-user",
    ];
    const id = await docker.run({
      name: "shop-web-1",
      Cmd: [
        "sh",
        "-c",
        `echo db=hunter-two-22; sleep 1000`,
        "--password=flag-value-9",
        "--api-key",
        "in-the-next-word",
      ],
      Env: [
        "POSTGRES_PASSWORD=hunter-two-22",
        "DATABASE_URL=postgres://u:hunter-two-22@db/x",
        "EMPTY=",
        "MODE=a\nb",
      ],
      Labels: {
        "app.token": "s3cr3t-of-label",
        "app.note": "plain",
        "traefik.basicauth.users": "basic-auth-user",
      },
      User: "1000:1000",
      WorkingDir: "/srv",
      StopTimeout: 33,
      Healthcheck: {
        Test: ["CMD-SHELL", "echo checked with hunter-two-22"],
        Interval: 5e7,
        Timeout: 1e9,
        Retries: 1,
      },
      HostConfig: {
        Memory: 64 * 1_024 ** 2,
        NanoCpus: 5e8,
        PidsLimit: 50,
        RestartPolicy: { Name: "on-failure", MaximumRetryCount: 4 },
        Binds: [`${docker.socket}:/run/docker.sock:ro`],
      },
    });
    await docker.until(id, ({ State }) => State.Health?.Status === "healthy");
    const host = hostWith(plainEngine(docker), { allow: ["containers.logs"] });
    const answer = inspect.answer.parse(await inspectCollector.collect({ container: id }, host));
    const wire = JSON.stringify(answer);
    for (const secret of secrets) assert.equal(wire.includes(secret), false, `${secret} in ${wire}`);
    assert.deepEqual(
      answer.environment.filter((name) => name !== "PATH"),
      ["DATABASE_URL", "EMPTY", "MODE", "POSTGRES_PASSWORD"],
    );
    const {
      user,
      folder,
      stopSeconds,
      memoryLimit,
      cpuLimit,
      pidsLimit,
      restartPolicy,
      restartTimes,
      image,
    } = answer;
    assert.deepEqual(
      [user, folder, stopSeconds, memoryLimit, cpuLimit, pidsLimit, restartPolicy, restartTimes, image],
      ["1000:1000", "/srv", 33, 64 * 1_024 ** 2, 0.5, 50, "on-failure", 4, "busybox:1"],
    );
    assert.deepEqual(
      answer.mounts.map(({ target, readOnly }) => [target, readOnly]),
      [["/run/docker.sock", true]],
    );
    assert.equal(answer.health?.said, "checked with •••");
    for (const language of ["en", "ru"] as const) {
      const words = translatorOf(language, messages, topMessages, statsMessages, containerMessages);
      const context = { t: words, language, server: { id: "x", name: "attic" }, now: 0, tookMs: 1 };
      const shown = phoneLines(inspectReading.reply(answer, context, {})).join("\n");
      assert.match(shown, /🔎 shop-web-1 · attic[\s\S]*POSTGRES_PASSWORD\n/);
      assert.doesNotMatch(shown, /undefined|NaN|\{/);
      assert.ok(shown.length < 4_000, String(shown.length));
    }
  },
);

describe("what may be a secret", () => {
  const hide = hiding(["A_TOKEN=abcde12345", "NODE_ENV=production", "PATH=/usr/bin", "SHORT=abc"]);
  test("is hidden by the word before it, and by what the environment holds", () => {
    const lines: Array<[string, string]> = [
      ["run --password=x1 --user=bob", "run --password=••• --user=bob"],
      ["run --api-key x1 next", "run --api-key ••• next"],
      ["PGPASSWORD='a b' psql", "PGPASSWORD=••• psql"],
      ['{"secret": "x"}', '{"secret": •••}'],
      ["https://bob:pw@host/x", "https://bob:…@host/x"],
      ["curl -H abcde12345", "curl -H •••"],
      ["node --env production /usr/bin abc", "node --env production /usr/bin abc"],
      ["--tls-keyfile /etc/k", "--tls-keyfile •••"],
    ];
    for (const [text, shown] of lines) assert.equal(hide(text), shown);
  });

  test("is hidden in a command's words, whatever they hold", () => {
    assert.equal(lineOf(["app", "--password", "a b 'c", "--verbose"], hide), "app --password ••• --verbose");
    assert.equal(lineOf(["app", "DB_PASS=a b", "x y"], hide), "app DB_PASS=••• 'x y'");
    assert.equal(lineOf(["redis", "--requirepass", "-x"], hide), "redis --requirepass •••");
  });

  test("takes no more than a moment of any text, and what is cut leaves no half of a secret", () => {
    const long = `${"key".repeat(300_000)} ${"a=".repeat(300_000)}`;
    const began = performance.now();
    hide(long);
    assert.ok(performance.now() - began < 2_000);
    assert.doesNotMatch(hide(`${"x".repeat(7_995)} abcde12345`), /abc/);
  });
});
