/** Everything that crosses a process boundary. */
export * from "./agent-frame.ts";
export * from "./bytes.ts";
export * from "./chart.ts";
export * from "./chat-api.ts";
export * from "./command.ts";
export * from "./fault.ts";
export * from "./file-name.ts";
export * from "./frame.ts";
export * from "./health.ts";
export * from "./identity.ts";
export * from "./measure.ts";
export * from "./message.ts";
export * from "./original.ts";
export * from "./protocol.ts";
export * from "./sample.ts";
export * from "./secrets.ts";
export { Block, Button, Inline, View } from "./view.ts";
