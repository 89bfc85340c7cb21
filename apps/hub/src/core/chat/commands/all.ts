/** Every chat command and every stored deed, by name: one line each. */

import { chartCommand, chartDeeds } from "../charts/command.ts";
import { exportCommand } from "../charts/export.ts";
import { cancelDeed } from "../confirm.ts";
import { containerCommands, containerDeeds } from "../containers/commands.ts";
import { projectCommands, projectDeeds } from "../containers/projects.ts";
import { watchCommand, watchDeeds } from "../containers/watch.ts";
import { pruneCommand, pruneDeeds } from "../images/prune.ts";
import { pullCommand, pullDeeds } from "../images/pull.ts";
import { updateCommand, updateDeeds } from "../images/update.ts";
import { liveStopDeed } from "../live.ts";
import { liveReadingDeed } from "../live-reading.ts";
import { logsCommand, logsDeeds } from "../logs/command.ts";
import { overviewCommand, overviewDeeds } from "../overview/overview.ts";
import { topServersCommand } from "../overview/top-servers.ts";
import { pick } from "../pick.ts";
import { cancelCommand, createCommand, wizardDeeds } from "../wizard/create.ts";
import { workLookDeed } from "../work.ts";
import { add } from "./add.ts";
import { audit, auditPageDeed } from "./audit.ts";
import type { ButtonDeed, ChatCommand } from "./command.ts";
import { debug } from "./debug.ts";
import { help } from "./help.ts";
import { invite } from "./invite.ts";
import { language, languageDeed } from "./language.ts";
import { memberAskDeed, memberRevokeDeed, members, membersPageDeed } from "./members.ts";
import { prometheus } from "./prometheus.ts";
import { remove, removeDeed } from "./remove.ts";
import { rename } from "./rename.ts";
import { servers } from "./servers.ts";
import { start } from "./start.ts";
import { stats } from "./stats.ts";
import { use, useDeed } from "./use.ts";

const own = [
  start,
  help,
  add,
  servers,
  rename,
  remove,
  use,
  members,
  audit,
  invite,
  prometheus,
  language,
  stats,
  debug,
  chartCommand,
  exportCommand,
  overviewCommand,
  topServersCommand,
  logsCommand,
  watchCommand,
];

const imageCommands = [pullCommand, createCommand, updateCommand, pruneCommand, cancelCommand];

export const chatCommands: ReadonlyMap<string, ChatCommand> = new Map(
  [...own, ...containerCommands, ...projectCommands, ...imageCommands].map((command) => [
    command.name,
    command,
  ]),
);

const pickPage: ButtonDeed = (turn, { command = "", ask = "{}", reference = "", page = "1" }) =>
  turn.show(pick(turn, { command, ask: JSON.parse(ask), reference, page: Number(page) }));

export const deeds: ReadonlyMap<string, ButtonDeed> = new Map([
  ["pick.page", pickPage],
  ["use", useDeed],
  ["language", languageDeed],
  ["server.remove", removeDeed],
  ["members.page", membersPageDeed],
  ["audit.page", auditPageDeed],
  ["member.ask", memberAskDeed],
  ["member.revoke", memberRevokeDeed],
  ["cancel", cancelDeed],
  ["reading.live", liveReadingDeed],
  ["live.stop", liveStopDeed],
  ...chartDeeds,
  ...overviewDeeds,
  ...containerDeeds,
  ...logsDeeds,
  ...watchDeeds,
  ...projectDeeds,
  ["job.look", workLookDeed],
  ...pullDeeds,
  ...updateDeeds,
  ...pruneDeeds,
  ...wizardDeeds,
]);

/** Deeds that tell the person who pressed themselves; for all others the press is answered before they begin. */
export const deedsThatAnswer: ReadonlySet<string> = new Set(["live.stop", "wizard"]);
