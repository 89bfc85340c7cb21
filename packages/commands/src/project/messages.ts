/** Words of actions on projects. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
project-counts = { $done } of { $all } done
project-done = { $verb ->
    [start] ✅ Started: { $count }
    [stop] ✅ Stopped: { $count }
    [restart] ✅ Restarted: { $count }
    [pause] ✅ Paused: { $count }
    [unpause] ✅ Going on: { $count }
   *[remove] ✅ Removed: { $count }
 }
project-failed = ❌ Failed: { $count }
project-skipped = ➖ Left as they are: { $count }
project-ring = { $a } and { $b } need each other: { $a } did not wait.
`,
  ru: `
project-counts = Готово { $done } из { $all }
project-done = { $verb ->
    [start] ✅ Запущено: { $count }
    [stop] ✅ Остановлено: { $count }
    [restart] ✅ Перезапущено: { $count }
    [pause] ✅ На паузе: { $count }
    [unpause] ✅ Снято с паузы: { $count }
   *[remove] ✅ Удалено: { $count }
 }
project-failed = ❌ Не вышло: { $count }
project-skipped = ➖ Не тронуто: { $count }
project-ring = { $a } и { $b } нужны друг другу: { $a } не ждал.
`,
};
