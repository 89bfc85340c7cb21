/** Names of files that every chat, header and file system takes. */

/** What ends a name, a path or a header field early, or is not seen. */
const TROUBLE = /[\p{Cc}\p{Cf}\u2028\u2029/\\:*?"<>|;%]+/gu;
/** Characters. */
const LONGEST = 100;

/** Safe to save: no path in it, not hidden, not empty; the end, which tells what kind it is, stays. */
export function fileName(name: string): string {
  const clean = name.toWellFormed().replace(TROUBLE, "_").replace(/\s+/g, " ").trim().replace(/^\.+/, "");
  if (clean === "") return "file";
  if (clean.length <= LONGEST) return clean;
  const end = /\.\w{1,8}$/.exec(clean)?.[0] ?? "";
  return `${clean.slice(0, LONGEST - end.length).toWellFormed()}${end}`;
}
