/** Words that several commands share: units, ages, shares. */
import type { Messages } from "../kit.ts";

export const sharedMessages: Messages = {
  en: `
unit-share = { NUMBER($value, maximumFractionDigits: 1) } %
`,
  ru: `
unit-share = { NUMBER($value, maximumFractionDigits: 1) } %
`,
};
