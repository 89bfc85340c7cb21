/** Runs of text: marked ones, links that may be followed, and moments that stay true while one looks. */
import type { Inline } from "@servereye/contract";
import { type ReactNode, useEffect, useState } from "react";
import { keyed } from "./keyed.ts";
import { useTongue } from "./language.ts";
import { freshFor, type MomentStyle, momentText } from "./moments.ts";
import { plain, safeLink } from "./plain.ts";

export function Inlines({ of }: { of: readonly Inline[] }): ReactNode {
  return keyed(of).map(({ one, key }) => {
    if (typeof one === "string") return <span key={key}>{plain(one)}</span>;
    if (one.kind === "strong") return <strong key={key}>{plain(one.text)}</strong>;
    if (one.kind === "code") return <code key={key}>{plain(one.text)}</code>;
    if (one.kind === "time") return <Moment key={key} at={one.at} style={one.style} />;
    const href = safeLink(one.href);
    if (href === undefined) return <span key={key}>{plain(one.text)}</span>;
    return (
      <a key={key} href={href} target="_blank" rel="noopener noreferrer">
        {plain(one.text)}
      </a>
    );
  });
}

function Moment({ at, style }: { at: number; style: MomentStyle }): ReactNode {
  const { locale, say } = useTongue();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (style !== "relative") return;
    const timer = setTimeout(() => setNow(Date.now()), freshFor(at, now));
    return () => clearTimeout(timer);
  }, [at, style, now]);
  const date = new Date(at * 1000);
  if (Number.isNaN(date.getTime())) return "–";
  return (
    <time dateTime={date.toISOString()} title={momentText(at, "full", now, locale, say("now"))}>
      {momentText(at, style, now, locale, say("now"))}
    </time>
  );
}
