/** temp's words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
temp-about = Temperatures by sensor
temp-title = 🌡 Temperature · { $server }
temp-celsius = { NUMBER($value, minimumFractionDigits: 1, maximumFractionDigits: 1) } °C
temp-celsius-limit = { $celsius } (limit { NUMBER($limit, maximumFractionDigits: 0) })
temp-hottest-core = Hottest core
temp-hottest-cpu = Processor
temp-hottest-other = Hottest
temp-hottest-value = { $celsius } · { $name }
temp-average = Average
temp-average-core = { $celsius } of { $count ->
    [one] { $count } core
   *[other] { $count } cores
  }
temp-average-cpu = { $celsius } of { $count ->
    [one] { $count } sensor
   *[other] { $count } sensors
  }
temp-average-other = { $celsius } of { $count ->
    [one] { $count } sensor
   *[other] { $count } sensors
  }
temp-throttled = Throttled
temp-throttled-none = never since boot
temp-throttled-times = { $count ->
    [one] { $count } time since boot
   *[other] { $count } times since boot
  }
temp-slowed = Slowed now
temp-slowed-value = { $now } of { $of }
temp-sensors = Sensors
temp-more = { $count ->
    [one] { $count } cooler sensor
   *[other] { $count } cooler sensors
  } not shown
temp-silent = Without a sensible value: { $names }
temp-silent-more = { $names } and { $count } more
temp-sensor = Sensor
temp-original = The Go agent tells one sensor, and nothing of throttling.
measure-temp-celsius = Temperature
measure-temp-average = Average temperature
measure-temp-throttled = Slowed by heat
`,
  ru: `
temp-about = Температура по датчикам
temp-title = 🌡 Температура · { $server }
temp-celsius = { NUMBER($value, minimumFractionDigits: 1, maximumFractionDigits: 1) } °C
temp-celsius-limit = { $celsius } (предел { NUMBER($limit, maximumFractionDigits: 0) })
temp-hottest-core = Горячее ядро
temp-hottest-cpu = Процессор
temp-hottest-other = Горячее всего
temp-hottest-value = { $celsius } · { $name }
temp-average = В среднем
temp-average-core = { $celsius } по { $count ->
    [one] { $count } ядру
   *[many] { $count } ядрам
  }
temp-average-cpu = { $celsius } по { $count ->
    [one] { $count } датчику
   *[many] { $count } датчикам
  }
temp-average-other = { $celsius } по { $count ->
    [one] { $count } датчику
   *[many] { $count } датчикам
  }
temp-throttled = Троттлинг
temp-throttled-none = не было с загрузки
temp-throttled-times = { $count ->
    [one] { $count } раз с загрузки
    [few] { $count } раза с загрузки
   *[many] { $count } раз с загрузки
  }
temp-slowed = Замедлено сейчас
temp-slowed-value = { $now } из { $of }
temp-sensors = Датчики
temp-more = Не { $count ->
    [one] показан { $count } более холодный датчик
    [few] показаны { $count } более холодных датчика
   *[many] показано { $count } более холодных датчиков
  }
temp-silent = Без осмысленного значения: { $names }
temp-silent-more = { $names } и ещё { $count }
temp-sensor = Датчик
temp-original = Агент на Go знает один датчик и ничего о троттлинге.
measure-temp-celsius = Температура
measure-temp-average = Средняя температура
measure-temp-throttled = Замедления от нагрева
`,
};
