/** Formatting in both languages: sizes, rates, ages, shares and names. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ageText, shortAgeText } from "./ages.ts";
import { sharedMessages } from "./messages.ts";
import { columnsOf, fitName, plainName } from "./names.ts";
import { barRow, shareText, sparks, worstOf } from "./shares.ts";
import { bitRateText, countText, perSecondText, rateText, sizeText } from "./sizes.ts";
import { idsOf, translatorOf } from "./translator.ts";

const en = translatorOf("en", sharedMessages);
const ru = translatorOf("ru", sharedMessages);

test("sizes stand in IEC units with one decimal", () => {
  assert.equal(sizeText(en, 0), "0 B");
  assert.equal(sizeText(en, 999), "999 B");
  assert.equal(sizeText(en, 1000), "1.0 KiB");
  assert.equal(sizeText(en, 1023 * 1024), "1.0 MiB");
  assert.equal(sizeText(en, 23.5 * 2 ** 30), "23.5 GiB");
  assert.equal(sizeText(ru, 23.5 * 2 ** 30), "23,5 ГиБ");
  assert.equal(sizeText(en, 5 * 2 ** 50), "5.0 PiB");
  assert.equal(sizeText(en, -7), "0 B");
});

test("a size below 1000 PiB is at most nine characters wide", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 999 * 2 ** 50, noNaN: true }), (bytes) => {
      assert.ok(sizeText(en, bytes).length <= 9, sizeText(en, bytes));
    }),
  );
});

test("rates and counts follow the reader's language", () => {
  assert.equal(rateText(en, 1.25 * 2 ** 20), "1.3 MiB/s");
  assert.equal(rateText(ru, 1.25 * 2 ** 20), "1,3 МиБ/с");
  assert.equal(bitRateText(en, 1e9), "1 Gbit/s");
  assert.equal(bitRateText(ru, 2.5e6), "2,5 Мбит/с");
  assert.equal(bitRateText(en, 12), "12 bit/s");
  assert.equal(countText(en, 12345), "12,345");
  assert.equal(perSecondText(en, 12), "12/s");
});

test("ages show the two largest units that matter", () => {
  assert.equal(ageText(en, 3 * 86400 + 4 * 3600 + 59 * 60), "3 d 4 h");
  assert.equal(ageText(ru, 3 * 86400 + 4 * 3600), "3 д 4 ч");
  assert.equal(ageText(en, 86400), "1 d");
  assert.equal(ageText(en, 4 * 3600 + 12 * 60), "4 h 12 min");
  assert.equal(ageText(en, 12 * 60 + 59), "12 min");
  assert.equal(ageText(en, 45.9), "45 s");
  assert.equal(ageText(en, -5), "0 s");
  assert.equal(shortAgeText(en, 3 * 86400 + 4 * 3600), "3 d");
});

test("shares never claim a false precision nor leave their bar", () => {
  assert.equal(shareText(en, 4.46), "4.5 %");
  assert.equal(shareText(ru, 4.46), "4,5 %");
  assert.equal(shareText(en, 1600.4), "1600 %");
  assert.deepEqual(barRow(en, "0", 130, "bad"), { label: "0", share: 1, text: "130 %", level: "bad" });
  assert.deepEqual(barRow(en, "0", -1), { label: "0", share: 0, text: "0 %" });
  assert.equal(sparks([0, 50, 100, 250, -3]), "▁▅██▁");
  assert.equal(worstOf(["ok", "bad", "warn"]), "bad");
  assert.equal(worstOf([]), "ok");
});

test("a hostile name can neither break a line nor reorder it", () => {
  assert.equal(plainName("a\nb\u202ec\u0000"), "a·b·c·");
  assert.equal(plainName("почтовый сервер"), "почтовый сервер");
  assert.equal(columnsOf("数据库"), 6);
  assert.equal(fitName("数据库-primary", 6), "数据…");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 2, max: 40 }), (name, columns) => {
      const shown = fitName(name, columns);
      assert.ok(columnsOf(shown) <= columns);
      assert.ok(!/[\n\r\u2028\u202e]/.test(shown));
    }),
  );
});

test("every shared id stands in both languages", () => {
  assert.deepEqual(idsOf(sharedMessages.en), idsOf(sharedMessages.ru));
});
