/** The label by which an unfinished update is found again, and the names its two containers have meanwhile. */

/** On the new container, for good: once the old one is gone it means nothing. */
export const UPDATE_LABEL = "servereye.update";

export interface Mark {
  /** Whole id of the old container. */
  oldId: string;
  /** Whether that ran. */
  ran: boolean;
  /** The name that both want. */
  name: string;
}

export const markText = ({ oldId, ran, name }: Mark): string => `${oldId}:${ran ? "ran" : "still"}:${name}`;

export function markIn(label: string | undefined): Mark | undefined {
  const [, oldId, how, name] =
    /^([0-9a-f]{64}):(ran|still):([a-zA-Z0-9][a-zA-Z0-9_.-]{0,127})$/.exec(label ?? "") ?? [];
  return oldId === undefined || name === undefined ? undefined : { oldId, ran: how === "ran", name };
}

/** The old one's name once the new one has its own. */
export const asideName = ({ oldId, name }: Mark): string => `${name.slice(0, 100)}.old-${oldId.slice(0, 12)}`;
/** The new one's, until then. */
export const freshName = ({ oldId, name }: Mark): string => `${name.slice(0, 100)}.new-${oldId.slice(0, 12)}`;
