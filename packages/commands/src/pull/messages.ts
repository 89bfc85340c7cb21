/** pull's words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
pull-about = Fetch an image
pull-asking = Asking its registry…
pull-layers = Layers: { $done } of { $all }
pull-done = { $how ->
    [new] ✅ The image is on { $server } now.
    [same] ✅ { $server } had the newest already.
   *[newer] ✅ A newer image is on { $server } now.
 }
pull-image = Image
pull-id = Id
pull-was = Before
pull-size = Size
pull-still = Containers go on with the old one until they are updated: /update_container name
`,
  ru: `
pull-about = Скачать образ
pull-asking = Спрашиваю реестр…
pull-layers = Слоёв: { $done } из { $all }
pull-done = { $how ->
    [new] ✅ Образ теперь есть на { $server }.
    [same] ✅ На { $server } и так самый новый.
   *[newer] ✅ На { $server } теперь образ новее.
 }
pull-image = Образ
pull-id = Id
pull-was = Был
pull-size = Размер
pull-still = Контейнеры работают на старом, пока их не обновят: /update_container имя
`,
};
