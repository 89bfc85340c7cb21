/** What a Markdown page holds that can be checked: headings, tables, links. Enough for our pages, not all of Markdown. */

/** The text without fenced blocks, so that what is in them is taken for nothing else. */
export const withoutFences = (text: string): string => text.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, "");

/** The texts of the headings, without the marks. */
export const headingsOf = (text: string): string[] =>
  [...withoutFences(text).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading = ""]) =>
    heading.replaceAll("`", ""),
  );

/** Addresses of links and images, in Markdown and in HTML. */
export function linksOf(text: string): string[] {
  const plain = withoutFences(text).replaceAll(/`[^`\n]*`/g, (span) => "x".repeat(span.length));
  const marked = [...plain.matchAll(/\]\(([^()\s]+)\)/g)].map(([, link = ""]) => link);
  const tagged = [...plain.matchAll(/<(?:img|a)\b[^>]*?\b(?:src|href)="([^"]+)"/g)].map(
    ([, link = ""]) => link,
  );
  return [...marked, ...tagged];
}

export interface Row {
  /** Cells of the table's first line. */
  head: string[];
  cells: string[];
}

/** The rows of all tables. */
export function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  let head: string[] | undefined;
  let before: string[] | undefined;
  for (const line of withoutFences(text).split("\n")) {
    const cells = cellsOf(line);
    if (cells === undefined) head = undefined;
    else if (cells.every((cell) => /^:?-+:?$/.test(cell))) head = before;
    else if (head !== undefined) rows.push({ head, cells });
    before = cells;
  }
  return rows;
}

/** `| a | b |` as `["a", "b"]`; undefined for a line that is no row. */
function cellsOf(line: string): string[] | undefined {
  const row = /^\s*\|(.*)\|\s*$/.exec(line)?.[1];
  return row?.split("|").map((cell) => cell.trim());
}
