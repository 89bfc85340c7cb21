/** containers' words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
containers-about = Containers, by name or all
start-container-about = Start a container
stop-container-about = Stop a container
restart-container-about = Restart a container
pause-container-about = Pause a container
unpause-container-about = Let a paused container go on
remove-container-about = Remove a container
containers-title = 📦 Containers · { $server }
containers-none = There are no containers.
containers-no-match = No container begins with “{ $beginning }”.
containers-begin = Those that begin with “{ $beginning }”
containers-alone = Without a project
containers-page = Page { $page } of { $pages }. Fewer: /containers beginning
containers-left = { $count } more could not be shown.
containers-back-page = ◀ { $page }/{ $pages }
containers-on-page = { $page }/{ $pages } ▶
containers-all = 📦 All containers
containers-whole = { $verb ->
    [start] ▶ Start all
    [stop] ⏹ Stop all
    [restart] 🔁 Restart all
    [pause] ⏸ Pause all
    [unpause] ▶ Go on, all
   *[remove] 🗑 Remove all
 }
containers-projects = 🧩 Projects
containers-projects-title = 🧩 Projects · { $server }
containers-no-projects = No container says that it is of a Compose project.
containers-project-gone = This project has no containers any more.
containers-page-short = Page { $page } of { $pages }
containers-gone = This container is gone.
containers-state = State
containers-running = up
containers-created = created
containers-paused = paused
containers-restarting = restarting
containers-removing = being removed
containers-exited = stopped
containers-dead = dead
containers-unknown = not known
containers-code = exit { $code }
containers-oom-code = OOM { $code }
containers-load = { NUMBER($value, maximumFractionDigits: 1, useGrouping: 0) }%
containers-kib = { NUMBER($value, maximumFractionDigits: 1) }K
containers-mib = { NUMBER($value, maximumFractionDigits: 1) }M
containers-gib = { NUMBER($value, maximumFractionDigits: 1) }G
containers-tib = { NUMBER($value, maximumFractionDigits: 1) }T
containers-together = CPU { $cpu } · memory { $memory }
containers-trouble = ⚠️ The { $count } in trouble
containers-no-trouble = None of them is in trouble.
containers-starting = health check starting
containers-healthy = healthy
containers-unhealthy = unhealthy
containers-image = Image
containers-ports = Ports
containers-project = Project
containers-service = Service
containers-id = Id
containers-exit = Exit code
containers-oom = killed for want of memory
containers-exit-why = { $code }, { $why ->
    [well] ended well
    [oom] out of memory
    [engine] the engine failed
    [unrunnable] can not be run
    [missing] command not found
    [int] interrupted (SIGINT)
    [abort] aborted (SIGABRT)
    [kill] killed (SIGKILL)
    [segfault] crashed (SIGSEGV)
    [term] asked to end (SIGTERM)
   *[signal] ended by signal { $signal }
 }
containers-restarts = Restarts
containers-cpu = CPU
containers-memory = Memory
containers-of = { $used } of { $limit }
containers-needs = Needs
containers-needed = Needed by
containers-protected = 🛡 Protected
containers-protected-value = { $own ->
    [yes] the agent runs in it
   *[no] not stopped or removed from here
 }
containers-logs = 📜 Logs
containers-stats = 📊 Stats
containers-top = 📋 Processes
containers-inspect = 🔎 Inspect
containers-start = ▶ Start
containers-stop = ⏹ Stop
containers-restart = 🔁 Restart
containers-pause = ⏸ Pause
containers-unpause = ▶ Go on
containers-remove = 🗑 Remove
`,
  ru: `
containers-about = Контейнеры, все или по имени
start-container-about = Запустить контейнер
stop-container-about = Остановить контейнер
restart-container-about = Перезапустить контейнер
pause-container-about = Поставить контейнер на паузу
unpause-container-about = Снять контейнер с паузы
remove-container-about = Удалить контейнер
containers-title = 📦 Контейнеры · { $server }
containers-none = Контейнеров нет.
containers-no-match = На «{ $beginning }» не начинается ни один контейнер.
containers-begin = Начинаются на «{ $beginning }»
containers-alone = Без проекта
containers-page = Страница { $page } из { $pages }. Короче: /containers начало
containers-left = Ещё { $count } показать не удалось.
containers-back-page = ◀ { $page }/{ $pages }
containers-on-page = { $page }/{ $pages } ▶
containers-all = 📦 Все контейнеры
containers-whole = { $verb ->
    [start] ▶ Всё
    [stop] ⏹ Всё
    [restart] 🔁 Всё
    [pause] ⏸ Всё
    [unpause] ▶ Снять всё
   *[remove] 🗑 Всё
 }
containers-projects = 🧩 Проекты
containers-projects-title = 🧩 Проекты · { $server }
containers-no-projects = Ни один контейнер не относится к проекту Compose.
containers-project-gone = Контейнеров этого проекта больше нет.
containers-page-short = Страница { $page } из { $pages }
containers-gone = Этого контейнера больше нет.
containers-state = Состояние
containers-running = работает
containers-created = создан
containers-paused = на паузе
containers-restarting = рестарт
containers-removing = удаляется
containers-exited = стоит
containers-dead = мёртв
containers-unknown = неизвестно
containers-code = код { $code }
containers-oom-code = OOM { $code }
containers-load = { NUMBER($value, maximumFractionDigits: 1, useGrouping: 0) }%
containers-kib = { NUMBER($value, maximumFractionDigits: 1) }К
containers-mib = { NUMBER($value, maximumFractionDigits: 1) }М
containers-gib = { NUMBER($value, maximumFractionDigits: 1) }Г
containers-tib = { NUMBER($value, maximumFractionDigits: 1) }Т
containers-together = ЦП { $cpu } · память { $memory }
containers-trouble = ⚠️ Только неполадки: { $count }
containers-no-trouble = Неполадок нет ни у одного.
containers-starting = проверка здоровья идёт
containers-healthy = здоров
containers-unhealthy = нездоров
containers-image = Образ
containers-ports = Порты
containers-project = Проект
containers-service = Служба
containers-id = Id
containers-exit = Код выхода
containers-oom = убит из-за нехватки памяти
containers-exit-why = { $code }, { $why ->
    [well] завершился сам
    [oom] кончилась память
    [engine] сбой движка
    [unrunnable] не запускается
    [missing] команда не найдена
    [int] прерван (SIGINT)
    [abort] аварийно (SIGABRT)
    [kill] убит (SIGKILL)
    [segfault] упал (SIGSEGV)
    [term] попросили (SIGTERM)
   *[signal] от сигнала { $signal }
 }
containers-restarts = Перезапусков
containers-cpu = Процессор
containers-memory = Память
containers-of = { $used } из { $limit }
containers-needs = Нужны ему
containers-needed = Нужен для
containers-protected = 🛡 Защищён
containers-protected-value = { $own ->
    [yes] в нём работает агент
   *[no] остановить и удалить нельзя
 }
containers-logs = 📜 Журнал
containers-stats = 📊 Нагрузка
containers-top = 📋 Процессы
containers-inspect = 🔎 Настройки
containers-start = ▶ Запустить
containers-stop = ⏹ Остановить
containers-restart = 🔁 Рестарт
containers-pause = ⏸ Пауза
containers-unpause = ▶ Продолжить
containers-remove = 🗑 Удалить
`,
};
