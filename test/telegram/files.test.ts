/** Files: real multipart uploads, what is refused, and getting them back. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { answerOf, call, field } from "./caller.ts";
import { startTelegramEmulator } from "./emulator.ts";

const emulator = await startTelegramEmulator({ limits: false });
after(() => emulator.close());
emulator.control.person({ id: 5, firstName: "Ann", started: true });

/** The head of a PNG, which is all that is read of it. */
function png(width: number, height: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return bytes;
}

async function upload(method: string, fields: Record<string, string | Blob>, fileName = "a.txt") {
  const form = new FormData();
  form.set("chat_id", "5");
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") form.set(name, value);
    else form.set(name, value, fileName);
  }
  const response = await fetch(`${emulator.url}/bot${emulator.token}/${method}`, {
    method: "POST",
    body: form,
  });
  return answerOf(await response.json());
}

test("a document goes up, shows its name, and comes down byte for byte", async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 31) % 256);
  const sent = await upload(
    "sendDocument",
    { document: new Blob([bytes]), caption: "<b>log</b>", parse_mode: "HTML" },
    "disk & log.bin",
  );
  assert.equal(field(sent.result, "document", "file_name"), "disk & log.bin");
  assert.deepEqual(field(sent.result, "caption_entities"), [{ type: "bold", offset: 0, length: 3 }]);
  const fileId = String(field(sent.result, "document", "file_id"));
  const path = field((await call(emulator, "getFile", { file_id: fileId })).result, "file_path");
  const back = await fetch(`${emulator.url}/file/bot${emulator.token}/${String(path)}`);
  assert.deepEqual(new Uint8Array(await back.arrayBuffer()), bytes);
  assert.equal(
    (await call(emulator, "sendDocument", { chat_id: 5, document: fileId })).ok,
    true,
    "sent again by its id",
  );
  assert.equal((await fetch(`${emulator.url}/file/bot7:wrong/${String(path)}`)).status, 401);
});

test("photos must be pictures within bounds, and media can be exchanged", async () => {
  const sent = await upload(
    "sendPhoto",
    { photo: new Blob([png(640, 480)], { type: "image/png" }) },
    "chart.png",
  );
  assert.equal(field(sent.result, "photo", 0, "width"), 640);
  const edited = await upload(
    "editMessageMedia",
    {
      message_id: String(field(sent.result, "message_id")),
      media: JSON.stringify({ type: "photo", media: "attach://new", caption: "later" }),
      new: new Blob([png(800, 400)]),
    },
    "chart2.png",
  );
  assert.equal(field(edited.result, "photo", 0, "width"), 800);
  assert.equal(emulator.control.chat(5).last?.text, "later");
  const refused = async (width: number, height: number) =>
    (await upload("sendPhoto", { photo: new Blob([png(width, height)]) })).description;
  assert.equal(await refused(9_000, 1_001), "Bad Request: PHOTO_INVALID_DIMENSIONS");
  assert.equal(await refused(2_100, 100), "Bad Request: PHOTO_INVALID_DIMENSIONS");
  assert.equal(
    (await upload("sendPhoto", { photo: new Blob(["text"]) })).description,
    "Bad Request: IMAGE_PROCESS_FAILED",
  );
});

test("nothing, an empty file, an unknown id and a long caption are refused", async () => {
  assert.equal(
    (await upload("sendDocument", {})).description,
    "Bad Request: there is no document in the request",
  );
  assert.equal(
    (await upload("sendDocument", { document: new Blob([]) })).description,
    "Bad Request: file must be non-empty",
  );
  assert.equal(
    (await upload("sendDocument", { document: "nothing" })).description,
    "Bad Request: wrong file identifier/HTTP URL specified",
  );
  const long = { document: new Blob(["x"]), caption: "x".repeat(1025) };
  assert.equal((await upload("sendDocument", long)).description, "Bad Request: message caption is too long");
  assert.equal(
    (await call(emulator, "getFile", { file_id: "x" })).description,
    "Bad Request: invalid file_id",
  );
});

test("a text takes a picture and is no text any more; a caption changes without its picture", async () => {
  const said = await call(emulator, "sendMessage", { chat_id: 5, text: "soon" });
  const message_id = String(field(said.result, "message_id"));
  const refused = async (method: string, more: object) =>
    (await call(emulator, method, { chat_id: 5, message_id, ...more })).description;
  assert.equal(
    await refused("editMessageCaption", { caption: "x" }),
    "Bad Request: there is no caption in the message to edit",
  );
  const media = (more: object) => JSON.stringify({ type: "photo", media: "attach://one", ...more });
  const one = new Blob([png(780, 600)], { type: "image/png" });
  const edited = await upload("editMessageMedia", {
    message_id,
    media: media({ caption: "<b>c</b>", parse_mode: "HTML" }),
    one,
  });
  assert.equal(field(edited.result, "photo", 0, "height"), 600);
  assert.equal(emulator.control.chat(5).last?.text, "c");
  assert.equal(
    await refused("editMessageText", { text: "back" }),
    "Bad Request: there is no text in the message to edit",
  );
  const { media: before } = emulator.control.chat(5).last ?? {};
  assert.equal(
    (await call(emulator, "editMessageCaption", { chat_id: 5, message_id, caption: "d" })).ok,
    true,
  );
  assert.equal(emulator.control.chat(5).last?.media, before);
  assert.match((await refused("editMessageCaption", { caption: "d" })) ?? "", /message is not modified/);
  const long = media({ caption: "x".repeat(1025) });
  assert.equal(
    (await upload("editMessageMedia", { message_id, media: long, one })).description,
    "Bad Request: message caption is too long",
  );
  const nothing = await upload("editMessageMedia", { message_id, media: media({}) });
  assert.equal(nothing.description, "Bad Request: wrong file identifier/HTTP URL specified");
  const cut = new Blob([png(780, 600).slice(0, 20)]);
  assert.equal((await upload("sendPhoto", { photo: cut })).description, "Bad Request: IMAGE_PROCESS_FAILED");
  const large = new Uint8Array(10 * 1024 * 1024 + 1);
  large.set(png(780, 600));
  assert.equal(
    (await upload("sendPhoto", { photo: new Blob([large]) })).description,
    "Request Entity Too Large",
  );
});
