/** What readings about one container show alike: whose they are, that it does not run, where to go on. */
import type { View } from "@servereye/contract";
import type { ReplyButton, ReplyContext, Translate } from "../kit.ts";
import { ageText } from "../shown/ages.ts";
import { plainName } from "../shown/names.ts";
import type { Subject } from "./subject.ts";

/** `📋 web · attic`. */
export const subjectTitle = (mark: string, { name }: Subject, { server }: ReplyContext): string =>
  `${mark} ${plainName(name)} · ${plainName(server.name)}`;

/** The state in words, with how long: of one that is up or has ended. */
export function standingText(t: Translate, { state, age }: Subject): string {
  const word = t(`containers-${state}`);
  return age === undefined || state === "created" ? word : `${word} ${ageText(t, age)}`;
}

/** There is nothing to read of a container that does not run. */
export const lyingBlock = (t: Translate, subject: Subject): View["blocks"][number] => ({
  type: "text",
  text: [t("top-not-running", { state: standingText(t, subject) })],
});

const VIEWS = ["top", "stats_container", "inspect"] as const;

/** To its card, and to the other things that can be read of it. */
export function subjectButtons(t: Translate, { id }: Subject, here: (typeof VIEWS)[number]): ReplyButton[][] {
  const ask = { container: id };
  const others = VIEWS.filter((view) => view !== here).map((view) => ({
    label: t(`${view.replaceAll("_", "-")}-button`),
    command: view,
    ask,
  }));
  return [others, [{ label: t("top-card-button"), command: "containers", ask }]];
}
