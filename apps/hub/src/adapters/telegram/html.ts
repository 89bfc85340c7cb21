/** Telegram's HTML: the one tag function that all markup goes through, so that data can never become markup. */

/** Markup that was made by `html` and nowhere else. */
export class Html {
  readonly #source: string;

  private constructor(source: string) {
    this.#source = source;
  }

  toString(): string {
    return this.#source;
  }

  /** The tag function: strings are data and escaped, `Html` is markup and kept. */
  static tag(literals: TemplateStringsArray, ...values: ReadonlyArray<string | number | Html>): Html {
    let source = literals[0] ?? "";
    for (const [at, value] of values.entries()) {
      source += value instanceof Html ? value.#source : escaped(String(value));
      source += literals[at + 1] ?? "";
    }
    return new Html(source);
  }

  static joined(parts: readonly Html[], between: string): Html {
    return new Html(parts.map((part) => part.#source).join(escaped(between)));
  }
}

/** html`<b>${name}</b>`: whatever `name` holds is shown as it is. */
export const html = Html.tag;

/** The five characters that mean something in a text or in a quoted attribute. */
function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
