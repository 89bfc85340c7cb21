/** How many processors are online, from the kernel's list. */

/** Count of a list such as `0-3,6,8-11`, or undefined when the text is not one. */
export function countOnline(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+(-\d+)?(,\d+(-\d+)?)*\s*$/.test(text)) return undefined;
  let count = 0;
  for (const part of text.trim().split(",")) {
    const [first, last] = part.split("-").map(Number);
    count += (last ?? first ?? 0) - (first ?? 0) + 1;
  }
  return count;
}
