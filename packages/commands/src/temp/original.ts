/** temp of an agent of the Go original: the processor's temperature by one sensor. */
import { Fault } from "@servereye/contract";
import { original } from "../kit.ts";
import { fieldsOf, numberOf, textOf } from "../original/loose.ts";
import { temp } from "./contract.ts";

export const tempOriginal = original(temp, {
  type: "get_cpu_temp",
  reply: "cpu_temp_response",
  answer({ payload }) {
    const { temperature, unit, sensor } = fieldsOf(payload);
    const degrees = numberOf(temperature);
    if (degrees === undefined) throw new Fault("SENSOR_NOT_FOUND", "the reply tells no temperature");
    const celsius = /^\s*°?f/i.test(textOf(unit)) ? ((degrees - 32) * 5) / 9 : degrees;
    const part = "cpu" as const;
    const told = { chip: textOf(sensor, 64), label: "", part, celsius };
    return {
      sensors: [told],
      left: 0,
      hottest: told,
      average: { celsius, part, count: 1 },
      silent: [],
      silentLeft: 0,
      original: true as const,
    };
  },
});
