/** Names and bounds of episodes, without the schema: the agent needs no more. */

/** The event's type. */
export const EPISODE_EVENT = "containers.episode";

/** From the least to the worst: an episode is called by the worst that happened in it. */
export const EPISODE_KINDS = ["unhealthy", "died", "oom", "looping"] as const;
export type EpisodeKind = (typeof EPISODE_KINDS)[number];

/** Last log lines told at the most, and what they have in all, bytes of UTF-8. */
export const MOST_LINES = 20;
export const MOST_LINES_BYTES = 2_048;
