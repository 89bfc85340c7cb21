/** An agent's buffer and sender tied to a hub's intake, frame by frame through the wire's schemas, on two turned clocks. */
import { AgentFrame, HubFrame } from "@servereye/contract";
import { keptLog, readMetrics, turnedClock } from "../../../hub/src/core/fleet/doubles.test-code.ts";
import { createIngest } from "../../../hub/src/core/history/ingest.ts";
import { memoryHistory } from "../../../hub/src/core/history/memory.test-code.ts";
import type { SampleIntake } from "../../../hub/src/core/ports/samples.ts";
import { openBuffer, TearingDisk } from "../buffer/buffer.fixture.ts";
import { TurnedClock } from "../turned-clock.fixture.ts";
import { Disconnected } from "./connection.ts";
import { SampleSender } from "./samples.ts";

/** What is ready to go on does. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
};

export function testHub() {
  const clock = turnedClock();
  const [log, metrics, history] = [keptLog(), readMetrics(), memoryHistory()];
  return { clock, log, metrics, history, ingest: createIngest({ history, clock, log, metrics }) };
}

/** Which frames are lost or come twice, on their way. */
export interface Way {
  up: () => "once" | "twice" | "never";
  down: () => "once" | "twice" | "never";
}

const GOOD: Way = { up: () => "once", down: () => "once" };

export async function testAgent(
  hub: ReturnType<typeof testHub>,
  more: Parameters<typeof openBuffer>[0] & { serverId?: string; way?: Way } = {},
) {
  const { serverId = "srv-1", way = GOOD, ...parts } = more;
  const clock = more.clock instanceof TurnedClock ? more.clock : new TurnedClock();
  const disk = more.disk ?? new TearingDisk();
  const opened = await openBuffer({ ...parts, clock, disk });
  const sender = new SampleSender({ buffer: opened.buffer, clock, log: opened.log });
  let intake: SampleIntake | undefined;
  const frames: AgentFrame[] = [];
  const times = { never: 0, once: 1, twice: 2 };

  return {
    ...{ ...opened, clock, disk, sender, frames },
    connect(): void {
      let over = false;
      const down = (value: HubFrame, then: (frame: HubFrame) => void): void => {
        const frame = HubFrame.parse(JSON.parse(JSON.stringify(value)));
        for (let n = times[frame.t === "pace" ? "once" : way.down()]; n > 0 && !over; n--) then(frame);
      };
      sender.open({
        sample(samples) {
          if (over) throw new Disconnected("the connection broke");
          const text = JSON.stringify({ t: "samples", ...samples });
          const frame = AgentFrame.parse(JSON.parse(text));
          if (frame.t !== "samples") throw new TypeError("no samples");
          frames.push(frame);
          for (let n = times[way.up()]; n > 0; n--)
            if (intake?.take(frame, text.length) === false) throw new Error("no batch");
        },
      });
      const mine = hub.ingest.open(
        serverId,
        {
          kept: (those) => down({ t: "kept", ...those }, (frame) => frame.t === "kept" && sender.kept(frame)),
          pace: (perSecond) =>
            down({ t: "pace", perSecond }, (frame) => frame.t === "pace" && sender.paced(frame.perSecond)),
          flooded: () => this.disconnect(),
        },
        () => clock.now() - hub.clock.now(),
      );
      intake = {
        take: (...frame) => over || mine.take(...frame),
        gone() {
          over = true;
          mine.gone();
        },
      };
    },
    disconnect(): void {
      sender.close();
      intake?.gone();
      intake = undefined;
    },
    /** Time passes on both sides. */
    async pass(ms: number, step = 1_000): Promise<void> {
      for (let at = 0; at < ms; at += step) {
        clock.turn(step);
        hub.clock.turn(step);
        await settle();
      }
    },
  };
}
