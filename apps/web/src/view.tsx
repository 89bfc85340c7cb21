/** A view of the bot as the page shows it: one small part for each kind of block. */
import type { Block, View } from "@servereye/contract";
import { type ReactNode, useState } from "react";
import { ChartBody } from "./chart.tsx";
import { Inlines } from "./inline.tsx";
import { keyed } from "./keyed.ts";
import { useTongue } from "./language.ts";
import { plain } from "./plain.ts";

type Level = "ok" | "warn" | "bad" | undefined;
type Of<T extends Block["type"]> = Extract<Block, { type: T }>;

export function ViewBody(props: { view: View; tell(text: string): void }): ReactNode {
  return (
    <>
      {props.view.title !== undefined && <h2 className="title">{plain(props.view.title)}</h2>}
      {keyed(props.view.blocks).map(({ one: block, key }) => (
        <BlockBody key={key} block={block} tell={props.tell} />
      ))}
    </>
  );
}

function BlockBody({ block, tell }: { block: Block; tell(text: string): void }): ReactNode {
  switch (block.type) {
    case "text":
      return (
        <p className="text">
          <Inlines of={block.text} />
        </p>
      );
    case "note":
      return (
        <p className="note">
          <Inlines of={block.text} />
        </p>
      );
    case "heading":
      return <h3 className="heading">{plain(block.text)}</h3>;
    case "facts":
      return <Facts block={block} />;
    case "bars":
      return <Bars block={block} />;
    case "table":
      return <Table block={block} />;
    case "code":
      return <Code text={plain(block.text)} tell={tell} />;
    case "chart":
      return <ChartBody chart={block} />;
  }
}

/** A coloured dot, told in words to who can not see it. */
function Dot({ level }: { level: Level }): ReactNode {
  const { say } = useTongue();
  if (level === undefined) return null;
  return (
    <>
      <span className={`dot ${level}`} aria-hidden="true" />
      <span className="unseen">{say(`level-${level}`)}: </span>
    </>
  );
}

function Facts({ block }: { block: Of<"facts"> }): ReactNode {
  return (
    <dl className={block.rows.some(({ level }) => level !== undefined) ? "facts dotted" : "facts"}>
      {keyed(block.rows).map(({ one: row, key }) => (
        <div key={key} className={`fact ${row.level ?? ""}`}>
          <dt>
            <Dot level={row.level} />
            <span>{plain(row.label)}</span>
          </dt>
          <dd>
            <Inlines of={row.value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Bars({ block }: { block: Of<"bars"> }): ReactNode {
  return (
    <ul className="bars">
      {keyed(block.rows).map(({ one: row, key }) => {
        const share = Math.min(1, Math.max(0, Number.isFinite(row.share) ? row.share : 0));
        return (
          <li key={key} className={row.level ?? ""}>
            <span className="bar-label">
              <Dot level={row.level} />
              <span>{plain(row.label)}</span>
            </span>
            <span className="bar-text">{plain(row.text)}</span>
            <svg className="bar" width="100%" height="8" aria-hidden="true">
              <rect className="track" width="100%" height="8" rx="4" />
              {share > 0 && (
                <rect className="fill" width={`${(share * 100).toFixed(1)}%`} height="8" rx="4" />
              )}
            </svg>
          </li>
        );
      })}
    </ul>
  );
}

function Table({ block }: { block: Of<"table"> }): ReactNode {
  const side = (index: number): string => (block.columns[index]?.align === "right" ? "right" : "left");
  return (
    <section className="sheet">
      <table>
        {block.columns.some(({ head }) => head !== "") && (
          <thead>
            <tr>
              {keyed(block.columns).map(({ one: column, key, place }) => (
                <th key={key} scope="col" className={side(place)}>
                  {plain(column.head)}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {keyed(block.rows).map((row) => (
            <tr key={row.key}>
              {keyed(row.one).map(({ one: cell, key, place }) => (
                <td key={key} className={side(place)}>
                  {plain(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const SHOWN_COPIED_MS = 1_500;

function Code({ text, tell }: { text: string; tell(text: string): void }): ReactNode {
  const { say } = useTongue();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), SHOWN_COPIED_MS);
    } catch {
      // No clipboard on pages without https: the person is told to do it by hand.
      tell(say("fault-copy"));
    }
  };
  return (
    <div className="code">
      <pre>{text}</pre>
      <button type="button" onClick={copy}>
        {say(copied ? "copied" : "copy")}
      </button>
    </div>
  );
}
