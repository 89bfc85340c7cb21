/** Words in the reader's language, from Fluent catalogues. */
import { FluentBundle, FluentResource } from "@fluent/bundle";
import {
  logMessages,
  type Messages,
  readings,
  sharedMessages,
  type Translate,
} from "@servereye/commands/hub";
import { historyMessages } from "../history/messages.ts";
import { accountMessages } from "./messages/account.ts";
import { chartMessages } from "./messages/charts.ts";
import { chatMessages } from "./messages/chat.ts";
import { containerMessages } from "./messages/containers.ts";
import { episodeMessages } from "./messages/episodes.ts";
import { faultMessages } from "./messages/faults.ts";
import { imageMessages } from "./messages/images.ts";
import { serverMessages } from "./messages/servers.ts";

export const LANGUAGES = ["en", "ru"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Every catalogue of this hub: the chat's own, and each command's. */
export const catalogues: readonly Messages[] = [
  chatMessages,
  accountMessages,
  serverMessages,
  faultMessages,
  containerMessages,
  episodeMessages,
  imageMessages,
  historyMessages,
  chartMessages,
  sharedMessages,
  logMessages,
  ...readings.map((reading) => reading.messages),
];

function bundleOf(language: Language): FluentBundle {
  // Isolation marks around values would be seen as odd boxes in some terminals, and names are cleaned anyway.
  const bundle = new FluentBundle(language, { useIsolating: false });
  for (const messages of catalogues) {
    const errors = bundle.addResource(new FluentResource(messages[language]));
    if (errors.length > 0) throw new Error(`message catalogue (${language}): ${errors.join("; ")}`);
  }
  return bundle;
}

const bundles: Record<Language, FluentBundle> = { en: bundleOf("en"), ru: bundleOf("ru") };

/** Keeps a number and its unit on one line of a narrow screen. */
const NO_BREAK = "\u00a0";

/** A translator. An id without a message is a defect of ours: it throws, and a test walks all ids. */
export function translator(language: Language): Translate {
  return (id, values) => {
    const pattern = bundles[language].getMessage(id)?.value;
    if (pattern === undefined || pattern === null) throw new Error(`no message "${id}" in ${language}`);
    const errors: Error[] = [];
    const text = bundles[language].formatPattern(pattern, values ?? {}, errors);
    if (errors.length > 0) throw new Error(`message "${id}" in ${language}: ${errors.join("; ")}`);
    return id.startsWith("unit-") ? text.replaceAll(" ", NO_BREAK) : text;
  };
}

export const hasMessage = (language: Language, id: string): boolean => bundles[language].hasMessage(id);

/** The language for a person: what they chose, else what their chat says, else English. */
export function languageFor(chosen: string | null, code: string | undefined): Language {
  for (const wanted of [chosen, code]) {
    const found = LANGUAGES.find((language) => wanted?.toLowerCase().split(/[-_]/)[0] === language);
    if (found !== undefined) return found;
  }
  return "en";
}
