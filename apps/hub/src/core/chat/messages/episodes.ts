/** Words about containers in trouble, and about being told of them. */
import type { Messages } from "@servereye/commands/hub";

export const episodeMessages: Messages = {
  en: `
watch-containers-about = Be told of containers in trouble: on or off
watch-on = You are told when a container of { $server } is in trouble.
watch-off = You are not told of the containers of { $server } any more.
watch-is-on = You are told when a container of { $server } is in trouble.
watch-is-off = You are not told of the containers of { $server }.
watch-here = Here, in this chat.
watch-here-group = Here, in this group: everybody in it reads it.
watch-what = That is: it died, ran out of memory, restarts in a loop, or is unhealthy. Once each time, and not when somebody stopped it.
watch-on-button = 🔔 Tell me
watch-off-button = 🔕 Do not tell me
episode-title = { $kind ->
    [unhealthy] { $name } is unhealthy
    [oom] { $name } ran out of memory
    [looping] { $name } restarts in a loop
   *[died] { $name } died
 }
episode-title-end = { $end ->
    [recovered] { $name } is well again
    [stopped] { $name } was stopped
   *[removed] { $name } was removed
 }
episode-server = Server
episode-what = What
episode-was = { $kind ->
    [unhealthy] was unhealthy
    [oom] ran out of memory
    [looping] restarted in a loop
   *[died] died
 }
episode-since = Since
episode-until = Until
episode-exit = Exit code
episode-code = { $code }: { $word ->
    [illegal] an illegal instruction
    [aborted] it gave up (abort)
    [bus] a memory fault
    [arithmetic] an arithmetic fault
    [killed] killed
    [crashed] crashed (memory fault)
    [pipe] a broken pipe
    [terminated] ended by a signal
    [engine] the engine could not start it
    [not-run] its program can not be run
    [not-found] its program is not there
   *[signal] ended by a signal
 }
episode-memory = Memory
episode-oom = killed for want of it
episode-restarts = Restarts
episode-now = Now
episode-up = running
episode-down = not running
episode-image = Image
episode-lines = Its last lines
episode-card = 📦 Card
episode-logs = 📜 Logs
episode-off = 🔕 Off for this server
`,
  ru: `
watch-containers-about = Сообщать о бедах контейнеров: on или off
watch-on = Вам сообщат, когда с контейнером на { $server } случится беда.
watch-off = О контейнерах на { $server } вам больше не сообщат.
watch-is-on = Вам сообщают, когда с контейнером на { $server } случается беда.
watch-is-off = О контейнерах на { $server } вам не сообщают.
watch-here = Сюда, в этот чат.
watch-here-group = Сюда, в эту группу: прочтут все, кто в ней.
watch-what = То есть: он упал, ему не хватило памяти, он перезапускается по кругу или нездоров. Один раз за случай, и не тогда, когда его кто-то остановил.
watch-on-button = 🔔 Сообщать
watch-off-button = 🔕 Не сообщать
episode-title = { $kind ->
    [unhealthy] { $name } нездоров
    [oom] { $name }: не хватило памяти
    [looping] { $name } перезапускается по кругу
   *[died] { $name } упал
 }
episode-title-end = { $end ->
    [recovered] { $name } снова в порядке
    [stopped] { $name } остановлен
   *[removed] { $name } удалён
 }
episode-server = Сервер
episode-what = Что было
episode-was = { $kind ->
    [unhealthy] был нездоров
    [oom] не хватило памяти
    [looping] перезапускался по кругу
   *[died] упал
 }
episode-since = С
episode-until = До
episode-exit = Код выхода
episode-code = { $code }: { $word ->
    [illegal] недопустимая инструкция
    [aborted] прервал себя сам (abort)
    [bus] ошибка памяти
    [arithmetic] арифметическая ошибка
    [killed] убит
    [crashed] авария (ошибка памяти)
    [pipe] обрыв канала
    [terminated] завершён сигналом
    [engine] движок не смог его запустить
    [not-run] его программу нельзя запустить
    [not-found] его программы нет
   *[signal] завершён сигналом
 }
episode-memory = Память
episode-oom = убит из-за её нехватки
episode-restarts = Перезапусков
episode-now = Сейчас
episode-up = работает
episode-down = не работает
episode-image = Образ
episode-lines = Последние строки
episode-card = 📦 Карточка
episode-logs = 📜 Логи
episode-off = 🔕 Не сообщать об этом сервере
`,
};
