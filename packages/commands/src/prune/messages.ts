/** prune's words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
prune-about = Remove what nobody uses
prune-title = 🧹 Unused · { $server }
prune-nothing = ✅ There is nothing unused.
prune-containers = Stopped containers
prune-dangling = Images without a name
prune-images = All unused images
prune-networks = Networks
prune-some = { $count } · { $size }
prune-protected = 🛡 Protected, and left out: { $count }
prune-left = { $count } more are left for another time.
prune-volumes = Volumes are never touched.
prune-nameless = no name { $id }
prune-more = and { $count } more, { $size }: all of them are in the file above
prune-together = Together { $count }, { $size }
prune-kind = { $kind ->
    [containers] Containers
    [images] Images
   *[networks] Networks
 }
prune-done = ✅ { $size } freed on { $server }.
prune-kept = Stayed: { $count }
prune-why = { $why ->
    [used] in use again
    [changed] changed since it was shown
    [gone] gone already
    [protected] protected
   *[refused] the engine refused
 }
`,
  ru: `
prune-about = Убрать неиспользуемое
prune-title = 🧹 Не используется · { $server }
prune-nothing = ✅ Ничего лишнего нет.
prune-containers = Стоящие контейнеры
prune-dangling = Образы без имени
prune-images = Все лишние образы
prune-networks = Сети
prune-some = { $count } · { $size }
prune-protected = 🛡 Защищены и не тронуты: { $count }
prune-left = Ещё { $count } останется на другой раз.
prune-volumes = Тома не трогаются никогда.
prune-nameless = без имени { $id }
prune-more = и ещё { $count }, { $size }: все они в файле выше
prune-together = Всего { $count }, { $size }
prune-kind = { $kind ->
    [containers] Контейнеры
    [images] Образы
   *[networks] Сети
 }
prune-done = ✅ На { $server } освобождено { $size }.
prune-kept = Осталось: { $count }
prune-why = { $why ->
    [used] снова используется
    [changed] изменилось с показа
    [gone] уже нет
    [protected] защищён
   *[refused] Docker отказал
 }
`,
};
