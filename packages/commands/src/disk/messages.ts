/** disk's words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
disk-about = Disk space and activity
disk-title = 💾 Disks · { $server }
disk-none = No disk of its own can be seen from here.
disk-hung = does not answer{ $type }
disk-unreadable = tells no size{ $type }
disk-free = { $free } free
disk-read-only = read-only
disk-remote = network
disk-layered-note = The root is layers over another disk, as in a container or a live system; its space is that disk's.
disk-memory-note = The root lies in memory: what is written there is gone after a restart.
disk-more = { $count ->
    [one] { $count } more filesystem
   *[other] { $count } more filesystems
  }, less full than these
disk-inodes = Inodes used
disk-inodes-of = { $share } of { NUMBER($total, maximumFractionDigits: 1) }{ $scale ->
    [mega] { " " }M
    [kilo] { " " }k
   *[one] { "" }
  }
disk-activity = Activity now
disk-device = Device
disk-read = Read
disk-write = Write
disk-busy = { $device } busy
disk-devices-more = { $count ->
    [one] { $count } quieter device
   *[other] { $count } quieter devices
  } not shown
disk-original = The Go agent tells space alone: no inodes, no activity.
measure-disk-used = Disk space used
measure-disk-inodes = Inodes used
measure-disk-busy = Disks busy
measure-disk-used-bytes = Disk space used, bytes
measure-disk-read = Read from disks
measure-disk-write = Written to disks
measure-disk-reads = Read operations
measure-disk-writes = Write operations
measure-disk-pressure = Waiting for disks
`,
  ru: `
disk-about = Место на дисках, активность
disk-title = 💾 Диски · { $server }
disk-none = Отсюда не видно ни одного своего диска.
disk-hung = не отвечает{ $type }
disk-unreadable = размер неизвестен{ $type }
disk-free = своб. { $free }
disk-read-only = только чтение
disk-remote = сеть
disk-layered-note = Корень — слои поверх другого диска, как в контейнере или live-системе; место указано по тому диску.
disk-memory-note = Корень в памяти: записанное пропадёт после перезагрузки.
disk-more = { $count ->
    [one] Ещё { $count } файловая система, заполнена
    [few] Ещё { $count } файловые системы, заполнены
   *[many] Ещё { $count } файловых систем, заполнены
  } меньше этих
disk-inodes = Занято inode
disk-inodes-of = { $share } из { NUMBER($total, maximumFractionDigits: 1) }{ $scale ->
    [mega] { " " }млн
    [kilo] { " " }тыс.
   *[one] { "" }
  }
disk-activity = Активность сейчас
disk-device = Диск
disk-read = Чтение
disk-write = Запись
disk-busy = { $device } занят
disk-devices-more = Не { $count ->
    [one] показано { $count } менее занятое устройство
    [few] показаны { $count } менее занятых устройства
   *[many] показано { $count } менее занятых устройств
  }
disk-original = Агент на Go знает только место: ни inode, ни активности.
measure-disk-used = Занято на дисках
measure-disk-inodes = Занято inode
measure-disk-busy = Занятость дисков
measure-disk-used-bytes = Занято на дисках, байты
measure-disk-read = Чтение с дисков
measure-disk-write = Запись на диски
measure-disk-reads = Операции чтения
measure-disk-writes = Операции записи
measure-disk-pressure = Ожидание дисков
`,
};
