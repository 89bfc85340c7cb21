/** ping's words. */
import type { Messages } from "../kit.ts";

export const messages: Messages = {
  en: `
ping-about = Is the agent there
ping-title = 🏓 { $server }
ping-round-trip = Round trip
ping-ms = { NUMBER($ms, maximumFractionDigits: 1) } ms
`,
  ru: `
ping-about = На связи ли агент
ping-title = 🏓 { $server }
ping-round-trip = Туда и обратно
ping-ms = { NUMBER($ms, maximumFractionDigits: 1) } мс
`,
};
