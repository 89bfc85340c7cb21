/** network of an agent of the Go original: what each link carried, and the mean of all since it was last asked. */
import { original } from "../kit.ts";
import { amountOf, type Fields, fieldsOf, listOf, textOf } from "../original/loose.ts";
import { type Flow, type Interface, MOST_INTERFACES, network } from "./contract.ts";
import { kindOf } from "./kinds.ts";

/** How many of a list are looked at. */
const MOST = 1_000;
/** Bytes in a megabit. */
const MEGABIT = 125_000;

export const networkOriginal = original(network, {
  type: "get_network_info",
  reply: "network_info_response",
  answer({ payload }) {
    const told = fieldsOf(payload);
    const seen = listOf(told.interfaces)
      .slice(0, MOST)
      .flatMap((value) => interfaceOf(fieldsOf(value)));
    const of = (...kinds: string[]) =>
      seen.filter((one) => kinds.includes(kindOf(one.name, () => undefined)));
    const links = of("link").sort((a, b) => b.in.bytes + b.out.bytes - a.in.bytes - a.out.bytes);
    const loopback = of("loopback")[0]?.in;
    const [ports, bridges] = [of("port"), of("bridge")];
    const inside = ports.length > 0 ? ports : bridges;
    const [down, up] = [told.download_speed_mbps, told.upload_speed_mbps].map(amountOf);
    return {
      interfaces: links.slice(0, MOST_INTERFACES),
      left: Math.max(0, links.length - MOST_INTERFACES),
      unused: 0,
      intervalMs: 0,
      ...(loopback ? { loopback } : {}),
      // From their side: what the machine sent into them, they received.
      ...(inside.length > 0
        ? { containers: { count: inside.length, in: sum(inside, "out"), out: sum(inside, "in") } }
        : {}),
      // Reckoned since it was last asked; when it was not, it tells nought of both.
      ...(down === undefined || up === undefined || down + up === 0
        ? {}
        : { overall: { in: down * MEGABIT, out: up * MEGABIT } }),
      original: true as const,
    };
  },
});

function interfaceOf(told: Fields): Interface[] {
  const name = textOf(told.name, 64);
  const flow = (bytes: unknown, packets: unknown, errors: unknown, drops: unknown): Flow | undefined => {
    const counted = amountOf(bytes);
    return counted === undefined
      ? undefined
      : {
          bytes: counted,
          packets: amountOf(packets) ?? 0,
          errors: amountOf(errors) ?? 0,
          drops: amountOf(drops) ?? 0,
        };
  };
  const inward = flow(told.bytes_recv, told.packets_recv, told.errors_in, told.drop_in);
  const out = flow(told.bytes_sent, told.packets_sent, told.errors_out, told.drop_out);
  // `speed_mbps` is left: it does not say whether it is the link's or the traffic's.
  return name === "" || !inward || !out ? [] : [{ name, state: "unknown", in: inward, out }];
}

function sum(interfaces: readonly Interface[], way: "in" | "out"): Flow {
  const total = { bytes: 0, packets: 0, errors: 0, drops: 0 };
  for (const { [way]: flow } of interfaces) {
    total.bytes += flow.bytes;
    total.packets += flow.packets;
    total.errors += flow.errors;
    total.drops += flow.drops;
  }
  return total;
}
