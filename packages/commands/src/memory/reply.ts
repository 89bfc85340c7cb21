/** memory in the chat: how full it is, then what can still be had. */
import { levelOf } from "@servereye/contract";
import { reading } from "../kit.ts";
import { barRow, percentOf, shareText } from "../shown/shares.ts";
import { sizeText } from "../shown/sizes.ts";
import { memory } from "./contract.ts";
import { memoryMeasures, memoryPressure, memorySwap, memoryUsage } from "./measures.ts";
import { messages } from "./messages.ts";

export const memoryReading = reading(
  memory,
  ({ total, used, available, free, buffers, cached, swap, container, pressure, original }, { t, server }) => {
    const size = (bytes: number) => sizeText(t, bytes);
    const usage = percentOf(used, total);
    const bars = [barRow(t, t("memory-bar"), usage, levelOf(memoryUsage, usage))];
    const rows = [
      { label: t("memory-used"), value: [t("memory-of", { used: size(used), total: size(total) })] },
      { label: t("memory-available"), value: [size(available)] },
    ];
    if (free !== undefined) rows.push({ label: t("memory-free"), value: [size(free)] });
    if (buffers !== undefined) rows.push({ label: t("memory-buffers"), value: [size(buffers)] });
    if (cached !== undefined) rows.push({ label: t("memory-cached"), value: [size(cached)] });
    if (swap) {
      const share = percentOf(swap.used, swap.total);
      bars.push(barRow(t, t("memory-swap"), share, levelOf(memorySwap, share)));
      const text = t("memory-of", { used: size(swap.used), total: size(swap.total) });
      rows.push({ label: t("memory-swap"), value: [text] });
    } else if (!original) {
      rows.push({ label: t("memory-swap"), value: [t("memory-no-swap")] });
    }
    const waits = pressure && {
      label: t("memory-pressure"),
      value: [shareText(t, pressure.some.avg10)],
      level: levelOf(memoryPressure, pressure.some.avg10),
    };
    return {
      title: t("memory-title", { server: server.name }),
      blocks: [
        { type: "bars", rows: bars },
        { type: "facts", rows: waits ? [...rows, waits] : rows },
        ...(container
          ? [
              {
                type: "note" as const,
                text: [t("memory-container", { total: size(container.machineTotal) })],
              },
            ]
          : []),
        ...(original ? [{ type: "note" as const, text: [t("memory-original")] }] : []),
      ],
    };
  },
  messages,
  { measures: memoryMeasures },
);
