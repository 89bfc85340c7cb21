/** A translator for tests: Fluent as the hub uses it, but an id or value that is missing fails at once. */
import { FluentBundle, FluentResource } from "@fluent/bundle";
import type { Messages, Translate } from "../kit.ts";
import { sharedMessages } from "./messages.ts";

/** The words of some catalogues together with the shared ones. */
export function translatorOf(language: "en" | "ru", ...catalogues: readonly Messages[]): Translate {
  // No isolation marks around values: they would count as columns in tables.
  const bundle = new FluentBundle(language, { useIsolating: false });
  for (const catalogue of new Set([sharedMessages, ...catalogues])) {
    for (const error of bundle.addResource(new FluentResource(catalogue[language]))) throw error;
  }
  return (id, values) => {
    const pattern = bundle.getMessage(id)?.value;
    if (!pattern) throw new Error(`no words for ${id} in ${language}`);
    // Without a list for its errors Fluent throws them.
    return bundle.formatPattern(pattern, values ?? {});
  };
}

/** The message ids of a catalogue's text, sorted. */
export function idsOf(ftl: string): string[] {
  return [...ftl.matchAll(/^([a-z][a-z0-9-]*) =/gm)].map((match) => match[1] ?? "").sort();
}
