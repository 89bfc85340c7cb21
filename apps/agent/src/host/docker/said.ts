/** What an engine says with a refusal, fit to be shown: one line, short, without secrets. */

const LONGEST = 300;

/** From the body of a refusal, which is JSON with a `message` (Podman: a `cause` too), or of a proxy just words. */
export function said(text: string): string {
  const words = messageOf(text) ?? text.replaceAll(/<[^>]*>/g, " ");
  const clean = words
    // Names and passwords before a host.
    .replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, "$1")
    .replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, "$1 ...")
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim();
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST - 4)} ...` : clean;
}

function messageOf(text: string): string | undefined {
  try {
    const told: unknown = JSON.parse(text);
    if (typeof told === "object" && told !== null && "message" in told && typeof told.message === "string")
      return told.message;
  } catch {
    // Not JSON: words of a proxy, or none.
  }
  return undefined;
}
