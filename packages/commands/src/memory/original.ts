/** memory of an agent of the Go original: no swap, no pressure. */
import { original } from "../kit.ts";
import { amountOf, fieldsOf, useless } from "../original/loose.ts";
import { memory } from "./contract.ts";

export const memoryOriginal = original(memory, {
  type: "get_memory_info",
  reply: "memory_info_response",
  answer({ payload }) {
    const told = fieldsOf(payload);
    const total = amountOf(told.total);
    if (total === undefined || total === 0) throw useless("memory");
    // Each is the rest of the other, as our own agents count it too.
    const available = amountOf(told.available) ?? rest(total, amountOf(told.used));
    const used = amountOf(told.used) ?? rest(total, available);
    if (available === undefined || used === undefined) throw useless("use of memory");
    const [free, buffers, cached] = [told.free, told.buffers, told.cached].map(amountOf);
    return {
      total,
      used,
      available,
      ...(free === undefined ? {} : { free }),
      ...(buffers === undefined ? {} : { buffers }),
      ...(cached === undefined ? {} : { cached }),
      original: true as const,
    };
  },
});

const rest = (total: number, part: number | undefined): number | undefined =>
  part === undefined ? undefined : Math.max(0, total - part);
