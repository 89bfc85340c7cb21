/** Server-sent events over fetch: parsed as they come, whatever way the pieces are cut. */
import { ChatEvent } from "@servereye/contract";

export type Told = ChatEvent | { type: "kept" };

/** A line longer than this is no event of ours, characters. */
const LONGEST = 4 * 1024 * 1024;

/** The events of a stream until it ends. Unknown kinds are left out: a newer hub may tell more. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Told> {
  let rest = "";
  let kind = "";
  let data: string[] = [];
  const text = body.pipeThrough(new TextDecoderStream());
  for await (const piece of text) {
    const lines = (rest + piece).split(/\r?\n/);
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST) throw new Error("the hub told an event without an end");
    for (const line of lines) {
      if (line.startsWith("event:")) kind = line.slice(6).trim();
      else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
      if (line !== "") continue;
      if (kind === "kept") yield { type: "kept" };
      else if (data.length > 0) {
        const event = ChatEvent.safeParse(JSON.parse(data.join("\n")));
        if (event.success) yield event.data;
      }
      kind = "";
      data = [];
    }
  }
}
