/** processes' words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
processes-about = Top 10 by CPU or memory
processes-title-cpu = 📋 Top by CPU · { $server }
processes-title-memory = 📋 Top by memory · { $server }
processes-name = Process
processes-cpu = CPU
processes-share = Share
processes-memory = Memory
processes-owner = PID, user
processes-age = age
processes-by-cpu = By CPU
processes-by-memory = By memory
processes-total = { $count ->
    [one] { $count } process.
   *[other] { $count } processes.
  }
processes-zombies = Zombies
processes-stuck = Waiting for a device
processes-cpu-how = { $cores ->
    [one] CPU: % of the one core, over { $ms } ms.
   *[other] CPU: % of one core of { $cores }, over { $ms } ms.
  }
processes-memory-how = Memory in RAM, shared parts included.
processes-original = CPU: % as the Go agent counts it.
processes-told = { $count ->
    [0] Its agent told of none.
    [one] The one its agent chose to tell.
   *[other] The top of the { $count } its agent chose to tell.
  }
measure-processes-total = Processes
measure-processes-zombies = Zombies
measure-processes-stuck = Waiting for a device
`,
  ru: `
processes-about = Главные по ЦП, памяти
processes-title-cpu = 📋 Больше всех ЦП · { $server }
processes-title-memory = 📋 Больше всех памяти · { $server }
processes-name = Процесс
processes-cpu = ЦП
processes-share = Доля
processes-memory = Память
processes-owner = PID, чей
processes-age = возраст
processes-by-cpu = По ЦП
processes-by-memory = По памяти
processes-total = { $count ->
    [one] { $count } процесс.
    [few] { $count } процесса.
   *[other] { $count } процессов.
  }
processes-zombies = Зомби
processes-stuck = Ждут устройство
processes-cpu-how = { $cores ->
    [1] ЦП: % единственного ядра за { $ms } мс.
   *[other] ЦП: % одного ядра из { $cores }, за { $ms } мс.
  }
processes-memory-how = Память в ОЗУ вместе с общими частями.
processes-original = ЦП: в %, как его считает агент на Go.
processes-told = { $count ->
    [0] Агент не рассказал ни об одном.
    [1] Единственный, о котором рассказал агент.
   *[other] Первые из { $count }, о которых рассказал агент.
  }
measure-processes-total = Процессы
measure-processes-zombies = Зомби
measure-processes-stuck = Ждут устройства
`,
};
