/** images' words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
images-about = Images: size, age, use
images-title = 💿 Images · { $server }
images-none = There are no images.
images-all = In all
images-unused = Not in use
images-dangling = Without a name
images-sum = { $count }, { $size }
images-running = runs: { $count }
images-used = stopped: { $count }
images-idle = not in use
images-nameless = no name, not in use
images-page = Page { $page } of { $pages }, the largest first.
images-left = { $count } smaller ones are not shown.
images-shared = Layers that several share are counted with each.
images-back-page = ◀ { $page }/{ $pages }
images-on-page = { $page }/{ $pages } ▶
`,
  ru: `
images-about = Образы: размер, возраст
images-title = 💿 Образы · { $server }
images-none = Образов нет.
images-all = Всего
images-unused = Не нужны никому
images-dangling = Без имени
images-sum = { $count }, { $size }
images-running = работает: { $count }
images-used = стоит: { $count }
images-idle = не нужен никому
images-nameless = без имени, не нужен
images-page = Страница { $page } из { $pages }, сначала большие.
images-left = Ещё { $count }, поменьше, не показаны.
images-shared = Общие слои посчитаны у каждого.
images-back-page = ◀ { $page }/{ $pages }
images-on-page = { $page }/{ $pages } ▶
`,
};
