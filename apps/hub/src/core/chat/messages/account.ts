/** Words about a person: roles, refusals, language, invitations, figures, /debug. */
import type { Messages } from "@servereye/commands/hub";

export const accountMessages: Messages = {
  en: `
role-viewer = viewer
role-operator = operator
role-admin = admin
role-owner = owner
refused-role = You may not do that here: it takes the role “{ $role }”. Nothing was done.
refused-admin = That is for admins of this ServerEye. Nothing was done.
refused-unseen = There is no such server among yours any more. See /servers.
language-about = The language I speak
language-which = Which language shall I speak?
language-auto = As my Telegram does
language-done = ✅ I speak English with you now.
invite-about = Invite somebody
invite-title = ✉️ Invitation
invite-usage = Name a server to share: /invite web-1 viewer. Roles: viewer reads, operator also acts, admin also shares.
invite-private = Write /invite to me in private: the link is a secret.
invite-no-owner = You can not give or take that role.
invite-no-bot = Invitations go through the Telegram bot, and this hub has none yet: set TELEGRAM_BOT_TOKEN.
invite-hub = Whoever opens this link may talk to this bot and add servers of their own:
invite-server = Whoever opens this link becomes { $role } on { $server }:
invite-until = Good until
invite-once = It works once.
prometheus-about = Samples for your Prometheus
prometheus-title = 📡 Prometheus
prometheus-private = Write /prometheus to me in private: its answer is a secret.
prometheus-all = Put this under scrape_configs. It reads every server that you may see, those added later too:
prometheus-one = Put this under scrape_configs. It reads { $server }:
prometheus-once = The token is shown this once. It reads what is measured and nothing else, as long as you may see it. The one you had for the same before works no more.
prometheus-plain = ⚠️ This hub is reached without encryption: others on the way can read the token.
prometheus-end = /prometheus off ends all your tokens.
prometheus-ended =
    { $count ->
        [0] You have no token for Prometheus.
        [one] ✅ Your token works no more.
       *[other] ✅ Your { $count } tokens work no more.
    }
audit-about = Who did what on a server
audit-title = 🧾 Audit · { $server }
audit-empty = Nothing has been done to it yet.
audit-page = Page { $page } of { $pages }
audit-hub = ServerEye itself
audit-nobody = somebody who is gone
audit-from-telegram = Telegram
audit-from-group = a Telegram group
audit-from-local = page or terminal
audit-from-other = the hub
audit-begun = sent; no end is noted: not known how it ended
audit-done = done
audit-failed = failed
audit-refused = refused
audit-expired = too late
audit-unknown = not known whether it was done
members-about = Who may see a server
members-title = 👥 { $server }
members-hint = Share with /invite { $server } viewer
members-revoke = Remove { $name }
members-sure = Take away { $name }'s access to { $server }?
members-yes = Yes, take it away
members-done = ✅ { $name } no longer has access.
stats-about = Installation figures
stats-title = 📊 This ServerEye
stats-servers = Servers
stats-servers-value = { $count } ({ $online } online)
stats-persons = People
stats-memberships = Memberships
stats-audit = Audit entries
stats-store = Store
stats-store-value = { NUMBER($mib, minimumFractionDigits: 1, maximumFractionDigits: 1) } MiB
stats-version = Version
stats-since = Hub runs since
debug-about = What I know about you
debug-title = 🔎 What I know about you
debug-account = Account
debug-person = Person
debug-admin = admin of this ServerEye
debug-chat = Chat
debug-chat-private = private
debug-chat-group = group
debug-language = Language
debug-hub = Hub
debug-servers = Servers
debug-offline = offline
debug-protocol = protocol { $protocol }
`,
  ru: `
role-viewer = наблюдатель
role-operator = оператор
role-admin = администратор
role-owner = владелец
refused-role = Здесь это вам нельзя: нужна роль «{ $role }». Ничего не сделано.
refused-admin = Это для администраторов этого ServerEye. Ничего не сделано.
refused-unseen = Такого сервера среди ваших больше нет. Список: /servers.
language-about = Язык бота
language-which = На каком языке говорить?
language-auto = Как в моём Telegram
language-done = ✅ Теперь говорю по-русски.
invite-about = Пригласить человека
invite-title = ✉️ Приглашение
invite-usage = Назовите сервер: /invite web-1 viewer. Роли: viewer смотрит, operator ещё и действует, admin ещё и делится.
invite-private = Напишите /invite мне лично: ссылка секретная.
invite-no-owner = Эту роль нельзя дать или отнять.
invite-no-bot = Приглашения идут через бота Telegram, а его здесь ещё нет: задайте TELEGRAM_BOT_TOKEN.
invite-hub = Кто откроет эту ссылку, сможет говорить с ботом и добавлять свои серверы:
invite-server = Кто откроет эту ссылку, получит роль «{ $role }» на { $server }:
invite-until = Действует до
invite-once = Один раз.
prometheus-about = Измерения для вашего Prometheus
prometheus-title = 📡 Prometheus
prometheus-private = Напишите мне /prometheus лично: ответ — секрет.
prometheus-all = Вставьте это в scrape_configs. Читает все серверы, которые вам видны, и те, что появятся позже:
prometheus-one = Вставьте это в scrape_configs. Читает { $server }:
prometheus-once = Токен показан один раз. Он читает только измерения и только пока они видны вам. Прежний токен для того же больше не действует.
prometheus-plain = ⚠️ Этот хаб доступен без шифрования: токен могут прочесть по пути.
prometheus-end = /prometheus off отключает все ваши токены.
prometheus-ended =
    { $count ->
        [0] У вас нет токенов для Prometheus.
        [one] ✅ { $count } токен больше не действует.
        [few] ✅ { $count } токена больше не действуют.
       *[many] ✅ { $count } токенов больше не действуют.
    }
audit-about = Кто что делал на сервере
audit-title = 🧾 Журнал действий · { $server }
audit-empty = С ним пока ничего не делали.
audit-page = Страница { $page } из { $pages }
audit-hub = сам ServerEye
audit-nobody = кто-то, кого уже нет
audit-from-telegram = Telegram
audit-from-group = группа Telegram
audit-from-local = страница или терминал
audit-from-other = хаб
audit-begun = отправлено; конец не записан: чем кончилось, неизвестно
audit-done = сделано
audit-failed = не вышло
audit-refused = отказано
audit-expired = слишком поздно
audit-unknown = неизвестно, сделано ли
members-about = Кому виден сервер
members-title = 👥 { $server }
members-hint = Поделиться: /invite { $server } viewer
members-revoke = Убрать { $name }
members-sure = Забрать у { $name } доступ к { $server }?
members-yes = Да, забрать
members-done = ✅ У { $name } больше нет доступа.
stats-about = Цифры установки
stats-title = 📊 Этот ServerEye
stats-servers = Серверы
stats-servers-value = { $count } (на связи { $online })
stats-persons = Люди
stats-memberships = Участия
stats-audit = Записей аудита
stats-store = Хранилище
stats-store-value = { NUMBER($mib, minimumFractionDigits: 1, maximumFractionDigits: 1) } МиБ
stats-version = Версия
stats-since = Хаб работает с
debug-about = Что я о вас знаю
debug-title = 🔎 Что я о вас знаю
debug-account = Учётка
debug-person = Человек
debug-admin = администратор ServerEye
debug-chat = Чат
debug-chat-private = личный
debug-chat-group = группа
debug-language = Язык
debug-hub = Хаб
debug-servers = Серверы
debug-offline = не на связи
debug-protocol = протокол { $protocol }
`,
};
