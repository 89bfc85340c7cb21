/** images: a real engine's, with what is made from them; hundreds of them on a phone. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AnswerOf } from "@servereye/contract";
import { startDocker } from "../../../../test/engines/docker.ts";
import { needs } from "../../../../test/engines.ts";
import { hostWith, plainEngine } from "../docker/plain-engine.test-code.ts";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { translatorOf } from "../shown/translator.ts";
import { imagesCollector } from "./collect.ts";
import { images } from "./contract.ts";
import { messages } from "./messages.ts";
import { imagesReading } from "./reply.ts";

test("a real engine's: tags, use, and what nothing names any more", needs("docker", "busybox"), async (t) => {
  const docker = await startDocker();
  t.after(() => docker.stop());
  const old = await docker.importBusybox("shop/app:1", ["ENV V=old"]);
  const used = await docker.importBusybox("shop/app:1", ["ENV V=new"]);
  await docker.must("POST", "/images/shop/app:1/tag?repo=shop/app&tag=latest");
  await docker.run({ name: "up", Image: "shop/app:1" });
  await docker.create({ name: "made", Image: "shop/app:1" });
  const told = images.answer.parse(await imagesCollector.collect({}, hostWith(plainEngine(docker))));
  const by = new Map(told.images.map((one) => [one.id, one]));
  assert.deepEqual([...by.keys()].sort(), [old, used].sort());
  assert.deepEqual(by.get(used)?.tags.toSorted(), ["shop/app:1", "shop/app:latest"]);
  assert.deepEqual([by.get(used)?.containers, by.get(used)?.running, by.get(old)?.tags], [2, 1, []]);
  assert.ok((by.get(used)?.size ?? 0) > 100_000 && (by.get(used)?.age ?? -1) >= 0);
  assert.deepEqual([told.all.count, told.unused.count, told.dangling.count], [2, 1, 1]);
  assert.equal(told.dangling.size, by.get(old)?.size);
});

describe("on a phone", () => {
  const many: AnswerOf<typeof images> = {
    images: Array.from({ length: 60 }, (_, at) => ({
      id: `sha256:${at.toString(16).padStart(64, "0")}`,
      tags:
        at % 4 === 0
          ? []
          : [`registry.example.com:5000/team/shop/backend-of-the-shop-with-a-long-name:2026.11.${at}`, "x"],
      size: (60 - at) * 16e6 * 1_024,
      age: at * 1e5,
      containers: at % 3,
      running: at % 3 === 2 ? 12 : 0,
    })),
    ...{
      all: { count: 400, size: 4e12 },
      unused: { count: 20, size: 3e10 },
      dangling: { count: 15, size: 1e10 },
    },
  };
  for (const language of ["en", "ru"] as const)
    test(`pages of twelve within 35 columns, both ends of a long name kept, in ${language}`, () => {
      const t = translatorOf(language, messages);
      const context = { t, language, server: { id: "x", name: "attic" }, now: 0, tookMs: 1 };
      const all: string[] = [];
      for (let page = 1; page <= 5; page++) {
        const lines = phoneLines(imagesReading.reply(many, context, { page }));
        for (const line of lines.filter((one) => /^[🟢⚪└]/u.test(one)))
          assert.ok(columnsOf(line) <= 35, line);
        all.push(...lines);
      }
      assert.equal(all.filter((line) => /^[🟢⚪]/u.test(line)).length, 60);
      assert.match(all.join("\n"), /🟢 backend\S*…\S*11\.1 \+1/);
      const none = { count: 0, size: 0 };
      const empty = imagesReading.reply({ images: [], all: none, unused: none, dangling: none }, context, {});
      assert.match(phoneLines(empty).join("\n"), /There are no images|Образов нет/);
    });
});
