/** Multipart bodies as browsers, `fetch` and grammY write them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readParts } from "./multipart.ts";

test("what fetch writes comes back, whatever bytes and names", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: "grapheme" }),
      async (bytes, text) => {
        fc.pre(text.isWellFormed() && !/[\r\n]/.test(text));
        const form = new FormData();
        form.set("text", text);
        form.set("file", new Blob([new Uint8Array(bytes)]), `a "b"; c.bin`);
        const request = new Request("http://a.io", { method: "POST", body: form });
        const type = request.headers.get("content-type") ?? "";
        const [first, second] = readParts(Buffer.from(await request.arrayBuffer()), type);
        assert.deepEqual(first, ["text", text]);
        const upload = {
          fileName: `a "b"; c.bin`,
          mimeType: "application/octet-stream",
          bytes: Buffer.from(bytes),
        };
        assert.deepEqual(second, ["file", upload]);
      },
    ),
  );
});

test("a bare file name ends at the semicolon, as on the real server", () => {
  const body = '--B\r\ncontent-disposition:form-data;name="f";filename=my <log>=1.txt\r\n\r\nx\r\n--B--\r\n';
  const [part] = readParts(Buffer.from(body), "multipart/form-data; boundary=B");
  assert.deepEqual(part, [
    "f",
    { fileName: "my <log>=1.txt", mimeType: "application/octet-stream", bytes: Buffer.from("x") },
  ]);
});

test("broken bodies are refused, and anything at all ends in parts or a SyntaxError", () => {
  for (const body of ["", "--B", "--B\r\nx", "--B\r\ncontent-disposition: form-data\r\n\r\nx\r\n--B--"]) {
    assert.throws(() => readParts(Buffer.from(body), "multipart/form-data; boundary=B"), SyntaxError, body);
  }
  assert.throws(() => readParts(Buffer.from("--B--"), "multipart/form-data"), SyntaxError);
  const pieces = fc.array(
    fc.constantFrom("--B", "\r\n", "--", "content-disposition: form-data; name=a", "x", ";filename="),
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      try {
        readParts(Buffer.from(parts.join("")), "multipart/form-data; boundary=B");
      } catch (error) {
        assert.ok(error instanceof SyntaxError, String(error));
      }
    }),
  );
});
