/** A measure as Prometheus calls it, wherever it goes out in its forms. */

/** `servereye_cpu_usage` of `cpu.usage`. */
export const metricName = (key: string): string => `servereye_${key.replaceAll(".", "_")}`;
