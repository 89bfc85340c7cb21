/** logs' words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
logs-about = What a container wrote
logs-title = 📜 { $name } · { $server }
logs-usage = So: /logs name, then how much if you like (200 lines, or 10m, 2h, 1d), and the server's name if you have several.
logs-unreadable = Its log can not be read. The engine says: “{ $said }”
logs-none = It has written nothing yet.
logs-none-since = It has written nothing within { $span }.
logs-stopped = ⚪ It is not running now.
logs-shown = The newest { $shown } of { $all } lines.
logs-all = { $count ->
    [one] One line.
   *[other] All { $count } lines.
 }
logs-newest = The last came { $age } ago.
logs-utc = Times in UTC.
logs-errors = “!” is standard error.
logs-left = Older: { $lines } lines, { $size }, left out.
logs-range-lines = { $count ->
    [one] one line
   *[other] { $count } lines
 }
logs-caption = { $name } on { $server }: { $count ->
    [one] one line.
   *[other] { $count } lines.
 }
logs-hundred = 100
logs-thousand = 1,000
logs-hour = 1 h
logs-follow = ▶ Follow 1 min
logs-file = ⬇ File
logs-following = ▶ Following…
logs-card = 📦 Container
`,
  ru: `
logs-about = Что написал контейнер
logs-title = 📜 { $name } · { $server }
logs-usage = Так: /logs имя, затем сколько, если нужно (200 строк или 10m, 2h, 1d), и имя сервера, если их несколько.
logs-unreadable = Его журнал прочитать нельзя. Docker говорит: «{ $said }»
logs-none = Он ещё ничего не написал.
logs-none-since = За { $span } он ничего не написал.
logs-stopped = ⚪ Сейчас он не работает.
logs-shown = Последние { $shown } из { $all } строк.
logs-all = { $count ->
    [one] Всего { $count } строка.
    [few] Всего { $count } строки.
   *[other] Всего { $count } строк.
 }
logs-newest = Последняя { $age } назад.
logs-utc = Время по UTC.
logs-errors = «!» — поток ошибок.
logs-left = Более старые не вошли: строк { $lines }, { $size }.
logs-range-lines = { $count ->
    [one] { $count } строка
    [few] { $count } строки
   *[other] { $count } строк
 }
logs-caption = { $name } на { $server }: { $count ->
    [one] { $count } строка.
    [few] { $count } строки.
   *[other] { $count } строк.
 }
logs-hundred = 100
logs-thousand = 1 000
logs-hour = 1 ч
logs-follow = ▶ Следить 1 мин
logs-file = ⬇ Файл
logs-following = ▶ Слежу…
logs-card = 📦 Контейнер
`,
};
