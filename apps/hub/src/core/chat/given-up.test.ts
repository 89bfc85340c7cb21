/** What is said of a message that hubs died of: to who may use the bot, with no word of what was fatal. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Incoming } from "../ports/chat.ts";
import { type Body, chatEngine } from "./room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const wrote = ({ account }: Body, text: string, languageCode = "en"): Incoming => ({
  ...{ account, name: "Ann", languageCode, messageId: "p1", did: { kind: "wrote", text } },
  chat: { channel: "telegram", chatId: account.externalId, kind: "private" },
});

test("a person is told which command was given up, in their language; a stranger nothing", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const given = [
    wrote(ann, "/temp \u202e odd"),
    wrote(ann, "/odd\u202e"),
    wrote(ann, "/temp", "ru"),
    wrote(room.stranger(), "/temp"),
  ];
  for (const incoming of given) await room.handler.gaveUp?.(incoming);
  assert.deepEqual(
    [...room.messages.values()].map(({ text }) => text),
    [
      "⚠️ I could not handle /temp: it made me stop. Look whether it was done. It is in the hub's log.",
      "⚠️ I could not handle that: it made me stop. Look whether it was done. It is in the hub's log.",
      "⚠️ Не получилось выполнить /temp: из-за этого я останавливался. Проверьте, сделано ли это. Подробности в журнале хаба.",
    ],
  );
});
