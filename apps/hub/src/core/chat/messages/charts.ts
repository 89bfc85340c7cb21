/** Words of charts as messages: which is meant, what there is not, and the buttons. */
import type { Messages } from "@servereye/commands/hub";

export const chartMessages: Messages = {
  en: `
chart-about = Any measure over time, as a picture
chart-synonyms = net=network mem=memory ram=memory proc=processes traffic=network processor=cpu temperature=temp space=disk containers=container docker=container
chart-which = A chart of what? Or type it: /chart disk 7d web-1
chart-span = { $unit ->
    [m] { $count } min
    [d] { $count } d
    [w] { $count } wk
    [y] { $count } y
   *[h] { $count } h
 }
chart-all = All
chart-now = ↩ Now
chart-since = Measured since
chart-worst = { $shown ->
    [one] Shown is the worst or busiest one of { $of }: the others by their buttons.
   *[other] Shown are the { $shown } worst or busiest of { $of }: the others by their buttons.
 }
chart-newest = { $server }: nothing in this time. The newest number is of
chart-not-then = { $server }: nothing in this time.
chart-unmeasured = { $server } does not measure this. What it has: { $has }.
chart-never-online = Nothing from { $server } yet. From now on there is a number every 10 s or so: look again in a minute. If there is none by then, its agent is older than this and wants an update.
chart-never-offline = Nothing from { $server } yet: there will be from when its agent is connected.
chart-never-original = { $server } has an agent of the Go original, which measures nothing over time. ServerEye's own does.
chart-unknown = I know no measure “{ $what }”. What there is:
chart-unknown-near = I know no measure “{ $what }”. Did you mean { $near }?
chart-thing-which = { $server } has no “{ $what }” here, or several. Which one?
chart-thing-none = { $server } has no “{ $what }” here, and nothing like it was measured.
export-about = All measures of a time as a CSV file
export-none = Nothing was measured on { $server } in { $span }.
export-done = { $server }, { $span }: { $columns ->
    [one] one column
   *[other] { $columns } columns
 }, { $rows ->
    [one] one line
   *[other] { $rows } lines
 }, one each { $step } s: its average. Times are UTC.
export-cut = That is the beginning: the whole is too large. Take a shorter time.
overview-about = All your servers at a glance
overview-title = 👁 Servers: { $online } of { $all } online
overview-cpu = CPU
overview-memory = Memory
overview-disk = Disk
overview-nothing = Online; no numbers of late.
top-servers-about = Which server has most of a measure
top-servers-title = 🏆 { $measure }
top-servers-none = No server has sent a number of this in the last minutes.
top-servers-silent = { $count ->
    [one] One server has no number of this of late.
   *[other] { $count } servers have no number of this of late.
 }
`,
  ru: `
chart-about = Любой показатель за время, картинкой
chart-synonyms = цпу=cpu процессор=cpu память=memory озу=memory диск=disk диски=disk место=disk сеть=network трафик=network температура=temp процессы=processes контейнер=container контейнеры=container аптайм=uptime подкачка=memory.swap_usage нагрузка=cpu.load1
chart-which = График чего? Или напишите: /chart disk 7d web-1
chart-span = { $unit ->
    [m] { $count } мин
    [d] { $count } д
    [w] { $count } нед
    [y] { $count } г
   *[h] { $count } ч
 }
chart-all = Все
chart-now = ↩ Сейчас
chart-since = Измеряется с
chart-worst = { $shown ->
    [one] Показан { $shown } из { $of }, худший или самый занятый: остальные по кнопкам.
    [few] Показаны { $shown } из { $of }, худшие или самые занятые: остальные по кнопкам.
   *[many] Показаны { $shown } из { $of }, худшие или самые занятые: остальные по кнопкам.
 }
chart-newest = { $server }: за это время ничего. Последнее измерение:
chart-not-then = { $server }: за это время ничего.
chart-unmeasured = { $server } этого не измеряет. Есть: { $has }.
chart-never-online = От { $server } пока ничего. Теперь числа приходят примерно раз в 10 с: посмотрите через минуту. Если и тогда пусто, агент старый и его пора обновить.
chart-never-offline = От { $server } пока ничего: появится, когда подключится его агент.
chart-never-original = На { $server } агент оригинала на Go, он ничего не измеряет за время. Агент ServerEye измеряет.
chart-unknown = Не знаю показателя «{ $what }». Есть такие:
chart-unknown-near = Не знаю показателя «{ $what }». Может быть, { $near }?
chart-thing-which = На { $server } нет «{ $what }» или таких несколько. Что именно?
chart-thing-none = На { $server } нет «{ $what }», и похожего не измерялось.
export-about = Все показатели за время файлом CSV
export-none = На { $server } за { $span } ничего не измерено.
export-done = { $server }, { $span }: { $columns ->
    [one] { $columns } столбец
    [few] { $columns } столбца
   *[many] { $columns } столбцов
 }, { $rows ->
    [one] { $rows } строка
    [few] { $rows } строки
   *[many] { $rows } строк
 }, каждая — среднее за { $step } с. Время UTC.
export-cut = Это начало: целиком слишком много. Возьмите время короче.
overview-about = Все ваши серверы сразу
overview-title = 👁 Серверы: { $online } из { $all } на связи
overview-cpu = Процессор
overview-memory = Память
overview-disk = Диск
overview-nothing = На связи; свежих чисел нет.
top-servers-about = У какого сервера показатель больше всех
top-servers-title = 🏆 { $measure }
top-servers-none = За последние минуты ни один сервер этого не прислал.
top-servers-silent = { $count ->
    [one] { $count } сервер свежих чисел не прислал.
    [few] { $count } сервера свежих чисел не прислали.
   *[many] { $count } серверов свежих чисел не прислали.
 }
`,
};
