/** What looks like a secret of ours, and a text without it. */

/**
 * What looks like a secret of ours, wherever it stands in a text; no pattern can take more than linear time. In this
 * order: server keys · bot tokens, also in `/bot<token>/` and percent-encoded · one-time tokens by their form · a URL's
 * password, up to its last @ · `name=value`, `"name":"value"` and `--name value` by telling names · credentials of HTTP.
 */
const SECRETS: ReadonlyArray<[RegExp, string]> = [
  [/srv_[0-9a-f]{8,}/gi, "srv_…"],
  [/(?<!\d)\d{3,20}(?::|%3A)[\w-]{20,}/gi, "<bot token>"],
  [/(setup|inv|enrol|login)_[\w-]{16,}/gi, "$1_…"],
  [/([a-z][a-z\d+.-]{0,20}:\/\/[^\s:/@]{0,200}:)[^\s"'<>]{1,2000}@/gi, "$1…@"],
  [
    /((?:token|secret|password|passwd|cookie|enrol|login|setup|servereye|api_?key|secret_?key|server_?key)\\{0,15}["']?(?: ?[=:] ?)\\{0,15}["']?)(?!Bearer\b|…)[^\s"'\\,;&]{8,}/gi,
    "$1…",
  ],
  [/(--(?:token|enrol|login|secret|password)\s+)[\w.=-]{8,}/gi, "$1…"],
  [/\b(Bearer|Basic) +[\w~+/.=-]{8,}/gi, "$1 …"],
];

/** The text with each of them taken out. What is long is to be cut after that, or half of one may be left at its end. */
export const withoutSecrets = (text: string): string =>
  SECRETS.reduce((clean, [pattern, instead]) => clean.replaceAll(pattern, instead), text);
