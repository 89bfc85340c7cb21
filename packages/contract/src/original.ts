/** What our commands are to an agent of the Go original, which speaks other words for fewer things. */

/** `runtime` among the facts of such an agent, by which a person can tell it. */
export const ORIGINAL_RUNTIME = "go (original)";

/** `protocol` of such an agent's presence: it speaks none of ours. */
export const ORIGINAL_PROTOCOL = 0;

/** Whether these facts are of such an agent. */
export const isOriginal = (facts: { runtime: string }): boolean => facts.runtime === ORIGINAL_RUNTIME;

/** What it can be asked. */
export type OriginalAsk =
  | "get_cpu_temp"
  | "get_memory_info"
  | "get_disk_info"
  | "get_uptime"
  | "get_processes"
  | "get_network_info"
  | "get_containers"
  | "start_container"
  | "stop_container"
  | "restart_container"
  | "remove_container"
  | "create_container"
  | "update_agent"
  | "ping";

/** What it replies; besides, to anything, `error_response`. */
export type OriginalReply =
  | "cpu_temp_response"
  | "memory_info_response"
  | "disk_info_response"
  | "uptime_response"
  | "processes_response"
  | "network_info_response"
  | "containers_response"
  | "container_action_response"
  | "update_agent_response"
  | "pong";

/** What it told. */
export interface OriginalTold {
  /** As it came: nothing in it is sure. */
  payload: unknown;
  /** When the agent wrote it, by its own clock, epoch ms; undefined when it did not say. */
  at: number | undefined;
  /** Epoch ms, the hub's clock. */
  now: number;
}

/** One of our commands, as such an agent is asked and answers it. */
export interface OriginalCommand {
  /** Our name of it. */
  command: string;
  type: OriginalAsk;
  reply: OriginalReply;
  /** The asked message's payload, of our ask. */
  payload(ask: unknown): unknown;
  /** Our answer: what was not told is left out. Throws a Fault when nothing useful was. */
  answer(told: OriginalTold, ask: unknown): unknown;
}
