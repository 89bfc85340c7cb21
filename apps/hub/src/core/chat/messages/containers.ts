/** Words about acting on containers: what is asked first, what became of it. */
import type { Messages } from "@servereye/commands/hub";

export const containerMessages: Messages = {
  en: `
help-containers = Containers
help-projects = Whole Compose projects
container-usage = So: /{ $command } name, and the server's name if you have several. A beginning of the name is enough.
container-no-name = That is no container's name: letters, digits and _ . - only. So: /{ $command } name
container-several = Several containers on { $server } begin with “{ $beginning }”. Which one?
container-several-more = { $count } more: type more of the name.
container-none = { $server } has no container “{ $reference }”.
container-none-near = { $server } has no container “{ $reference }”. Did you mean { $near }?
container-changed = ⚠️ Nothing was done: it was “{ $was }” when you were asked, and is “{ $is }” now.
container-replaced = ⚠️ Nothing was done: another container has this name now.
container-renamed = ⚠️ Nothing was done: it has another name now.
container-unfit = As it is, it can not be { $verb ->
    [start] started.
    [stop] stopped.
    [restart] restarted.
    [pause] paused.
    [unpause] set going again.
   *[remove] removed. One that runs is stopped first.
 }
container-confirm = { $verb ->
    [start] Start
    [stop] Stop
    [restart] Restart
    [pause] Pause
    [unpause] Go on with
   *[remove] Remove
 } { $name }?
container-yes = Yes, { $verb ->
    [start] start
    [stop] stop
    [restart] restart
    [pause] pause
    [unpause] go on with
   *[remove] remove
 } { $name }
container-server = Server
container-name = Container
container-remove-means = ⚠️ This can not be undone: what it wrote outside its volumes goes with it. Named volumes stay.
container-kept = 🛡 { $name } on { $server } is protected there: it is not { $verb ->
    [stop] stopped
    [pause] paused
   *[remove] removed
 } from here. { $own ->
    [yes] The agent itself runs in it, and would end with it.
   *[no] Its owner can change that on the server: the label servereye.protect, or SERVEREYE_AGENT_PROTECT.
 }
container-doing = ⏳ { $verb ->
    [start] Starting
    [stop] Stopping
    [restart] Restarting
    [pause] Pausing
    [unpause] Unpausing
   *[remove] Removing
 } { $name } on { $server }…
container-done = ✅ { $name } on { $server } is { $verb ->
    [start] started.
    [stop] stopped.
    [restart] restarted.
    [pause] paused.
    [unpause] going again.
   *[remove] removed.
 }
start-project-about = Start a whole Compose project
stop-project-about = Stop a whole project
restart-project-about = Restart a whole project
pause-project-about = Pause a whole project
unpause-project-about = Let a paused project go on
remove-project-about = Remove a stopped project's containers
project-usage = So: /{ $command } project, and the server's name if you have several. A beginning of the name is enough.
project-several = Several projects on { $server } begin with “{ $reference }”. Which one?
project-none = { $server } has no project “{ $reference }”.
project-none-near = { $server } has no project “{ $reference }”. Did you mean { $near }?
project-unfit = As it is, nothing in { $project } can be { $verb ->
    [start] started.
    [stop] stopped.
    [restart] restarted.
    [pause] paused.
    [unpause] set going again.
   *[remove] removed. What runs is stopped first.
 }
project-untold = ✋ Nothing was done: { $left } more containers of { $project } or like it on { $server } could not be read, so it can not be shown or done as a whole. Act on its containers one by one.
project-many = { $project } has more than { $most } containers: that is more than is done at once.
project-changed = ⚠️ Nothing was done: the project is not as it was when you were asked.
project-confirm = { $verb ->
    [start] Start
    [stop] Stop
    [restart] Restart
    [pause] Pause
    [unpause] Go on with
   *[remove] Remove
 } all of { $project }?
project-yes = Yes, { $verb ->
    [start] start
    [stop] stop
    [restart] restart
    [pause] pause
    [unpause] go on with
   *[remove] remove
 } { $project }
project-order = In this order:
project-kept = 🛡 Protected, so they stay, and what they need: { $names }
project-others = They stay as they are: { $names }
container-said = It says: “{ $said }”
container-unsure = ❓ I do not know whether { $name } on { $server } was { $verb ->
    [start] started:
    [stop] stopped:
    [restart] restarted:
    [pause] paused:
    [unpause] set going again:
   *[remove] removed:
 } the agent was asked, and no clear answer came. I do not ask it twice.
container-now = State now
container-told = By its word it is “{ $state }” now.
container-gone-now = The container is gone now.
container-unread = Its state can not be read just now. Look again in a moment.
`,
  ru: `
help-containers = Контейнеры
help-projects = Проекты Compose целиком
container-usage = Так: /{ $command } имя, и имя сервера, если их несколько. Достаточно начала имени.
container-no-name = Это не имя контейнера: в нём только латинские буквы, цифры и _ . - Так: /{ $command } имя
container-several = На { $server } несколько контейнеров начинаются на «{ $beginning }». Какой из них?
container-several-more = Ещё { $count }: напишите имя подробнее.
container-none = На { $server } нет контейнера «{ $reference }».
container-none-near = На { $server } нет контейнера «{ $reference }». Может быть, { $near }?
container-changed = ⚠️ Ничего не сделано: при вопросе было «{ $was }», а теперь «{ $is }».
container-replaced = ⚠️ Ничего не сделано: это имя теперь у другого контейнера.
container-renamed = ⚠️ Ничего не сделано: теперь он называется иначе.
container-unfit = Сейчас его нельзя { $verb ->
    [start] запустить.
    [stop] остановить.
    [restart] перезапустить.
    [pause] поставить на паузу.
    [unpause] снять с паузы.
   *[remove] удалить. Работающий сначала останавливают.
 }
container-confirm = { $verb ->
    [start] Запустить
    [stop] Остановить
    [restart] Перезапустить
    [pause] Поставить на паузу
    [unpause] Снять с паузы
   *[remove] Удалить
 } { $name }?
container-yes = Да, { $verb ->
    [start] запустить
    [stop] остановить
    [restart] перезапустить
    [pause] на паузу
    [unpause] снять с паузы
   *[remove] удалить
 } { $name }
container-server = Сервер
container-name = Контейнер
container-remove-means = ⚠️ Это не отменить: всё, что он записал вне томов, пропадёт. Именованные тома останутся.
container-kept = 🛡 { $name } на { $server } под защитой: отсюда его нельзя { $verb ->
    [stop] остановить
    [pause] поставить на паузу
   *[remove] удалить
 }. { $own ->
    [yes] В нём работает сам агент и остановится вместе с ним.
   *[no] Владелец меняет это на сервере: метка servereye.protect или SERVEREYE_AGENT_PROTECT.
 }
container-doing = ⏳ { $verb ->
    [start] Запускаю
    [stop] Останавливаю
    [restart] Перезапускаю
    [pause] Ставлю на паузу
    [unpause] Снимаю с паузы
   *[remove] Удаляю
 } { $name } на { $server }…
container-done = ✅ Контейнер { $name } на { $server } { $verb ->
    [start] запущен.
    [stop] остановлен.
    [restart] перезапущен.
    [pause] на паузе.
    [unpause] снят с паузы.
   *[remove] удалён.
 }
start-project-about = Запустить весь проект Compose
stop-project-about = Остановить весь проект
restart-project-about = Перезапустить весь проект
pause-project-about = Поставить весь проект на паузу
unpause-project-about = Снять весь проект с паузы
remove-project-about = Удалить контейнеры проекта
project-usage = Так: /{ $command } проект, и имя сервера, если их несколько. Достаточно начала имени.
project-several = На { $server } несколько проектов начинаются на «{ $reference }». Какой из них?
project-none = На { $server } нет проекта «{ $reference }».
project-none-near = На { $server } нет проекта «{ $reference }». Может быть, { $near }?
project-unfit = Сейчас в { $project } нечего { $verb ->
    [start] запустить.
    [stop] остановить.
    [restart] перезапустить.
    [pause] ставить на паузу.
    [unpause] снимать с паузы.
   *[remove] удалить. Работающее сначала останавливают.
 }
project-untold = ✋ Ничего не сделано: ещё { $left } контейнеров на { $server }, возможно из { $project }, прочитать не удалось, поэтому целиком его не показать и не выполнить. Управляйте его контейнерами по одному.
project-many = В { $project } больше { $most } контейнеров: столько за раз не делается.
project-changed = ⚠️ Ничего не сделано: проект уже не такой, как при вопросе.
project-confirm = { $verb ->
    [start] Запустить
    [stop] Остановить
    [restart] Перезапустить
    [pause] Поставить на паузу
    [unpause] Снять с паузы
   *[remove] Удалить
 } весь { $project }?
project-yes = Да, { $verb ->
    [start] запустить
    [stop] остановить
    [restart] перезапустить
    [pause] на паузу
    [unpause] снять с паузы
   *[remove] удалить
 } { $project }
project-order = В таком порядке:
project-kept = 🛡 Под защитой и останутся, с тем, что им нужно: { $names }
project-others = Останутся как есть: { $names }
container-said = Ответ: «{ $said }»
container-unsure = ❓ Не знаю, { $verb ->
    [start] запущен
    [stop] остановлен
    [restart] перезапущен
    [pause] поставлен на паузу
    [unpause] снят с паузы
   *[remove] удалён
 } ли контейнер { $name } на { $server }: агента я попросил, а ясного ответа нет. Второй раз не прошу.
container-now = Состояние теперь
container-told = По его словам, теперь «{ $state }».
container-gone-now = Контейнера теперь нет.
container-unread = Состояние сейчас не прочитать. Посмотрите чуть позже.
`,
};
