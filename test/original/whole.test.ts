/** The whole way: a person adds an agent of the Go original by its key, and asks it, on a phone. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { after, before, describe, it } from "node:test";
import { ask, assertSecretsKept, openSystem, reply, type System } from "../system/system.ts";
import type { Actor } from "../telegram/actor.ts";
import { render35 } from "../telegram/render.ts";
import { type OriginalDouble, originalAgent, usualAnswers } from "./agent.ts";

/** As many digits as the oldest versions made. */
const KEY = `srv_${"00112233445566778899aabbccddeeff"}`;

describe("an original agent, from a phone", () => {
  let system: System;
  let ann: Actor;
  let agent: OriginalDouble;

  before(async () => {
    system = await openSystem({ env: { SERVEREYE_ADMINS: "1" } });
    system.secrets.add(KEY);
    // A part of it would be too much as well.
    system.secrets.add(KEY.slice(4, 24));
    ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
    agent = originalAgent({
      key: KEY,
      base: () => system.hub.url,
      style: "streams",
      freshIds: true,
      answers: usualAnswers,
      // Its five seconds are not waited for here: the turned clock has its own test.
      pause: () => new Promise((done) => setTimeout(done, 50)),
    });
    assert.equal((await agent.register({ agent_version: "1.4.2", os_info: "Debian 12" })).status, 200);
    agent.start();
  });
  after(async () => {
    await agent.kill();
    await system.close();
  });

  it("is let in when its key is added, and the message with the key is gone", async () => {
    const written = ann.write(`/add ${KEY} Attic`);
    const added = await reply(ann.chat, ({ messageId }) => messageId > written.message.messageId);
    assert.match(added.text, /Attic is added/);
    assert.match(added.text, /32 digits is an old Go agent's/);
    assert.equal(written.message.deleted, true);
    for (let shown = ""; !/1\. Attic: online/.test(shown); ) shown = (await ask(ann, "/servers")).text;
  });

  it("answers what it can, and says what it does not know", async () => {
    for (const [command, words] of [
      ["/ping", /🏓 Attic/],
      ["/temp", /Processor: 48\.5 °C/],
      ["/memory", /Used: 6\.0\sGiB of 16\.0\sGiB/],
      ["/disk", /94\s%/],
      ["/uptime", /Up: 3\sd\s4\sh/],
      ["/processes", /postgres/],
      ["/processes memory", /postgres/],
      ["/network", /eth0/],
      ["/cpu", /Attic can not do \/cpu: it has the old Go agent/],
      ["/status", /1\.4\.2 \(the old Go agent, polls\)/],
      ["/debug", /go \(original\)/],
    ] as const) {
      const message = await ask(ann, command);
      assert.match(message.text, words);
      const drawn = render35(message);
      for (const line of drawn.split("\n")) assert.ok(!/undefined|NaN|null/.test(line), drawn);
    }
  });

  it("serves it through the real front: by GET, with a body or a question mark, and within bounds", async () => {
    const { url } = system.hub;
    assert.deepEqual(await (await fetch(`${url}/api/health`)).json(), { success: true, status: "ok" });
    const nobody = `cmd:srv_${"ab".repeat(16)}`;
    const got = await fetch(`${url}/api/redis/subscribe?timeout=1&channel=${encodeURIComponent(nobody)}`);
    assert.equal(got.status, 401);
    const bare = async (body: string) => {
      const sent = request(`${url}/api/redis/subscribe`, {
        method: "GET",
        headers: { "content-length": body.length },
      });
      sent.end(body);
      const [response] = await once(sent, "response");
      response.resume();
      return response.statusCode;
    };
    assert.equal(await bare(JSON.stringify({ channel: nobody, timeout: 1 })), 401);
    assert.equal(await bare("x".repeat(20_000)), 413);
    const long = "x".repeat(300 * 1_024);
    for (const path of [
      "/api/streams/xadd",
      "/api/redis/publish",
      "/api/redis/subscribe",
      "/api/register-key",
    ]) {
      const body = JSON.stringify({ channel: nobody, stream: nobody, message: long });
      const refused = await fetch(`${url}${path}`, { method: "POST", body });
      assert.equal(refused.status, 413, path);
      assert.match(await refused.text(), /^\{"success":false,"message":"[^"]+ too large"\}$/);
    }
    const none = await fetch(`${url}/api/streams/xlen`, { method: "POST", body: "{}" });
    const said = { success: false, message: "there is nothing at this address" };
    assert.deepEqual([none.status, await none.json()], [404, said]);
    const figures = await (await fetch(`${url}/metrics`)).text();
    assert.match(
      figures,
      /servereye_original_requests_total\{route="\/api\/streams\/xread",status="200"\} \d+/,
    );
    assert.match(figures, /servereye_original_agents_connected 1/);
    assert.doesNotMatch(figures, /srv_/);
  });

  it("is turned away once its server is removed", async () => {
    await ask(ann, "/remove_server Attic");
    ann.press("Yes, remove Attic");
    await reply(ann.chat, ({ text }) => text.includes("Attic is removed"));
    while (!agent.errors.includes(401)) await new Promise((done) => setTimeout(done, 20));
  });

  it("has its poll answered when the hub stops, and is told that the connection ends", async () => {
    const other = `srv_${"ffeeddccbbaa9988".repeat(2)}`;
    system.secrets.add(other);
    const written = ann.write(`/add ${other} Shed`);
    await reply(ann.chat, ({ messageId }) => messageId > written.message.messageId);
    const { url } = system.hub;
    const poll = () =>
      fetch(`${url}/api/redis/subscribe`, {
        method: "POST",
        body: JSON.stringify({ channel: `cmd:${other}`, timeout: 30 }),
      });
    const waiting = poll();
    for (let shown = ""; !/Shed: online/.test(shown); ) shown = (await ask(ann, "/servers")).text;
    assert.match((await ask(ann, "/status Shed")).text, /Agent: the old Go agent, polls$/m);
    assert.match((await ask(ann, "/debug")).text, /Shed.* · go \(original\)/);
    const stopped = system.hub.stop();
    const answered = await waiting;
    assert.deepEqual([answered.status, answered.headers.get("connection")], [200, "close"]);
    await assert.rejects(poll(), "nobody takes the next one: a balancer tries another hub");
    await stopped;
  });

  it("left its key nowhere", () => {
    assert.ok(assertSecretsKept(system) > 1_000);
  });
});
