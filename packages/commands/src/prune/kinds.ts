/** The kinds of things that are pruned, in the order in which they go. */
export const PRUNE_KINDS = ["containers", "images", "networks"] as const;
export type PruneKind = (typeof PRUNE_KINDS)[number];
