/** create_container's words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
create-container-about = Create a container, step by step
create-stage = { $what ->
    [pull] fetch the image
    [create] create it
    [start] start it
   *[undo] take it away again
 }
create-done = { $state ->
    [running] ✅ { $name } runs on { $server }.
    [restarting] ⚠️ { $name } is created on { $server }, but keeps ending: see /logs { $name }
    [exited] ⚠️ { $name } is created on { $server }, and has ended already: see /logs { $name }
   *[other] ✅ { $name } is created on { $server }.
 }
create-image = Image
create-id = Id
create-state = State
create-pulled = The image was fetched for it.
create-warning = ⚠️ { $warning }
`,
  ru: `
create-container-about = Создать контейнер по шагам
create-stage = { $what ->
    [pull] скачать образ
    [create] создать
    [start] запустить
   *[undo] убрать обратно
 }
create-done = { $state ->
    [running] ✅ { $name } работает на { $server }.
    [restarting] ⚠️ { $name } создан на { $server }, но всё время падает: /logs { $name }
    [exited] ⚠️ { $name } создан на { $server } и уже завершился: /logs { $name }
   *[other] ✅ { $name } создан на { $server }.
 }
create-image = Образ
create-id = Id
create-state = Состояние
create-pulled = Образ для него скачан.
create-warning = ⚠️ { $warning }
`,
};
