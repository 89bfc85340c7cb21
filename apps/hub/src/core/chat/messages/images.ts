/** Words about fetching images, and creating, updating and clearing up containers: what is asked first, and in between. */
import type { Messages } from "@servereye/commands/hub";

export const imageMessages: Messages = {
  en: `
help-images = Images, new containers
work-begins = ⏳ Asking { $server }…
work-policy = Its policy
work-card = 📦 The container
work-unanswered = ⚠️ { $server } does not answer just now ({ $code }). It goes on there; I try again.
work-lost = ❓ I do not know how it ended: the agent on { $server } knows of it no more. It has restarted, or it is long over.
work-lost-now = What is there now:
work-lost-none = There is no container { $name } on { $server } now.
pull-usage = So: /pull nginx:1.27, and the server's name if you have several.
pull-confirm = 📥 Fetch an image?
pull-means = Running containers are not touched.
pull-yes = Yes, fetch it
update-confirm = ⬆️ Update { $name }?
update-means =
    It fetches the newest image of this name, stops the container, and makes it anew with the same settings and volumes. If it does not become healthy, the old one is put back.
    What it wrote outside its volumes is lost.
update-yes = Yes, update { $name }
update-kept = 🛡 { $own ->
    [yes] The agent on { $server } runs in { $name }: it is not updated from here.
   *[no] { $server } protects { $name }: it is not updated.
 }
update-not = ⛔ { $name } can not be updated from here: { $reason ->
    [auto-remove] it goes away when it is stopped (--rm), and there would be nothing to go back to.
    [swarm] it belongs to a swarm service. Update that.
    [pod] it belongs to a pod.
    [self] the agent runs in it.
    [fixed] it was made from an image by its id or digest: nothing newer has that.
    [local] its image was built or loaded on this server and came from no registry.
    [shared] another container shares its network or processes.
   *[state] it is in no state for that.
 } Nothing was done.
prune-choose = { $choice ->
    [containers] 🧹 Stopped containers
    [dangling] 🧹 Images without a name
    [images] 🧹 All unused images
   *[networks] 🧹 Networks
 }
prune-confirm = { $choice ->
    [containers] 🧹 Remove { $count ->
        [one] { $count } stopped container
       *[other] { $count } stopped containers
    }?
    [networks] 🧹 Remove { $count ->
        [one] { $count } network
       *[other] { $count } networks
    }?
   *[images] 🧹 Remove { $count ->
        [one] { $count } image
       *[other] { $count } images
    }?
 }
prune-means = { $choice ->
    [containers] What they wrote outside their volumes goes with them. Those in use by then stay.
    [networks] Those in use by then stay.
   *[images] They can be fetched again where a registry has them. Those in use by then stay.
 }
prune-yes = Yes, remove { $count }
cancel-about = End what you are in the middle of
cancel-nothing = You are in the middle of nothing.
wizard-title = ✨ New container
wizard-server = On which server?
wizard-image = From which image? For example nginx:1.27 or ghcr.io/owner/app:2
wizard-name = What shall it be called?
wizard-ports =
    Which ports shall be open? One or several:
    8080:80 – the server's 8080 leads to its 80
    127.0.0.1:5432:5432 – only from the server itself
    53:53/udp
wizard-env =
    Which variables does it need? One a line: NAME=value
    The value is taken as it is. I delete your message and never show a value.
wizard-volumes =
    Where shall its data stay? One a line:
    data:/var/lib/app – a volume of Docker's
    /srv/site:/site:ro – a folder of the server, only to be read
wizard-restart = When shall Docker start it again?
wizard-so-far = So far
wizard-group = In a group I see only replies: reply to this message.
wizard-skip = Skip ▶
wizard-on = Next ▶
wizard-keep = Keep it ▶
wizard-clear = 🗑 None of these
wizard-back = ◀ Back
wizard-end = ✖ Cancel
wizard-again = 🔄 Ask again
wizard-name-yes = ✅ { $name }
wizard-summary = ✨ Create this container?
wizard-means = It is started at once. An image that is not there is fetched.
wizard-yes = ✅ Create { $name }
wizard-change = ✏️ { $step ->
    [server] Server
    [image] Image
    [name] Name
    [ports] Ports
    [env] Variables
    [volumes] Volumes
   *[restart] Restart
 }
wizard-none = none
wizard-hidden = { $names } (values hidden)
wizard-fact-image = Image
wizard-fact-name = Name
wizard-fact-ports = Ports
wizard-fact-env = Variables
wizard-fact-volumes = Volumes
wizard-fact-restart = Restart
wizard-fact-network = Network
wizard-fact-command = Command
wizard-fact-privileged = Privileged
wizard-fact-yes = yes: root on the server
wizard-fact-host = The server's own
wizard-fact-capabilities = Capabilities
wizard-fact-devices = Devices
wizard-ended = Cancelled. Nothing was created.
wizard-over = That is over or out of date. Nothing was done.
wizard-older = That is an older question: answer the newest.
wizard-press = Press Create, or what is to be changed.
wizard-to-summary = ◀ To the summary
wizard-steps = ✨ Step by step
wizard-usage = In one line it goes so:
wizard-delete-yourself = ⚠️ I could not delete your message with the values. Please delete it yourself.
wizard-wrong-image = “{ $typed }” names no image. It is name:tag, in small letters, perhaps with the registry before it.
wizard-wrong-name = “{ $typed }” can not be a name: two characters at least, letters, digits and _ . - only, a letter or digit first.
wizard-wrong-taken = { $name } is there already. Choose another name.
wizard-wrong-port = “{ $typed }” is no port. So: 8080:80, or 127.0.0.1:8080:80, or 53:53/udp
wizard-wrong-port-taken = { $port }: that port of the server is held by { $name }.
wizard-wrong-env = That is no variable. So: NAME=value, the name of letters, digits and _
wizard-wrong-env-value = There is no value: write NAME=value. From here I can not read the server's own variables.
wizard-wrong-env-long = That value is too long: 8192 characters at the most.
wizard-wrong-volume = “{ $typed }” is no volume. So: data:/var/lib/app, or /srv/site:/site:ro
wizard-wrong-restart = “{ $typed }” is none of: unless-stopped, always, on-failure, no
wizard-wrong-many = That is too many: { $most } at the most.
wizard-wrong-namespace = “{ $typed }”: only “host” is understood there.
wizard-wrong-network = “{ $typed }” names no network.
wizard-wrong-capability = “{ $typed }” names no capability. So: --cap-add NET_ADMIN
wizard-wrong-device = “{ $typed }” names no device. So: --device /dev/ttyUSB0
wizard-wrong-quote = A quote ({ $quote }) is not closed.
wizard-wrong-value = { $option } needs a value behind it.
wizard-wrong-option = I do not know the option { $option }.
wizard-wrong-option-near = I do not know the option { $option }. Did you mean { $near }?
wizard-wrong-no-image = There is no image in it.
`,
  ru: `
help-images = Образы, новые контейнеры
work-begins = ⏳ Прошу { $server }…
work-policy = Правило там
work-card = 📦 Контейнер
work-unanswered = ⚠️ { $server } сейчас не отвечает ({ $code }). Работа там идёт; я пробую снова.
work-lost = ❓ Не знаю, чем это кончилось: агент на { $server } об этом больше не знает. Он перезапущен, или всё давно закончено.
work-lost-now = Что там есть сейчас:
work-lost-none = Контейнера { $name } на { $server } сейчас нет.
pull-usage = Так: /pull nginx:1.27, и имя сервера, если их несколько.
pull-confirm = 📥 Скачать образ?
pull-means = Работающие контейнеры не затрагиваются.
pull-yes = Да, скачать
update-confirm = ⬆️ Обновить { $name }?
update-means =
    Скачаю самый новый образ с этим именем, остановлю контейнер и создам его заново с теми же настройками и томами. Если он не станет здоровым, вернётся старый.
    Что записано вне томов, пропадёт.
update-yes = Да, обновить { $name }
update-kept = 🛡 { $own ->
    [yes] Агент на { $server } работает в { $name }: отсюда он не обновляется.
   *[no] { $server } защищает { $name }: он не обновляется.
 }
update-not = ⛔ { $name } отсюда не обновить: { $reason ->
    [auto-remove] он исчезает при остановке (--rm), и вернуться будет не к чему.
    [swarm] он принадлежит службе swarm. Обновите её.
    [pod] он принадлежит поду.
    [self] в нём работает агент.
    [fixed] он создан из образа по номеру или дайджесту: новее такого не бывает.
    [local] его образ собран или загружен прямо на сервере, а не взят из реестра.
    [shared] его сеть или процессы делит другой контейнер.
   *[state] он не в том состоянии.
 } Ничего не сделано.
prune-choose = { $choice ->
    [containers] 🧹 Стоящие контейнеры
    [dangling] 🧹 Образы без имени
    [images] 🧹 Все лишние образы
   *[networks] 🧹 Сети
 }
prune-confirm = { $choice ->
    [containers] 🧹 Удалить { $count ->
        [one] { $count } стоящий контейнер
        [few] { $count } стоящих контейнера
       *[other] { $count } стоящих контейнеров
    }?
    [networks] 🧹 Удалить { $count ->
        [one] { $count } сеть
        [few] { $count } сети
       *[other] { $count } сетей
    }?
   *[images] 🧹 Удалить { $count ->
        [one] { $count } образ
        [few] { $count } образа
       *[other] { $count } образов
    }?
 }
prune-means = { $choice ->
    [containers] Что они записали вне томов, пропадёт. Те, что к тому времени заняты, останутся.
    [networks] Те, что к тому времени заняты, останутся.
   *[images] Их можно скачать снова, если они есть в реестре. Те, что к тому времени заняты, останутся.
 }
prune-yes = Да, удалить { $count }
cancel-about = Прервать начатое
cancel-nothing = Прерывать нечего.
wizard-title = ✨ Новый контейнер
wizard-server = На каком сервере?
wizard-image = Из какого образа? Например nginx:1.27 или ghcr.io/owner/app:2
wizard-name = Как его назвать?
wizard-ports =
    Какие порты открыть? Один или несколько:
    8080:80 – 8080 сервера ведёт на его 80
    127.0.0.1:5432:5432 – только с самого сервера
    53:53/udp
wizard-env =
    Какие переменные ему нужны? По одной в строке: ИМЯ=значение
    Значение беру как есть. Ваше сообщение удалю и значений нигде не покажу.
wizard-volumes =
    Где хранить его данные? По одному в строке:
    data:/var/lib/app – том Docker
    /srv/site:/site:ro – папка сервера, только чтение
wizard-restart = Когда Docker запускает его снова?
wizard-so-far = Уже есть
wizard-group = В группе я вижу только ответы: ответьте на это сообщение.
wizard-skip = Пропустить ▶
wizard-on = Дальше ▶
wizard-keep = Оставить ▶
wizard-clear = 🗑 Ничего из этого
wizard-back = ◀ Назад
wizard-end = ✖ Отмена
wizard-again = 🔄 Спросить снова
wizard-name-yes = ✅ { $name }
wizard-summary = ✨ Создать этот контейнер?
wizard-means = Он сразу запускается. Образ, которого нет, скачивается.
wizard-yes = ✅ Создать { $name }
wizard-change = ✏️ { $step ->
    [server] Сервер
    [image] Образ
    [name] Имя
    [ports] Порты
    [env] Переменные
    [volumes] Тома
   *[restart] Перезапуск
 }
wizard-none = нет
wizard-hidden = { $names } (значения скрыты)
wizard-fact-image = Образ
wizard-fact-name = Имя
wizard-fact-ports = Порты
wizard-fact-env = Переменные
wizard-fact-volumes = Тома
wizard-fact-restart = Перезапуск
wizard-fact-network = Сеть
wizard-fact-command = Команда
wizard-fact-privileged = Привилегии
wizard-fact-yes = да: это root на сервере
wizard-fact-host = Общее с сервером
wizard-fact-capabilities = Возможности
wizard-fact-devices = Устройства
wizard-ended = Отменено. Ничего не создано.
wizard-over = Это уже закончено или устарело. Ничего не сделано.
wizard-older = Это прежний вопрос: ответьте на последний.
wizard-press = Нажмите «Создать» или то, что изменить.
wizard-to-summary = ◀ К итогу
wizard-steps = ✨ По шагам
wizard-usage = Одной строкой так:
wizard-delete-yourself = ⚠️ Не удалось удалить ваше сообщение со значениями. Удалите его сами.
wizard-wrong-image = «{ $typed }» не образ. Это имя:метка строчными буквами, при нужде с реестром впереди.
wizard-wrong-name = «{ $typed }» не годится в имена: не меньше двух знаков, латинские буквы, цифры и _ . -, первой буква или цифра.
wizard-wrong-taken = { $name } уже есть. Выберите другое имя.
wizard-wrong-port = «{ $typed }» не порт. Так: 8080:80, или 127.0.0.1:8080:80, или 53:53/udp
wizard-wrong-port-taken = { $port }: этот порт сервера занят контейнером { $name }.
wizard-wrong-env = Это не переменная. Так: ИМЯ=значение, в имени латинские буквы, цифры и _
wizard-wrong-env-value = Нет значения: пишите ИМЯ=значение. Переменные самого сервера отсюда не прочитать.
wizard-wrong-env-long = Значение слишком длинное: не больше 8192 знаков.
wizard-wrong-volume = «{ $typed }» не том. Так: data:/var/lib/app или /srv/site:/site:ro
wizard-wrong-restart = «{ $typed }» не из этих: unless-stopped, always, on-failure, no
wizard-wrong-many = Слишком много: не больше { $most }.
wizard-wrong-namespace = «{ $typed }»: там понятно только «host».
wizard-wrong-network = «{ $typed }» не сеть.
wizard-wrong-capability = «{ $typed }» не возможность. Так: --cap-add NET_ADMIN
wizard-wrong-device = «{ $typed }» не устройство. Так: --device /dev/ttyUSB0
wizard-wrong-quote = Кавычка ({ $quote }) не закрыта.
wizard-wrong-value = После { $option } нужно значение.
wizard-wrong-option = Не знаю параметра { $option }.
wizard-wrong-option-near = Не знаю параметра { $option }. Может быть, { $near }?
wizard-wrong-no-image = Здесь нет образа.
`,
};
