/** memory's words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
memory-about = Memory and swap
memory-title = 🧠 Memory · { $server }
memory-bar = RAM
memory-swap = Swap
memory-used = Used
memory-of = { $used } of { $total }
memory-available = Available
memory-free = Free
memory-buffers = Buffers
memory-cached = Cached
memory-no-swap = none
memory-pressure = Pressure
memory-container = The container's limit counts; the machine has { $total }.
memory-original = The Go agent tells nothing of swap.
measure-memory-usage = Memory used
measure-memory-available = Memory available
measure-memory-swap-usage = Swap used
measure-memory-pressure = Waiting for memory
`,
  ru: `
memory-about = Память и подкачка
memory-title = 🧠 Память · { $server }
memory-bar = ОЗУ
memory-swap = Swap
memory-used = Занято
memory-of = { $used } из { $total }
memory-available = Доступно
memory-free = Свободно
memory-buffers = Буферы
memory-cached = Кэш
memory-no-swap = нет
memory-pressure = Давление
memory-container = Действует предел контейнера; у машины { $total }.
memory-original = Агент на Go ничего не знает о подкачке.
measure-memory-usage = Занято памяти
measure-memory-available = Доступно памяти
measure-memory-swap-usage = Занято подкачки
measure-memory-pressure = Ожидание памяти
`,
};
