/** The page's language, given to every part that shows words. */
import { createContext, useContext } from "react";
import { type Language, languageOf, type Say, sayIn } from "./words.ts";

export interface Tongue {
  language: Language;
  /** For times: the browser's own variant (en-GB) when it is of the page's language. */
  locale: string;
  say: Say;
}

export function tongueOf(chosen: string | undefined): Tongue {
  const language = languageOf(chosen || undefined, ...navigator.languages);
  const locale = navigator.languages.find((one) => languageOf(one) === language && one.startsWith(language));
  return { language, locale: locale ?? language, say: sayIn(language) };
}

export const TongueContext = createContext<Tongue>(tongueOf(undefined));
export const useTongue = (): Tongue => useContext(TongueContext);
