/** Makes docs/measures.md of the measures' own definitions; run by itself, writes it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { samplers } from "@servereye/commands/agent";
import { measures } from "@servereye/commands/hub";
import type { Measure } from "@servereye/contract";
import { titleId } from "../../apps/hub/src/core/chat/charts/meant.ts";
import { translator } from "../../apps/hub/src/core/chat/translate.ts";

export const MEASURES_PAGE = "docs/measures.md";

const ABOUT = `# Measures

<!-- Made of the code by test/docs/measures.ts, and compared with it by test/docs.test.ts. Change the definitions instead. -->

Everything that is measured over time. A measure is defined once, in the \`measures.ts\` of its command; agents sample it,
[history](history.md) keeps it, \`/chart\` draws it by its key or its title, and other programs know \`cpu.usage\` as
\`servereye_cpu_usage\`.

- **of**: what there is a series of each of; without it, one for the server.
- **step**: to which a value is kept, in its unit.
- **worse**: which way is; **warn** and **bad**: from where on, as dots in readings and lines in charts show.
- A **gauge** is how it stands at that moment; a **counter** only ever grows, until it begins anew.

Not each server has all: temperatures need sensors, pressure a kernel that counts it, containers an engine that the agent may
ask. What can not be measured is a gap. Series for each \`core\` are sampled with \`SERVEREYE_AGENT_SAMPLES=cores\` alone.
`;

const UNITS: Record<Measure["unit"], string> = {
  percent: "%",
  bytes: "bytes",
  bytes_per_second: "bytes/s",
  celsius: "°C",
  count: "",
  per_second: "1/s",
  seconds: "s",
  load: "",
};

/** The page as it has to be. */
export function measuresPage(): string {
  const title = translator("en");
  const sampled = samplers.flatMap((sampler) => sampler.measures.map(({ key }) => key));
  const groups = Map.groupBy(
    sampled.flatMap((key) => measures.get(key) ?? []),
    ({ key }) => key.split(".")[0] ?? "",
  );
  const row = (one: Measure): string =>
    [
      ...[`\`${one.key}\``, title(titleId(one.key)), one.about, UNITS[one.unit], one.of ?? "", one.kind],
      ...[String(one.quantum), one.worse === "none" ? "" : one.worse],
      ...[one.warn, one.bad].map((number) => (number === undefined ? "" : String(number))),
    ].join(" | ");
  const tables = [...groups].map(([group, all]) =>
    [
      `## ${group[0]?.toUpperCase()}${group.slice(1)}\n`,
      "| key | title | what it says | unit | of | kind | step | worse | warn | bad |",
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
      ...all.map((one) => `| ${row(one)} |`),
    ].join("\n"),
  );
  return `${[ABOUT.trimEnd(), ...tables]
    .join("\n\n")
    .replaceAll(/\| {2,}\|/g, "| |")
    .replaceAll(/\| {2,}\|/g, "| |")}\n`;
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, "../..", MEASURES_PAGE), measuresPage());
