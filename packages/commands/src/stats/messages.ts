/** stats_container's words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
stats-container-about = What a container takes now
stats-container-button = 📊 Stats
stats-container-cpu = CPU
stats-container-memory = Memory
stats-container-memory-limited = Memory
stats-container-limit = CPU limit
stats-container-no-limit = { $cores ->
    [one] none (1 core)
   *[other] none ({ $cores } cores)
  }
stats-container-cores = { NUMBER($cores, maximumFractionDigits: 2) ->
    [one] { $cores } core
   *[other] { $cores } cores
  }
stats-container-throttled = Held back
stats-container-of = { $part } of { $whole }
stats-container-flow = { $now } ({ $all })
stats-container-network = Network
stats-container-machines = the machine's own
stats-container-received = Received
stats-container-sent = Sent
stats-container-read = Read
stats-container-written = Written
stats-container-pids = Processes
stats-container-state = State
stats-container-restarts = Restarts
stats-container-once = CPU and rates are there at the next look.
measure-container-cpu = Container CPU
measure-container-memory = Container memory
measure-container-memory-usage = Container memory of its limit
measure-container-throttled = Containers held back
measure-container-in = Container traffic in
measure-container-out = Container traffic out
measure-container-read = Containers reading
measure-container-write = Containers writing
`,
  ru: `
stats-container-about = Сколько берёт контейнер
stats-container-button = 📊 Нагрузка
stats-container-cpu = ЦП
stats-container-memory = Память
stats-container-memory-limited = Память
stats-container-limit = Предел ЦП
stats-container-no-limit = { $cores ->
    [one] нет ({ $cores } ядро)
    [few] нет ({ $cores } ядра)
   *[other] нет ({ $cores } ядер)
  }
stats-container-cores = { NUMBER($cores, maximumFractionDigits: 2) ->
    [one] { $cores } ядро
    [few] { $cores } ядра
    [many] { $cores } ядер
   *[other] { $cores } ядра
  }
stats-container-throttled = Придержан
stats-container-of = { $part } из { $whole }
stats-container-flow = { $now } ({ $all })
stats-container-network = Сеть
stats-container-machines = сеть самой машины
stats-container-received = Принято
stats-container-sent = Отправлено
stats-container-read = Прочитано
stats-container-written = Записано
stats-container-pids = Процессов
stats-container-state = Состояние
stats-container-restarts = Перезапусков
stats-container-once = ЦП и скорости будут при следующем взгляде.
measure-container-cpu = Процессор контейнеров
measure-container-memory = Память контейнеров
measure-container-memory-usage = Память контейнеров от лимита
measure-container-throttled = Сдерживание контейнеров
measure-container-in = Входящий трафик контейнеров
measure-container-out = Исходящий трафик контейнеров
measure-container-read = Чтение контейнеров
measure-container-write = Запись контейнеров
`,
};
