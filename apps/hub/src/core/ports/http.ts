/** What an adapter brings along to be served over HTTP. */
import type { Health } from "@servereye/contract";

export interface HttpRequest {
  headers: Record<string, string | string[] | undefined>;
  body: Uint8Array<ArrayBuffer>;
  /** What stands behind the path's question mark. */
  query?: string;
  /** Address of the peer. */
  from: string;
  /** Aborts when the peer goes before it has its reply. */
  signal?: AbortSignal;
}

export interface HttpReply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** A route that an adapter brings along (the webhook), mounted by the composition root. */
export interface HttpRoute {
  method: "GET" | "POST";
  path: string;
  maxBytes: number;
  /**
   * The JSON body of what is refused before it is handled (too large), and of paths beside this one that are none, for
   * clients that read another form than the hub's own.
   */
  refusal?(message: string): string;
  handle(request: HttpRequest): Promise<HttpReply>;
}

export interface HealthSource {
  health(): Promise<Health>;
}
