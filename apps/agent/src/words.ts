/** The agent's events in words, for a person at a terminal. */

/** What an event carries besides its name. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

const words: Record<string, (f: Fields) => string> = {
  "agent.started": (f) => `ServerEye agent ${f.version}, server ${f.serverId}`,
  "agent.stopping": () => "Stopping.",
  "key.created": (f) => `Made a server key in ${f.path}. Keep it private: it is this server's identity.`,
  "link.unencrypted": (f) =>
    `The connection to ${f.hub} is not encrypted: use a wss:// address for a hub on another machine.`,
  "link.dialing": (f) => `Connecting to ${f.hub} ...`,
  "link.connected": (f) => `Connected to ${f.hub} as ${f.name}.`,
  "link.waiting": (f) =>
    `Pairing code: ${f.code}\n  Write "/add ${f.code}" to the bot within ${f.minutes} minutes to add this server.`,
  "link.code_expired": () => "The pairing code has expired; here comes a new one.",
  "link.lost": (f) => `Not connected: ${f.reason}. Trying again in ${seconds(f.retryMs)}.`,
  "link.unreachable": (f) => `Could not reach ${f.hub}: ${f.reason}`,
  "link.fault": (f) => `Left ${f.hub}: ${f.reason}.`,
  "link.silent": () => "The hub has gone silent.",
  "journal.failed": (f) => `Can not write ${f.path}, so actions are refused: ${f.reason}`,
  "buffer.memory_only": (f) =>
    `Can not write ${f.path}, so what is measured is kept in memory alone, and for hours instead of a day: ${f.reason}`,
  "buffer.well": () => "What is measured is kept on the disk again.",
  "buffer.lost": (f) => `Had to let go of ${f.samples} samples that no hub has kept (${f.why}).`,
  "link.refused": (f) => `The hub refused this server: ${f.detail} (${f.code}).`,
  "link.stopped": (f) => String(f.reason),
  "serve.fault": (f) => `Could not answer ${f.command}: ${f.code}, ${f.detail}`,
  "docker.found": (f) => `Containers: an engine at ${f.address} (API ${f.version}).`,
  "docker.exposed": (f) =>
    `Containers: ${f.address} is spoken to in the clear, and whoever else reaches it commands the engine too. Keep such a proxy on loopback.`,
  "policy.unknown": (f) =>
    `SERVEREYE_AGENT_ALLOW names "${f.action}", which this agent does not know${f.near === undefined ? "." : `; did you mean ${f.near}?`}`,
};

const seconds = (ms: Fields[string]): string => `${(Number(ms ?? 0) / 1000).toFixed(1)} s`;

/** An event in words; one without words of its own as its name and fields. */
export function wordsOf(event: string, fields: Fields): string {
  const own = words[event];
  if (own) return own(fields);
  const rest = Object.entries(fields).filter(([, value]) => value !== undefined);
  return [event, ...rest.map(([name, value]) => `${name}=${value}`)].join(" ");
}
