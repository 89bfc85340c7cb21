/** /language: the language the bot speaks with a person. */
import { LANGUAGES, languageFor, translator } from "../translate.ts";
import { type Turn, text } from "../turn.ts";
import type { ButtonDeed, ChatCommand } from "./command.ts";

/** Each language's own name for itself. */
const NAMES = { en: "English", ru: "Русский" } as const;

export const language: ChatCommand = {
  name: "language",
  menu: "all",
  run: async (turn, typed) => {
    const wanted = typed.words[0]?.toLowerCase();
    if (wanted !== undefined) {
      const known = LANGUAGES.find((code) => wanted.startsWith(code) || NAMES[code].toLowerCase() === wanted);
      if (known !== undefined || wanted === "auto") return speak(turn, known ?? null);
    }
    await turn.show({
      blocks: [text(turn.t("language-which"))],
      buttons: [
        LANGUAGES.map((code) => ({
          label: NAMES[code],
          action: { kind: "do", what: "language", values: { language: code } },
          mine: true,
        })),
        [
          {
            label: turn.t("language-auto"),
            action: { kind: "do", what: "language", values: { language: "auto" } },
            mine: true,
          },
        ],
      ],
    });
  },
};

async function speak(turn: Turn, code: string | null): Promise<void> {
  await turn.deps.store.people.setLanguage(turn.actor.person.id, code);
  const t = translator(languageFor(code, turn.incoming.languageCode));
  await turn.show({ blocks: [text(t("language-done"))] });
}

export const languageDeed: ButtonDeed = (turn, { language = "auto" }) =>
  speak(turn, language === "auto" ? null : language);
