/** Words about servers: the list, adding, renaming, removing, status. */
import type { Messages } from "@servereye/commands/hub";

export const serverMessages: Messages = {
  en: `
no-servers = You have no servers yet.
add-button = ➕ Add a server
servers-button = 🖥 My servers
status-button = 📡 Status
servers-about = Your servers
servers-title = 🖥 { $count ->
    [one] { $count } server
   *[other] { $count } servers
 }, { $online } online
servers-online = online
servers-offline = offline, last seen
servers-never = never connected
servers-unseen = not known: region { $region } is out of sight
servers-chosen = chosen
servers-no-match = None of your servers has “{ $filter }” in its name.
servers-filter = Shorter: /servers part-of-name
server-unknown = You have no server “{ $reference }”.
server-unknown-near = You have no server “{ $reference }”. Did you mean { $near }?
add-about = Add a server
add-title = ➕ Add a server
add-run = On the server, run this one line:
add-until = It works until
add-once = For one server, once.
add-other = Agent running already? It shows a code: /add CODE. Have its key? /add srv_… name
add-loopback = ⚠️ This hub is reached at a local address, so only this machine can use the line. Set SERVEREYE_PUBLIC_URL to the address other servers can reach.
add-plain = ⚠️ This hub is reached without TLS: on the way somebody could change what the line installs. Put a proxy with TLS in front and set SERVEREYE_PUBLIC_URL to its https address.
add-private = Write /add to me in private: the answer holds a secret.
add-not-understood = That is neither a pairing code (8 letters and digits) nor a key (srv_ and hex digits). Send /add alone for the install command.
add-key-malformed = That key is not whole: it is srv_ and 64 hex digits (an old Go agent's may have fewer, but 32).
add-key-short = A key of { $digits } digits is an old Go agent's. ServerEye's own have 64: if yours should, it was cut.
add-delete-yourself = ⚠️ I could not delete your message with the key. Please delete it yourself.
add-done = ✅ { $server } is added.
rename-server-about = Rename a server
rename-usage = So: /rename_server web-1 new-name
rename-taken = Another of your servers is called { $name }. Choose another name.
rename-done = ✅ { $old } is called { $name } now.
remove-server-about = Remove a server
remove-title = Remove { $server }?
remove-which = Server
remove-id = Id
remove-members = People who lose it
remove-means = Its history and everybody's access go. The machine itself is not touched.
remove-yes = Yes, remove { $server }
remove-done = ✅ { $server } is removed.
remove-agent-hint = Its agent is turned away from now on. Uninstall it on the machine when you like.
use-about = Choose a server for this chat
use-now = You use { $server } here. Another?
use-none = Which server shall I mean when you name none?
use-done = ✅ I mean { $server } when you name none.
use-hint = /use none forgets it.
use-forgot = ✅ Forgotten. I will ask which server you mean.
status-about = Online, and since when
status-title = 📡 Status · { $server }
status-state = State
status-online = online since
status-offline = offline, last seen
status-never = never connected
status-latency = Latency
status-ms = { NUMBER($ms, maximumFractionDigits: 1) } ms
status-not-measured = not measured yet
status-heartbeat = Last heartbeat
status-skew = Clock off by
status-skew-value = { NUMBER($seconds, maximumFractionDigits: 2) } s
status-agent = Agent
status-original = the old Go agent, polls
status-protocol = Protocol
status-system = System
status-policy = Allowed actions
status-policy-reading = reading only
status-region = Region
status-role = Your role
status-offline-hint = Is the machine up? On it: systemctl status servereye-agent
`,
  ru: `
no-servers = У вас пока нет серверов.
add-button = ➕ Добавить сервер
servers-button = 🖥 Мои серверы
status-button = 📡 Состояние
servers-about = Ваши серверы
servers-title = 🖥 { $count ->
    [one] { $count } сервер
    [few] { $count } сервера
   *[other] { $count } серверов
 }, на связи { $online }
servers-online = на связи
servers-offline = не на связи, был
servers-never = ещё не подключался
servers-unseen = неизвестно: регион { $region } не виден
servers-chosen = выбран
servers-no-match = Ни у одного вашего сервера нет «{ $filter }» в имени.
servers-filter = Короче: /servers часть-имени
server-unknown = У вас нет сервера «{ $reference }».
server-unknown-near = У вас нет сервера «{ $reference }». Может быть, { $near }?
add-about = Добавить сервер
add-title = ➕ Новый сервер
add-run = Выполните на сервере одну строку:
add-until = Она действует до
add-once = На один сервер, один раз.
add-other = Агент уже запущен? Он показывает код: /add КОД. Есть ключ? /add srv_… имя
add-loopback = ⚠️ Этот хаб доступен по местному адресу, строка годится только для этой машины. Задайте SERVEREYE_PUBLIC_URL: адрес, видный другим серверам.
add-plain = ⚠️ Этот хаб доступен без TLS: по пути могут подменить то, что поставит строка. Поставьте перед ним прокси с TLS и задайте SERVEREYE_PUBLIC_URL с https.
add-private = Напишите /add мне лично: в ответе секрет.
add-not-understood = Это не код (8 букв и цифр) и не ключ (srv_ и шестнадцатеричные цифры). Отправьте просто /add.
add-key-malformed = Ключ неполный: это srv_ и 64 шестнадцатеричные цифры (у старых агентов на Go бывает от 32).
add-key-short = Цифр в ключе: { $digits }, как у старых агентов на Go. У агентов ServerEye их 64: если и у вашего, ключ обрезан.
add-delete-yourself = ⚠️ Не удалось удалить ваше сообщение с ключом. Удалите его сами.
add-done = ✅ { $server } добавлен.
rename-server-about = Дать новое имя
rename-usage = Так: /rename_server web-1 новое-имя
rename-taken = Так уже называется другой ваш сервер: { $name }. Выберите другое имя.
rename-done = ✅ { $old } теперь называется { $name }.
remove-server-about = Убрать сервер
remove-title = Убрать { $server }?
remove-which = Сервер
remove-id = Номер
remove-members = Потеряют доступ
remove-means = Пропадут история и доступ всех участников. Сама машина не затрагивается.
remove-yes = Да, убрать { $server }
remove-done = ✅ { $server } убран.
remove-agent-hint = Его агент больше не принимается. Удалите его на машине, когда захотите.
use-about = Выбрать сервер для этого чата
use-now = Здесь выбран { $server }. Другой?
use-none = Какой сервер иметь в виду, если не назван?
use-done = ✅ Если сервер не назван, это { $server }.
use-hint = /use none отменяет выбор.
use-forgot = ✅ Выбор отменён. Буду спрашивать, какой сервер.
status-about = На связи ли и с каких пор
status-title = 📡 Состояние · { $server }
status-state = Связь
status-online = на связи с
status-offline = не на связи, был
status-never = ещё не подключался
status-latency = Задержка
status-ms = { NUMBER($ms, maximumFractionDigits: 1) } мс
status-not-measured = ещё не измерена
status-heartbeat = Последний сигнал
status-skew = Часы расходятся на
status-skew-value = { NUMBER($seconds, maximumFractionDigits: 2) } с
status-agent = Агент
status-original = старый агент на Go, опрашивает
status-protocol = Протокол
status-system = Система
status-policy = Разрешено
status-policy-reading = только чтение
status-region = Регион
status-role = Ваша роль
status-offline-hint = Машина включена? На ней: systemctl status servereye-agent
`,
};
