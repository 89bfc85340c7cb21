/** uptime's words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
uptime-about = Uptime and last boot
uptime-title = ⏱ Uptime · { $server }
uptime-up = Up
uptime-booted = Booted
uptime-reason = Reason
uptime-unknown = not known
uptime-watchdog = watchdog reset a hung machine
uptime-overheat = overheating
uptime-fan = fan fault
uptime-power = power fault
uptime-panic = kernel panic
uptime-hardware = fatal hardware error
uptime-kernel = Kernel
uptime-source = Told by { $path }
uptime-original = The Go agent does not tell why it last started.
measure-uptime-seconds = Uptime
`,
  ru: `
uptime-about = Время работы, загрузка
uptime-title = ⏱ Время работы · { $server }
uptime-up = Работает
uptime-booted = Загружен
uptime-reason = Причина
uptime-unknown = неизвестна
uptime-watchdog = сторож сбросил зависшую машину
uptime-overheat = перегрев
uptime-fan = отказ вентилятора
uptime-power = сбой питания
uptime-panic = паника ядра
uptime-hardware = тяжёлая ошибка оборудования
uptime-kernel = Ядро
uptime-source = Источник: { $path }
uptime-original = Агент на Go не знает причины последнего запуска.
measure-uptime-seconds = Время работы
`,
};
