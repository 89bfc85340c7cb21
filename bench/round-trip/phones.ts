/** The process of the emulated Telegram with its persons: writes as them, and takes the time until the answer is there. */
import { startTelegramEmulator } from "../../test/telegram/emulator.ts";
import { Round, type Timed } from "./round.ts";

const emulator = await startTelegramEmulator({ limits: false });
process.send?.({ url: emulator.url, token: emulator.token });

/** Ms from the moment the update is there to be fetched until the answer is in the chat. */
async function answerTime(id: number, text: string, expect: string, timeoutMs = 30_000): Promise<number> {
  const person = emulator.control.person({ id, firstName: `Person ${id}`, started: true });
  person.chat.readAll();
  const answer = person.chat.next((message) => message.text.includes(expect), { timeoutMs });
  const began = performance.now();
  person.write(text);
  await answer;
  return performance.now() - began;
}

async function play({ persons, text, expect, together, beside, patienceMs }: Round): Promise<Timed> {
  if (together)
    return {
      times: await Promise.all(persons.map((id) => answerTime(id, text, expect, patienceMs))),
      beside: [],
    };
  const times: number[] = [];
  const besides: number[] = [];
  for (const [at, id] of persons.entries()) {
    const other = beside?.persons[at % beside.persons.length];
    const [besideTime, time] = await Promise.all([
      beside && other !== undefined ? answerTime(other, beside.text, beside.expect) : undefined,
      answerTime(id, text, expect, patienceMs),
    ]);
    times.push(time);
    if (besideTime !== undefined) besides.push(besideTime);
  }
  return { times, beside: besides };
}

process.on("message", (message) => {
  play(Round.parse(message)).then(
    (timed) => process.send?.(timed),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
