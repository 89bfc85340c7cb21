/** Words for every fault: what happened, to which server, what to do. One id for each code. */
import type { Messages } from "@servereye/commands/hub";

export const faultMessages: Messages = {
  en: `
fault-some-server = the server
fault-acted-unknown = ❓ I do not know whether that was done on { $server }: it was asked, and no clear answer came. Look before you ask again.
fault-since = Last seen
fault-until = Until
fault-sensor-not-found = 🌡 { $server } shows no temperature. { $silent ->
    [0] Its kernel has no sensor, which is usual for virtual machines. On real hardware load the driver: sensors-detect (package lm-sensors) finds it.
   *[other] It has sensors ({ $silent }), but none gives a sensible value just now.
 }
fault-permission-denied = ⛔ The agent on { $server } may not read that. Give the user servereye access to it, or run the agent as root.
fault-command-timeout = ⏱ { $by ->
    [agent] { $server } answered that /{ $command } took it too long. Try again in a moment.
   *[other] { $server } did not answer /{ $command } within { NUMBER($seconds, maximumFractionDigits: 1) } s. It may be very busy, or just gone: see /status.
 }
fault-invalid-command = The agent on { $server } did not understand /{ $command }. Is it older than this hub? See /status.
fault-container-not-found = There is no such container on { $server }.
fault-container-action-failed = The container engine on { $server } refused: { $reason }
fault-container-changed = ✋ Nothing was done: { $name } on { $server } is “{ $is }” by now, and was “{ $was }” when you saw it.
fault-container-protected = 🛡 { $server } protects { $name }: { $how ->
    [list] it is listed in SERVEREYE_AGENT_PROTECT there.
    [self] the agent itself runs in it, and would end with it.
   *[other] by its label servereye.protect=true.
 } Nothing was done.
fault-job-unknown = The agent on { $server } does not know of that work any more: it has restarted, or it is long over.
fault-image-unavailable = { $why ->
    [absent] The registry has no image { $image }, or wants credentials for it.
    [denied] The registry does not give { $image } without other credentials.
    [unreachable] { $server } can not reach the registry of { $image }.
    [full] There is no room on { $server } for { $image }.
    [slow] The registry of { $image } sent too little for too long.
   *[other] { $image } can not be fetched.
 } { $login ->
    [none] { $why ->
        [absent] If it is private: docker login on { $server }, as the agent's user.
        [denied] Docker login on { $server }, as the agent's user.
       *[other] {""}
    }
    [helper] The credentials for it are kept by a helper program there, which the agent does not run.
   *[other] {""}
 }
   { $reason }
fault-docker-unavailable = 🐳 { $reason ->
    [absent] No Docker answers on { $server }, at { $address }. Start it there: systemctl start docker. If it listens elsewhere (rootless Docker, Podman, a socket proxy), name that place to the agent{ $where ->
        [file] , in { $file }
       *[other] {""}
    }: SERVEREYE_AGENT_DOCKER_HOST=unix:///… or tcp://…, and restart it.
    [denied] The agent on { $server } may not use Docker, at { $address }. To allow it, run on that server: { $line } { $restart ->
        [service] {""}
        [hub] – then log in there anew, and start ServerEye again.
       *[other] – then log in there anew, and start the agent again.
    }
       Know what you give: whoever may use Docker's socket is as good as root there. What chat may do stays what SERVEREYE_AGENT_ALLOW lists. Rootless Docker, Podman or a socket proxy give less: name it by SERVEREYE_AGENT_DOCKER_HOST.
    [proxied] What listens for the agent on { $server }, at { $address }, does not let it in. A socket proxy must allow at least /version, /containers and /events.
    [silent] Docker on { $server } did not answer in time, at { $address }. It may be very busy: try again in a moment. If it stays so, look there: journalctl -u docker.
    [lost] Docker on { $server } went away in the middle of its answer, at { $address }. It may be restarting: try again in a moment.
    [odd] What answers on { $server } at { $address } is no Docker that I can talk to: it is older than 20.10, or something else. Check SERVEREYE_AGENT_DOCKER_HOST there; the agent's log says what it was.
   *[other] The agent on { $server } can not reach Docker.
 }
fault-server-offline = 🔴 { $server } is offline.
fault-server-unknown = There is no such server among yours. See /servers.
fault-policy-refused = ⛔ { $server } does not allow that: its own policy decides{ $empty ->
    [yes] , and its SERVEREYE_AGENT_ALLOW allows nothing (set but empty, or “none”)
   *[no] {""}
 }. Nothing was done. To allow it, set on that server, in { $where ->
    [file] { $file }:
    [environment] the environment of its agent:
   *[other] /etc/servereye/agent.env (or wherever its agent has its settings from):
 } { $line } — and then { $restart ->
    [service] run: systemctl restart servereye-agent
    [hub] start ServerEye there again.
    [agent] start the agent there again.
   *[other] run: systemctl restart servereye-agent (or start ServerEye there again).
 }
fault-confirmation-expired = That confirmation has expired. Nothing was changed. Ask again.
fault-rate-limited = Too many tries. Please wait.
fault-rate-limited-person = That is a little fast for me. Again in { $seconds } s, please.
fault-store-unavailable = ⚠️ My database can not be reached right now. Nothing was changed; I try on by myself. Please repeat this in a minute.
fault-broker-unavailable = ⚠️ { $regions ->
    [0] I can not reach my agents right now.
   *[other] I can not reach region { $regions } right now, and { $server } may be there.
 } Nothing was changed; I try on by myself. Please repeat this in a minute.
fault-unsupported = { $agent ->
    [original] { $command ->
        [containers] The old Go agent on { $server } does not do that with containers.
       *[other] { $server } can not do /{ $command }: it has the old Go agent, which does not know that. ServerEye's own agent does: /add.
    }
   *[other] { $command ->
        [containers] The agent on { $server } does not do containers yet.
       *[other] { $server } can not do /{ $command }: its agent or system does not support it.
    }
 }
fault-not-allowed = That is not yours to do, or it belongs to somebody already. Nothing was changed.
fault-token-invalid = That code was used already, has expired, or is mistyped. Look at the agent's screen, or send /add for a new line.
fault-name-invalid = A name is 1 to 40 letters, digits, spaces and . _ - ( ), and not only digits.
fault-proof-invalid = { $server } could not prove who it is. It is not let in.
fault-protocol-unsupported = The agent on { $server } speaks a protocol this hub does not. Update the older of the two.
fault-frame-invalid = The agent on { $server } sent something that makes no sense. It is disconnected and dials again.
fault-command-expired = { $server } got the question too late and did not act on it. Try again.
fault-command-replayed = { $server } had that very question already and did not act on it twice.
fault-agent-busy = { $doing ->
    [0] { $server } has too many questions open. Try again in a moment.
   *[other] Something ({ $doing }) is being done to this very container on { $server } right now. Nothing else was; look, and ask again when it is over.
 }
fault-agent-failed = ⚠️ The agent on { $server } failed at /{ $command } { $told ->
    [0] and did not say why.
   *[other] and says: “{ $reason }”
 }
fault-answer-invalid = ⚠️ I could not understand what the agent on { $server } answered to /{ $command }. Is one of us too old? See /status.
fault-channel-unreachable = I could not bring the answer here: the chat did not take it. Please ask again.
fault-internal = Something went wrong inside ServerEye. It is in the hub's log. Nothing was acted on.
`,
  ru: `
fault-some-server = сервер
fault-acted-unknown = ❓ Не знаю, сделано ли это на { $server }: просьба ушла, а ясного ответа нет. Посмотрите, прежде чем просить снова.
fault-since = Был на связи
fault-until = До
fault-sensor-not-found = 🌡 { $server } не показывает температуру. { $silent ->
    [0] Ядро не видит датчиков, для виртуальных машин это обычно. На железе загрузите драйвер: его найдёт sensors-detect (пакет lm-sensors).
   *[other] Датчики есть ({ $silent }), но ни один не даёт осмысленного значения.
 }
fault-permission-denied = ⛔ Агенту на { $server } нельзя это читать. Дайте доступ пользователю servereye или запускайте агента от root.
fault-command-timeout = ⏱ { $by ->
    [agent] { $server } ответил, что не успел выполнить /{ $command }. Повторите чуть позже.
   *[other] { $server } не ответил на /{ $command } за { NUMBER($seconds, maximumFractionDigits: 1) } с. Он очень занят или только что пропал: см. /status.
 }
fault-invalid-command = Агент на { $server } не понял /{ $command }. Может быть, он старше хаба? См. /status.
fault-container-not-found = На { $server } нет такого контейнера.
fault-container-action-failed = Docker на { $server } отказал: { $reason }
fault-container-changed = ✋ Ничего не сделано: { $name } на { $server } теперь «{ $is }», а вы видели «{ $was }».
fault-container-protected = 🛡 { $server } защищает { $name }: { $how ->
    [list] он перечислен там в SERVEREYE_AGENT_PROTECT.
    [self] в нём работает сам агент и остановится вместе с ним.
   *[other] на нём метка servereye.protect=true.
 } Ничего не сделано.
fault-job-unknown = Агент на { $server } об этой работе уже не знает: он перезапущен, или она давно закончена.
fault-image-unavailable = { $why ->
    [absent] В реестре нет образа { $image }, или он закрыт.
    [denied] Реестр не отдаёт { $image } без других учётных данных.
    [unreachable] { $server } не достаёт до реестра образа { $image }.
    [full] На { $server } нет места для { $image }.
    [slow] Реестр образа { $image } слишком долго почти ничего не присылал.
   *[other] Образ { $image } не получить.
 } { $login ->
    [none] { $why ->
        [absent] Если он закрытый: docker login на { $server } от пользователя агента.
        [denied] Нужен docker login на { $server } от пользователя агента.
       *[other] {""}
    }
    [helper] Учётные данные к нему хранит там программа-помощник, а её агент не запускает.
   *[other] {""}
 }
   { $reason }
fault-docker-unavailable = 🐳 { $reason ->
    [absent] На { $server } никто не отвечает по адресу Docker: { $address }. Запустите его там: systemctl start docker. Если он слушает в другом месте (rootless Docker, Podman, прокси сокета), укажите его агенту{ $where ->
        [file] {" "}в { $file }
       *[other] {""}
    }: SERVEREYE_AGENT_DOCKER_HOST=unix:///… или tcp://… — и перезапустите агента.
    [denied] Агенту на { $server } нельзя пользоваться Docker: { $address }. Чтобы разрешить, выполните на том сервере: { $line } { $restart ->
        [service] {""}
        [hub] – потом войдите там заново и перезапустите ServerEye.
       *[other] – потом войдите там заново и перезапустите агента.
    }
       Знайте, что даёте: доступ к сокету Docker — это всё равно что root там. Что можно из чата, по-прежнему решает список SERVEREYE_AGENT_ALLOW. Rootless Docker, Podman или прокси сокета дают меньше: укажите их в SERVEREYE_AGENT_DOCKER_HOST.
    [proxied] То, к чему агент на { $server } обращается по адресу { $address }, его не пускает. Прокси сокета должен разрешать хотя бы /version, /containers и /events.
    [silent] Docker на { $server } не ответил вовремя: { $address }. Может быть, он очень занят: повторите чуть позже. Если так и останется, посмотрите там: journalctl -u docker.
    [lost] Docker на { $server } пропал посреди ответа: { $address }. Может быть, он перезапускается: повторите чуть позже.
    [odd] То, что отвечает на { $server } по адресу { $address }, — не Docker, с которым я умею говорить: он старше 20.10 или это вовсе другое. Проверьте там SERVEREYE_AGENT_DOCKER_HOST; чем это было, сказано в журнале агента.
   *[other] Агент на { $server } не достаёт до Docker.
 }
fault-server-offline = 🔴 { $server } не на связи.
fault-server-unknown = Такого сервера среди ваших нет. Список: /servers.
fault-policy-refused = ⛔ { $server } этого не разрешает: решает его собственная политика{ $empty ->
    [yes] , а SERVEREYE_AGENT_ALLOW там не разрешает ничего (задан пустым или «none»)
   *[no] {""}
 }. Ничего не сделано. Чтобы разрешить, задайте на этом сервере, в { $where ->
    [file] { $file }:
    [environment] окружении его агента:
   *[other] /etc/servereye/agent.env (или там, откуда его агент берёт настройки):
 } { $line } — и затем { $restart ->
    [service] выполните: systemctl restart servereye-agent
    [hub] перезапустите там ServerEye.
    [agent] перезапустите там агента.
   *[other] выполните: systemctl restart servereye-agent (или перезапустите там ServerEye).
 }
fault-confirmation-expired = Срок подтверждения истёк. Ничего не изменилось. Спросите ещё раз.
fault-rate-limited = Слишком много попыток. Подождите, пожалуйста.
fault-rate-limited-person = Чуть медленнее, пожалуйста. Ещё раз через { $seconds } с.
fault-store-unavailable = ⚠️ Моя база данных сейчас недоступна. Ничего не изменилось; я пробую дальше. Повторите через минуту.
fault-broker-unavailable = ⚠️ { $regions ->
    [0] Я сейчас не достаю до агентов.
   *[other] Я сейчас не достаю до региона { $regions }, а { $server } может быть там.
 } Ничего не изменилось; я пробую дальше. Повторите через минуту.
fault-unsupported = { $agent ->
    [original] { $command ->
        [containers] Старый агент на Go на { $server } этого с контейнерами не умеет.
       *[other] { $server } не умеет /{ $command }: там старый агент на Go, он этого не знает. Агент ServerEye умеет: /add.
    }
   *[other] { $command ->
        [containers] Агент на { $server } пока не работает с контейнерами.
       *[other] { $server } не умеет /{ $command }: его агент или система этого не поддерживает.
    }
 }
fault-not-allowed = Это не ваше право, или это уже чьё-то. Ничего не изменилось.
fault-token-invalid = Код уже использован, просрочен или набран с ошибкой. Посмотрите на экран агента или отправьте /add.
fault-name-invalid = Имя: от 1 до 40 букв, цифр, пробелов и . _ - ( ), и не только цифры.
fault-proof-invalid = { $server } не смог доказать, кто он. Он не принят.
fault-protocol-unsupported = Агент на { $server } говорит на протоколе, которого хаб не знает. Обновите того, кто старше.
fault-frame-invalid = Агент на { $server } прислал бессмыслицу. Связь закрыта, он дозвонится снова.
fault-command-expired = { $server } получил вопрос слишком поздно и ничего не сделал. Повторите.
fault-command-replayed = { $server } уже получал этот самый вопрос и дважды не действовал.
fault-agent-busy = { $doing ->
    [0] У { $server } слишком много вопросов сразу. Повторите чуть позже.
   *[other] С этим самым контейнером на { $server } прямо сейчас что-то делают ({ $doing }). Больше ничего не сделано; посмотрите и повторите, когда закончится.
 }
fault-agent-failed = ⚠️ Агент на { $server } не справился с /{ $command } { $told ->
    [0] и не сказал почему.
   *[other] и пишет: «{ $reason }»
 }
fault-answer-invalid = ⚠️ Ответ агента на { $server } на /{ $command } понять не удалось. Может быть, он или хаб устарел: см. /status.
fault-channel-unreachable = Не удалось доставить сюда ответ: чат его не принял. Спросите ещё раз.
fault-internal = Внутри ServerEye что-то пошло не так. Это в журнале хаба. Ничего не сделано.
`,
};
