/** update_container's words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
update-container-about = Newest image, same settings
update-stage = { $what ->
    [pull] fetch the image
    [create] create the new one
    [networks] join its networks
    [stop] stop the old one
    [swap] give the new one the name
    [start] start it
    [watch] wait until it is well
    [remove] remove the old one
   *[undo] put the old one back
 }
update-done = { $changed ->
    [no] ✅ { $name } on { $server } has the newest image already. Nothing was done.
   *[yes] { $ended ->
        [healthy] ✅ { $name } on { $server } is updated and healthy.
        [stopped] ✅ { $name } on { $server } is updated. It was stopped, and is.
       *[runs] ✅ { $name } on { $server } is updated and runs.
    }
 }
update-image = Image
update-from = Before
update-to = Now
update-same = Image id
update-id = Container
update-state = State
update-left = The old one could not be removed. It is stopped and called { $left }.
update-rolled = { $back ->
    [yes] ↩️ { $name } on { $server } was not updated. The old container is back as it was.
   *[no] 🔴 { $name } on { $server } was not updated, and the old container could not be put back.
 }
update-why = { $how ->
    [unhealthy] Why: its health check failed.
    [restarting] Why: it kept ending, with exit code { $code }.
    [gone] Why: it was removed meanwhile.
    [not-healthy-in-time] Why: it did not become healthy in time.
    [exited] Why: it ended with exit code { $code }.
    [none] It failed here: { $stage }.
   *[said] It failed here: { $stage }. The engine said: { $said }
 }
update-log = Its last lines:
update-aside = The old one is kept as { $aside }. On the server: docker rename { $aside } { $name }, docker start { $name }
`,
  ru: `
update-container-about = Новый образ, те же настройки
update-stage = { $what ->
    [pull] скачать образ
    [create] создать новый
    [networks] подключить к сетям
    [stop] остановить старый
    [swap] дать новому имя
    [start] запустить
    [watch] дождаться здоровья
    [remove] удалить старый
   *[undo] вернуть старый
 }
update-done = { $changed ->
    [no] ✅ У { $name } на { $server } и так самый новый образ. Ничего не сделано.
   *[yes] { $ended ->
        [healthy] ✅ { $name } на { $server } обновлён и здоров.
        [stopped] ✅ { $name } на { $server } обновлён. Он стоял и стоит.
       *[runs] ✅ { $name } на { $server } обновлён и работает.
    }
 }
update-image = Образ
update-from = Был
update-to = Стал
update-same = Id образа
update-id = Контейнер
update-state = Состояние
update-left = Старый удалить не вышло. Он остановлен и называется { $left }.
update-rolled = { $back ->
    [yes] ↩️ { $name } на { $server } не обновлён. Старый контейнер возвращён, как был.
   *[no] 🔴 { $name } на { $server } не обновлён, и вернуть старый не вышло.
 }
update-why = { $how ->
    [unhealthy] Причина: проверка здоровья не прошла.
    [restarting] Причина: он всё время завершался, с кодом { $code }.
    [gone] Причина: его тем временем удалили.
    [not-healthy-in-time] Причина: за отведённое время не стал здоровым.
    [exited] Причина: завершился с кодом { $code }.
    [none] Не вышло здесь: { $stage }.
   *[said] Не вышло здесь: { $stage }. Docker: { $said }
 }
update-log = Его последние строки:
update-aside = Старый сохранён как { $aside }. На сервере: docker rename { $aside } { $name }, docker start { $name }
`,
};
