/** Failures: what they mean, and that no token is ever in one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ApiRefused, means, withoutToken } from "./failure.ts";

const token = "123456789:AAFakeFake-Fake_FakeFakeFakeFakeFake12";

test("the token goes from any text, in a URL, encoded, or somebody else's", () => {
  assert.equal(
    withoutToken(`https://api.telegram.org/bot${token}/sendMessage`, token),
    "https://api.telegram.org/bot[token]/sendMessage",
  );
  assert.equal(withoutToken(encodeURIComponent(token), token), "[token]");
  assert.equal(withoutToken("at bot987654:BBotherotherotherotherother/x", token), "at bot[token]/x");
  assert.equal(
    withoutToken("connect ECONNREFUSED 149.154.167.220:443", token),
    "connect ECONNREFUSED 149.154.167.220:443",
  );
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => !withoutToken(`${a}${token}${b}`, token).includes(token)),
  );
});

test("what Telegram's words mean", () => {
  const cases = [
    [
      "notModified",
      400,
      "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
    ],
    ["messageGone", 400, "Bad Request: message to edit not found"],
    ["otherKind", 400, "Bad Request: there is no text in the message to edit"],
    ["otherKind", 400, "Bad Request: there is no media in the message to edit"],
    ["pictureRefused", 400, "Bad Request: IMAGE_PROCESS_FAILED"],
    ["pictureRefused", 400, "Bad Request: not enough rights to send photos to the chat"],
    ["pictureRefused", 413, "Request Entity Too Large"],
    ["deleteGone", 400, "Bad Request: message to delete not found"],
    ["topicGone", 400, "Bad Request: message thread not found"],
    ["badMarkup", 400, 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0'],
    ["pressTooOld", 400, "Bad Request: query is too old and response timeout expired or query ID is invalid"],
    ["shutOut", 403, "Forbidden: bot was blocked by the user"],
    ["shutOut", 403, "Forbidden: user is deactivated"],
    ["shutOut", 400, "Bad Request: chat not found"],
    ["shutOut", 400, "Bad Request: not enough rights to send text messages to the chat"],
  ] as const;
  for (const [meaning, code, description] of cases) {
    const error = new ApiRefused("x", code, description);
    const found = (
      [
        "notModified",
        "messageGone",
        "otherKind",
        "pictureRefused",
        "deleteGone",
        "topicGone",
        "badMarkup",
        "pressTooOld",
        "shutOut",
      ] as const
    ).filter((each) => means(error, each));
    assert.deepEqual(found, [meaning], description);
  }
  assert.ok(!means(new Error("chat not found"), "shutOut"));
});
