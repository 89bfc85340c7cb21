/** A file in a message: its name, its size, and the way to have it. */
import type { ChatFile } from "@servereye/contract";
import type { ReactNode } from "react";
import { type Tongue, useTongue } from "./language.ts";
import { plain } from "./plain.ts";

export function FileRow({ file }: { file: ChatFile }): ReactNode {
  const tongue = useTongue();
  const name = plain(file.name);
  const what = (
    <>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="M10 3v9m0 0 3.5-3.5M10 12 6.500 8.500M4 16h12" />
      </svg>
      <span className="file-name">{name}</span>
      <span className="file-size">
        {sizeText(file.size, tongue)}
        {file.href === undefined && ` · ${tongue.say("file-gone")}`}
      </span>
    </>
  );
  if (file.href === undefined) return <p className="file gone">{what}</p>;
  return (
    <a className="file" href={file.href} download={name} aria-label={`${tongue.say("download")}: ${name}`}>
      {what}
    </a>
  );
}

function sizeText(bytes: number, { say, locale }: Tongue): string {
  const [unit, size] =
    bytes < 1024
      ? (["byte", bytes] as const)
      : bytes < 1024 ** 2
        ? (["kib", bytes / 1024] as const)
        : (["mib", bytes / 1024 ** 2] as const);
  return say(`unit-${unit}`, {
    size: size.toLocaleString(locale, { maximumFractionDigits: size < 10 ? 1 : 0 }),
  });
}
