/** cpu's words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
cpu-about = Processor, cores, load
cpu-title = ⚡ CPU · { $server }
cpu-usage = CPU
cpu-unknown = The kernel's counters told nothing just now.
cpu-limit = Container
cpu-limit-value = { NUMBER($used, maximumFractionDigits: 2) } of { $cores ->
    [one] { NUMBER($cores, maximumFractionDigits: 2) } core
   *[other] { NUMBER($cores, maximumFractionDigits: 2) } cores
  }
cpu-limit-only = limit { $cores ->
    [one] { NUMBER($cores, maximumFractionDigits: 2) } core
   *[other] { NUMBER($cores, maximumFractionDigits: 2) } cores
  }
cpu-user = User
cpu-system = System
cpu-iowait = Disk wait
cpu-steal = Stolen by host
cpu-load = Load
cpu-load-value = { $one } · { $five } · { $fifteen }
cpu-load-number = { NUMBER($value, minimumFractionDigits: 2, maximumFractionDigits: 2) }
cpu-pressure = Pressure
cpu-cores = { $count ->
    [one] { $count } core
   *[other] { $count } cores
  }
cpu-busiest = Busiest
cpu-bar = core { $number }
cpu-core = { $number } ({ $share })
cpu-numbers = Cores
cpu-each = Each, 0–100 %
cpu-how = Over { $ms } ms. Load over 1, 5, 15 min.
measure-cpu-usage = CPU usage
measure-cpu-user = CPU in programs
measure-cpu-system = CPU in the kernel
measure-cpu-iowait = CPU waiting for disks
measure-cpu-steal = CPU stolen by the host
measure-cpu-load-per-core = Load per core
measure-cpu-pressure = Waiting for the processor
measure-cpu-core-usage = Each core
measure-cpu-load1 = Load over 1 minute
measure-cpu-load5 = Load over 5 minutes
measure-cpu-load15 = Load over 15 minutes
`,
  ru: `
cpu-about = Процессор, ядра, нагрузка
cpu-title = ⚡ Процессор · { $server }
cpu-usage = ЦП
cpu-unknown = Счётчики ядра сейчас ничего не сказали.
cpu-limit = Контейнер
cpu-limit-value = { NUMBER($used, maximumFractionDigits: 2) } из { $cores ->
    [few] { NUMBER($cores, maximumFractionDigits: 2) } ядер
    [many] { NUMBER($cores, maximumFractionDigits: 2) } ядер
   *[other] { NUMBER($cores, maximumFractionDigits: 2) } ядра
  }
cpu-limit-only = не больше { $cores ->
    [few] { NUMBER($cores, maximumFractionDigits: 2) } ядер
    [many] { NUMBER($cores, maximumFractionDigits: 2) } ядер
   *[other] { NUMBER($cores, maximumFractionDigits: 2) } ядра
  }
cpu-user = Программы
cpu-system = Система
cpu-iowait = Ожидание диска
cpu-steal = Отнято хостом
cpu-load = Нагрузка
cpu-load-value = { $one } · { $five } · { $fifteen }
cpu-load-number = { NUMBER($value, minimumFractionDigits: 2, maximumFractionDigits: 2) }
cpu-pressure = Давление
cpu-cores = { $count ->
    [one] { $count } ядро
    [few] { $count } ядра
   *[other] { $count } ядер
  }
cpu-busiest = Самые занятые
cpu-bar = ядро { $number }
cpu-core = { $number } ({ $share })
cpu-numbers = Ядра
cpu-each = Каждое, 0–100 %
cpu-how = За { $ms } мс. Нагрузка за 1, 5, 15 мин.
measure-cpu-usage = Загрузка процессора
measure-cpu-user = Процессор: программы
measure-cpu-system = Процессор: ядро
measure-cpu-iowait = Процессор: ожидание дисков
measure-cpu-steal = Процессор: отнято хостом
measure-cpu-load-per-core = Нагрузка на ядро
measure-cpu-pressure = Ожидание процессора
measure-cpu-core-usage = Каждое ядро
measure-cpu-load1 = Нагрузка за 1 минуту
measure-cpu-load5 = Нагрузка за 5 минут
measure-cpu-load15 = Нагрузка за 15 минут
`,
};
