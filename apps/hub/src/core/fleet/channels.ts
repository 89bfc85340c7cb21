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

/** Which hub may hand an ask out to an agent that can not tell a second time from a first: asked of the hub that asked. */
export const claimChannel = (hubId: string): string => `claim:${hubId}`;

/** What an agent of the Go original sent to one hub and another waits for: replies, and signs of life. */
export const originalChannel = (serverId: string): string => `original:${serverId}`;
