/** Words that several commands share: units, ages, shares. */
import type { Messages } from "../kit.ts";

export const sharedMessages: Messages = {
  en: `
unit-share = { NUMBER($value, maximumFractionDigits: 1, useGrouping: 0) } %
unit-b = { NUMBER($value, maximumFractionDigits: 0) } B
unit-kib = { NUMBER($value, minimumFractionDigits: 1, maximumFractionDigits: 1) } KiB
unit-mib = { NUMBER($value, minimumFractionDigits: 1, maximumFractionDigits: 1) } MiB
unit-gib = { NUMBER($value, minimumFractionDigits: 1, maximumFractionDigits: 1) } GiB
unit-tib = { NUMBER($value, minimumFractionDigits: 1, maximumFractionDigits: 1) } TiB
unit-pib = { NUMBER($value, minimumFractionDigits: 1, maximumFractionDigits: 1) } PiB
unit-a-second = { $amount }/s
unit-bits = { NUMBER($value, maximumFractionDigits: 1) } { $scale ->
    [kilo] kbit/s
    [mega] Mbit/s
    [giga] Gbit/s
   *[one] bit/s
  }
unit-count = { NUMBER($value, maximumFractionDigits: 0) }
unit-seconds = { $value } s
unit-minutes = { $value } min
unit-hours = { $value } h
unit-days = { $value } d
unit-two = { $larger } { $smaller }
`,
  ru: `
unit-share = { NUMBER($value, maximumFractionDigits: 1, useGrouping: 0) } %
unit-b = { NUMBER($value, maximumFractionDigits: 0) } Б
unit-kib = { NUMBER($value, minimumFractionDigits: 1, maximumFractionDigits: 1) } КиБ
unit-mib = { NUMBER($value, minimumFractionDigits: 1, maximumFractionDigits: 1) } МиБ
unit-gib = { NUMBER($value, minimumFractionDigits: 1, maximumFractionDigits: 1) } ГиБ
unit-tib = { NUMBER($value, minimumFractionDigits: 1, maximumFractionDigits: 1) } ТиБ
unit-pib = { NUMBER($value, minimumFractionDigits: 1, maximumFractionDigits: 1) } ПиБ
unit-a-second = { $amount }/с
unit-bits = { NUMBER($value, maximumFractionDigits: 1) } { $scale ->
    [kilo] кбит/с
    [mega] Мбит/с
    [giga] Гбит/с
   *[one] бит/с
  }
unit-count = { NUMBER($value, maximumFractionDigits: 0) }
unit-seconds = { $value } с
unit-minutes = { $value } мин
unit-hours = { $value } ч
unit-days = { $value } д
unit-two = { $larger } { $smaller }
`,
};
