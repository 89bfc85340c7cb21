/** The broker's channels, by name. */

/** Asks for one server; the hub that holds its agent's connection listens. */
export const askChannel = (serverId: string): string => `cmd:${serverId}`;

/** Answers for one hub: one subscription each, matched by id. */
export const answerChannel = (hubId: string): string => `resp:${hubId}`;

/** What a connection of one server must know: it was removed, or a newer connection took its place. */
export const lineChannel = (serverId: string): string => `line:${serverId}`;

/** A waiting agent was added; whichever hub holds its connection lets it in. */
export const pairedChannel = (serverId: string): string => `paired:${serverId}`;

/** Signs of life of one server, for whoever shows them as they come. */
export const heartbeatChannel = (serverId: string): string => `heartbeat:${serverId}`;
