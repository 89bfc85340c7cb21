/** What is to be shown, as the chat's own parts wish it. */
import type { View } from "@servereye/contract";
import type { ButtonAction } from "../ports/buttons.ts";

/** A button as the chat wishes it; it becomes a stored row and an opaque token when shown. */
export type DraftButton =
  | { label: string; href: string }
  | {
      label: string;
      action: ButtonAction;
      /** Only the person who is shown it may press. Otherwise whoever presses is authorised for it. */
      mine?: boolean;
      /** Works once. */
      once?: boolean;
      /** How long it works, ms; 90 days unless told. */
      ttlMs?: number;
      /** A token made beforehand, for a button that names another. */
      token?: string;
    };

export interface Draft {
  title?: string;
  blocks: View["blocks"];
  buttons?: DraftButton[][];
}
