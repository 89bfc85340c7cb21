/** Words on charts. */
import type { Messages } from "@servereye/commands/hub";

export const historyMessages: Messages = {
  en: `
chart-unit = { $unit ->
    [percent] %
    [celsius] °C
    [b] B
    [kib] KiB
    [mib] MiB
    [gib] GiB
    [tib] TiB
    [pib] PiB
    [seconds] s
    [minutes] min
    [hours] h
    [days] d
   *[none] {""}
 }
chart-unit-a-second = { $unit }/s
chart-min = min
chart-avg = avg
chart-max = max
chart-last = now
chart-last-old = last
chart-none = Nothing was measured in this time
chart-gap = not measured for { $time }
chart-gap-of = { $line } not measured for { $time }
chart-more = { $count ->
    [one] one more is not shown
   *[other] { $count } more are not shown
 }
chart-in-words = { $why ->
    [busy] Too many pictures are asked for just now: here it is in words.
   *[failed] The picture can not be drawn: here it is in words.
 }
`,
  ru: `
chart-unit = { $unit ->
    [percent] %
    [celsius] °C
    [b] Б
    [kib] КиБ
    [mib] МиБ
    [gib] ГиБ
    [tib] ТиБ
    [pib] ПиБ
    [seconds] с
    [minutes] мин
    [hours] ч
    [days] д
   *[none] {""}
 }
chart-unit-a-second = { $unit }/с
chart-min = мин.
chart-avg = средн.
chart-max = макс.
chart-last = сейчас
chart-last-old = посл.
chart-none = За это время ничего не измерено
chart-gap = без измерений { $time }
chart-gap-of = { $line }: без измерений { $time }
chart-more = { $count ->
    [one] ещё { $count } не показан
    [few] ещё { $count } не показаны
   *[many] ещё { $count } не показаны
 }
chart-in-words = { $why ->
    [busy] Сейчас просят слишком много картинок: вот то же словами.
   *[failed] Картинку нарисовать не удалось: вот то же словами.
 }
`,
};
