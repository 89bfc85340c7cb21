/** Words of jobs: of any kind, and of pull, create, update and prune. */
import { messages as create } from "../create/messages.ts";
import type { Messages } from "../kit.ts";
import { messages as project } from "../project/messages.ts";
import { messages as prune } from "../prune/messages.ts";
import { messages as pull } from "../pull/messages.ts";
import { messages as update } from "../update/messages.ts";

const own: Messages = {
  en: `
job-about = How work is going that was begun
job-title = { $kind ->
    [pull] 📥 Pull
    [create_container] ✨ Create
    [update_container] ⬆️ Update
    [prune] 🧹 Clean up
    [start_project] 🧩 Start
    [stop_project] 🧩 Stop
    [restart_project] 🧩 Restart
    [pause_project] 🧩 Pause
    [unpause_project] 🧩 Go on with
    [remove_project] 🧩 Remove
   *[other] 🛠 Work
 }
job-running = ⏳ { $took } so far
job-took = Took { $took }
job-done = ✅ Done.
job-fetched = fetched
job-bytes = { $done } of { $all }
job-failed = ❌ It failed.
job-failed-said = ❌ It failed: { $reason }
job-failed-code = ❌ It failed ({ $code }).
`,
  ru: `
job-about = Как идёт начатая работа
job-title = { $kind ->
    [pull] 📥 Загрузка
    [create_container] ✨ Создание
    [update_container] ⬆️ Обновление
    [prune] 🧹 Уборка
    [start_project] 🧩 Запуск
    [stop_project] 🧩 Остановка
    [restart_project] 🧩 Перезапуск
    [pause_project] 🧩 Пауза
    [unpause_project] 🧩 Снятие с паузы
    [remove_project] 🧩 Удаление
   *[other] 🛠 Работа
 }
job-running = ⏳ Пока { $took }
job-took = Заняло { $took }
job-done = ✅ Готово.
job-fetched = скачано
job-bytes = { $done } из { $all }
job-failed = ❌ Не вышло.
job-failed-said = ❌ Не вышло: { $reason }
job-failed-code = ❌ Не вышло ({ $code }).
`,
};

const all = [own, pull, create, update, prune, project];

export const messages: Messages = {
  en: all.map(({ en }) => en).join(""),
  ru: all.map(({ ru }) => ru).join(""),
};
