/** Words of the chat as such: greeting, help, buttons, what was not understood. */
import type { Messages } from "@servereye/commands/hub";

export const chatMessages: Messages = {
  en: `
start-title = 👁 ServerEye
start-hello = Hello { $name }. Ask your servers anything below.
start-about = Begin here
help-about = All commands
help-readings = Ask a server
help-servers = Your servers
help-rest = You
help-admin = For admins
help-naming = Name a server by its number, its name or the beginning of it: /memory web. With one server there is no need to.
refresh = 🔄 Refresh
cancel = Cancel
cancelled = Cancelled. Nothing was changed.
cancel-late = Too late to cancel: it was done or had expired already.
confirm-minute = Works once, for a minute.
updated = Updated
asking = Asking { $server }…
asking-still = ⏳ Asking { $server } for { $command }…
pick-which = Which server? /{ $command }
pick-several = Several servers begin with “{ $reference }”. Which one?
pick-typing = Or type it: /{ $command } name
page-back = ◀ { $page }/{ $pages }
page-on = { $page }/{ $pages } ▶
command-unknown = I do not know “{ $command }”. Here is what I know:
command-unknown-near = I do not know “{ $command }”. Did you mean /{ $near }?
button-unknown = This button is out of date. Send the command again.
button-not-yours = This button belongs to somebody else.
button-spent = Already done.
key-misplaced = That message held a server's key, which is a secret: I deleted it. To add a server: /add srv_… name
stranger = This bot is private. Ask its admin for an invitation.
stranger-id = Your Telegram id, for the admin:
stranger-press = This bot is private: nothing was done.
link-setup = ✅ You are the admin of this ServerEye now. Try /status, or /add another server.
link-invited = ✅ You are in. /add your first server.
link-invited-server = ✅ You are in. Try /status { $server }.
link-worthless = This link was used already, has expired, or never was. Ask for a new one.
`,
  ru: `
start-title = 👁 ServerEye
start-hello = Здравствуйте, { $name }. Спросите свои серверы о чём угодно.
start-about = Начать отсюда
help-about = Все команды
help-readings = Спросить сервер
help-servers = Ваши серверы
help-rest = Вы
help-admin = Администраторам
help-naming = Сервер называют по номеру, имени или его началу: /memory web. Если сервер один, называть его не нужно.
refresh = 🔄 Обновить
cancel = Отмена
cancelled = Отменено. Ничего не изменилось.
cancel-late = Отменять поздно: уже сделано или срок истёк.
confirm-minute = Действует один раз, минуту.
updated = Обновлено
asking = Спрашиваю { $server }…
asking-still = ⏳ Спрашиваю { $server }: { $command }…
pick-which = Какой сервер? /{ $command }
pick-several = На «{ $reference }» начинаются несколько серверов. Какой из них?
pick-typing = Или напишите: /{ $command } имя
page-back = ◀ { $page }/{ $pages }
page-on = { $page }/{ $pages } ▶
command-unknown = Не знаю команды «{ $command }». Вот что я умею:
command-unknown-near = Не знаю команды «{ $command }». Может быть, /{ $near }?
button-unknown = Кнопка устарела. Отправьте команду ещё раз.
button-not-yours = Эта кнопка не ваша.
button-spent = Уже сделано.
key-misplaced = В том сообщении был ключ сервера, это секрет: я его удалил. Чтобы добавить сервер: /add srv_… имя
stranger = Это закрытый бот. Попросите приглашение у администратора.
stranger-id = Ваш номер в Telegram, для администратора:
stranger-press = Это закрытый бот: ничего не сделано.
link-setup = ✅ Теперь вы администратор этого ServerEye. Попробуйте /status или добавьте сервер: /add.
link-invited = ✅ Вы приняты. Добавьте первый сервер: /add.
link-invited-server = ✅ Вы приняты. Попробуйте /status { $server }.
link-worthless = Эта ссылка уже использована, просрочена или неверна. Попросите новую.
`,
};
