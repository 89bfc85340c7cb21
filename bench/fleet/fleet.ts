/** The process of the simulated agents: all of them on one event loop, told from the bench what to do. */
import { fromBase64Url } from "@servereye/contract";
import { hubSigner, hubVerifier } from "../../apps/hub/src/signing.ts";
import { type SimulatedAgent, simulatedAgent } from "./agent.ts";
import { addressOf, FleetOrder, type FleetReport, seedOfAgent } from "./order.ts";

async function start(order: FleetOrder): Promise<void> {
  const verify = await hubVerifier(fromBase64Url(order.hubKey) ?? new Uint8Array());
  const agents: SimulatedAgent[] = [];
  let inNow = 0;
  let wrong = 0;
  const report = (): void => {
    const times = agents.map((agent) => agent.inSince ?? 0);
    process.send?.({ t: "all in", times } satisfies FleetReport);
  };
  for (let at = 0; at < order.count; at++) {
    agents.push(
      await simulatedAgent({
        url: order.urls[at % order.urls.length] ?? "",
        keyPair: await hubSigner(seedOfAgent(at)),
        hubKey: order.hubKey,
        verify,
        facts: {
          version: "0.1.0",
          runtime: "simulated",
          os: "Debian GNU/Linux 12 (bookworm)",
          arch: "x64",
          hostname: `server-${at}.example.com`,
          bootId: "00000000-0000-0000-0000-000000000000",
          allow: [],
          commands: ["ping", "memory", "disk", "network", "temp", "uptime", "cpu", "processes"],
        },
        from: order.oneAddress ? "127.0.0.1" : addressOf(at),
        changed(isIn) {
          inNow += isIn ? 1 : -1;
          if (isIn && inNow === order.count) report();
        },
        wrong(what) {
          wrong++;
          if (wrong === 1) process.stderr.write(`${what}\n`);
        },
      }),
    );
  }
  process.send?.({ t: "made" } satisfies FleetReport);
  process.on("message", (message) => {
    if (message === "start") for (const agent of agents) agent.start();
    if (message === "count") process.send?.({ t: "count", in: inNow, wrong } satisfies FleetReport);
  });
}

process.once("message", (message) => void start(FleetOrder.parse(message)));
process.on("disconnect", () => process.exit());
