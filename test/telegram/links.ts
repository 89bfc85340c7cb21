/** Which addresses Telegram takes in links and buttons, and what it says of the others. */

const unreadable = "Wrong HTTP URL";

/** The person that `tg://user?id=N` means, or undefined. */
export function mentionedUser(link: string): number | undefined {
  const found = /^tg:\/\/user\?id=(\d{1,15})$/i.exec(link.trim());
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

/** Why Telegram does not take this address, or undefined when it does. An address without a scheme means http. */
export function linkProblem(link: string): string | undefined {
  const trimmed = link.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === "tg" || scheme === "ton" || scheme === "tonsite") return undefined;
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") return "Unsupported URL protocol";
  const url = URL.parse(scheme === undefined ? `http://${trimmed}` : trimmed);
  if (!url || trimmed === "" || /[\s<>"]/.test(trimmed)) return unreadable;
  if (url.hostname === "") return "URL host is empty";
  // Names without a dot, such as localhost, are refused; IPv6 in brackets is taken.
  return url.hostname.includes(".") || url.hostname.startsWith("[") ? undefined : unreadable;
}

/** The address as Telegram keeps it, or undefined when it does not take it. */
export function checkedLink(link: string): string | undefined {
  const trimmed = link.trim();
  if (linkProblem(trimmed) !== undefined) return undefined;
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  return /^https?:/i.test(withScheme) ? new URL(withScheme).href : withScheme;
}
