/** top's words, and those that all readings about one container share. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
top-about = Processes in a container
top-button = 📋 Processes
top-card-button = 📦 Card
top-not-running = Nothing is running in it: { $state }.
top-name = Process
top-cpu = CPU
top-memory = Memory
top-by-cpu = By CPU
top-by-memory = By memory
top-total = { $count ->
    [one] { $count } process.
   *[other] { $count } processes.
  }
top-how = CPU: % of one core, over { $ms } ms. PIDs are the machine's.
top-how-ps = CPU: % of one core, over its whole life. PIDs are the machine's.
`,
  ru: `
top-about = Процессы в контейнере
top-button = 📋 Процессы
top-card-button = 📦 Карточка
top-not-running = В нём ничего не выполняется: { $state }.
top-name = Процесс
top-cpu = ЦП
top-memory = Память
top-by-cpu = По ЦП
top-by-memory = По памяти
top-total = { $count ->
    [one] { $count } процесс.
    [few] { $count } процесса.
   *[other] { $count } процессов.
  }
top-how = ЦП: % одного ядра за { $ms } мс. PID — на машине.
top-how-ps = ЦП: % одного ядра за всю жизнь. PID — на машине.
`,
};
