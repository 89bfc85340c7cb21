/** The page's own few words, in English and Russian. What the bot says comes from the hub in the reader's language. */
import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

const english = `
connecting = connecting…
online = online
reconnecting = reconnecting…
sign-out = Sign out
log = Conversation
message = Message
placeholder = Message or /command
send = Send
commands = Commands
latest = Latest messages
typing = ServerEye is typing
empty-title = Ask your servers
empty-text = Tap a command below, or type / to see them all.
copy = Copy
copied = Copied
download = Download
file-gone = not kept any more: ask again
unit-byte = { $size } B
unit-kib = { $size } KiB
unit-mib = { $size } MiB
level-ok = fine
level-warn = warning
level-bad = critical
you = You
now = now
login-title = This page needs a login link
login-text = On the machine where ServerEye runs, make one:
login-once = It works once, for an hour. Open it here, or paste it:
login-field = Login link
login-button = Log in
login-busy = Logging in…
login-shape = This is not a login link. It looks like http://…/#login=…
ended = You were logged out. A new login link lets you back in.
fault-offline = The hub can not be reached. It will be tried again by itself.
fault-not-sent = Not sent: the hub can not be reached. Your text is still here.
fault-busy = Too much at once. Wait a moment and try again.
fault-hub = Something went wrong inside the hub. Its log says more.
fault-used = This login link was used already, or is older than an hour.
fault-tries = Too many wrong login links. Wait a minute.
fault-refused = The hub refused this: { $detail }
fault-copy = The browser did not allow to copy. Select the text instead.
`;

const russian = `
connecting = подключаюсь…
online = на связи
reconnecting = переподключаюсь…
sign-out = Выйти
log = Переписка
message = Сообщение
placeholder = Сообщение или /команда
send = Отправить
commands = Команды
latest = К последним сообщениям
typing = ServerEye печатает
empty-title = Спросите свои серверы
empty-text = Нажмите команду внизу или введите /, чтобы увидеть все.
copy = Копировать
copied = Скопировано
download = Скачать
file-gone = больше не хранится: спросите снова
unit-byte = { $size } Б
unit-kib = { $size } КиБ
unit-mib = { $size } МиБ
level-ok = в порядке
level-warn = внимание
level-bad = критично
you = Вы
now = сейчас
login-title = Нужна ссылка для входа
login-text = Создайте её на машине, где работает ServerEye:
login-once = Она действует один раз в течение часа. Откройте её здесь или вставьте:
login-field = Ссылка для входа
login-button = Войти
login-busy = Вхожу…
login-shape = Это не ссылка для входа. Она выглядит так: http://…/#login=…
ended = Сеанс завершён. Чтобы вернуться, нужна новая ссылка для входа.
fault-offline = Хаб недоступен. Попытки продолжатся сами.
fault-not-sent = Не отправлено: хаб недоступен. Текст остался в поле.
fault-busy = Слишком много сразу. Подождите немного и повторите.
fault-hub = Внутри хаба что-то сломалось. Подробности в его журнале.
fault-used = Эта ссылка уже использована или старше часа.
fault-tries = Слишком много неверных ссылок. Подождите минуту.
fault-refused = Хаб отказал: { $detail }
fault-copy = Браузер не разрешил копирование. Выделите текст сами.
`;

export const LANGUAGES = ["en", "ru"] as const;
export type Language = (typeof LANGUAGES)[number];

export type Say = (id: string, values?: Record<string, FluentVariable>) => string;

export const catalogues: Record<Language, string> = { en: english, ru: russian };

/** The first wanted language that there is; English otherwise. */
export function languageOf(...wanted: ReadonlyArray<string | undefined>): Language {
  for (const one of wanted) {
    const found = LANGUAGES.find((language) => one?.toLowerCase().split(/[-_]/)[0] === language);
    if (found !== undefined) return found;
  }
  return "en";
}

export function sayIn(language: Language): Say {
  const bundle = new FluentBundle(language, { useIsolating: false });
  bundle.addResource(new FluentResource(catalogues[language]));
  return (id, values) => {
    const pattern = bundle.getMessage(id)?.value;
    if (pattern === undefined || pattern === null) throw new Error(`no words for "${id}" in ${language}`);
    return bundle.formatPattern(pattern, values ?? {});
  };
}
