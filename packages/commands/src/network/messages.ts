/** network's words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
network-about = Traffic, errors, drops
network-title = 🌐 Network · { $server }
network-none = No network interface can be seen from here.
network-state-up = up
network-state-down = down
network-state-dormant = waiting
network-state-testing = testing
network-state-lowerlayerdown = no link below
network-state-notpresent = not there
network-now = Now
network-load = Link used
network-total = Since boot
network-errors = Errors
network-drops = Drops
network-sound = Errors, drops
network-sound-value = none
network-flows = ↓ { $in } ↑ { $out }
network-loopback = Loopback
network-loopback-value = { $rate } now, { $total } since boot
network-containers = { $count ->
    [one] Containers, VMs ({ $count } interface)
   *[other] Containers, VMs ({ $count } interfaces)
  }
network-more = { $count ->
    [one] { $count } quieter interface
   *[other] { $count } quieter interfaces
  } not shown
network-unused = { $count ->
    [one] { $count } interface was never used.
   *[other] { $count } interfaces were never used.
  }
network-no-rate = – : counters restarted, or just appeared. The next look has a rate.
network-overall = All links, since last asked
network-mean = Mean
network-loopback-total = Loopback since boot
network-original = The Go agent tells no link's state and no traffic of now, at most the mean since it was last asked.
measure-network-in = Traffic in
measure-network-out = Traffic out
measure-network-packets-in = Packets in
measure-network-packets-out = Packets out
measure-network-load = Share of the link
measure-network-errors = Packets with errors
measure-network-error-rate = Errors a second
measure-network-drops = Packets dropped
measure-network-tcp = TCP sockets
`,
  ru: `
network-about = Трафик, ошибки, потери
network-title = 🌐 Сеть · { $server }
network-none = Отсюда не видно ни одного сетевого интерфейса.
network-state-up = работает
network-state-down = выключен
network-state-dormant = ожидает
network-state-testing = проверка
network-state-lowerlayerdown = нет связи ниже
network-state-notpresent = отсутствует
network-now = Сейчас
network-load = Канал занят
network-total = С загрузки
network-errors = Ошибки
network-drops = Потери
network-sound = Ошибки, потери
network-sound-value = нет
network-flows = ↓ { $in } ↑ { $out }
network-loopback = Loopback
network-loopback-value = { $rate } сейчас, { $total } с загрузки
network-containers = { $count ->
    [one] Контейнеры, ВМ ({ $count } интерфейс)
    [few] Контейнеры, ВМ ({ $count } интерфейса)
   *[many] Контейнеры, ВМ ({ $count } интерфейсов)
  }
network-more = { $count ->
    [one] Не показан ещё { $count } менее занятый интерфейс
    [few] Не показаны ещё { $count } менее занятых интерфейса
   *[many] Не показано ещё { $count } менее занятых интерфейсов
  }
network-unused = { $count ->
    [one] { $count } интерфейс ни разу не использовался.
    [few] { $count } интерфейса ни разу не использовались.
   *[many] { $count } интерфейсов ни разу не использовались.
  }
network-no-rate = – : счётчики начались заново или интерфейс только появился. Скорость будет в следующий раз.
network-overall = Все каналы, с прошлого запроса
network-mean = Сред.
network-loopback-total = Loopback с загрузки
network-original = Агент на Go не знает состояния каналов и скорости сейчас: разве что среднюю с прошлого запроса.
measure-network-in = Входящий трафик
measure-network-out = Исходящий трафик
measure-network-packets-in = Входящие пакеты
measure-network-packets-out = Исходящие пакеты
measure-network-load = Доля скорости линии
measure-network-errors = Пакеты с ошибками
measure-network-error-rate = Ошибки в секунду
measure-network-drops = Потерянные пакеты
measure-network-tcp = Сокеты TCP
`,
};
