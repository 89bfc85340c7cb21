/** The calls of the Engine API that an agent makes: this list, and nothing that is not in it. */

export interface Route {
  method: "GET" | "POST" | "DELETE";
  /** `{id}`, `{name}` ... are filled with checked and encoded parts. Without the version in front. */
  path: string;
  /** The query's names it may carry. */
  query: readonly string[];
}

const route = (method: Route["method"], path: string, ...query: string[]): Route => ({ method, path, query });

/** Parts: `{id}` a container's id, `{image}` an image's reference or id, `{volume}` and `{network}` their names. */
export const ROUTES = {
  version: route("GET", "/version"),
  info: route("GET", "/info"),
  events: route("GET", "/events", "since", "until", "filters"),
  "disk.usage": route("GET", "/system/df", "type"),
  "containers.list": route("GET", "/containers/json", "all", "filters", "size"),
  "containers.create": route("POST", "/containers/create", "name"),
  "container.inspect": route("GET", "/containers/{id}/json"),
  "container.stats": route("GET", "/containers/{id}/stats", "stream", "one-shot"),
  "container.top": route("GET", "/containers/{id}/top", "ps_args"),
  "container.logs": route(
    "GET",
    "/containers/{id}/logs",
    ...["stdout", "stderr", "timestamps", "tail", "since", "until", "follow"],
  ),
  "container.start": route("POST", "/containers/{id}/start"),
  "container.stop": route("POST", "/containers/{id}/stop", "t"),
  "container.restart": route("POST", "/containers/{id}/restart", "t"),
  "container.pause": route("POST", "/containers/{id}/pause"),
  "container.unpause": route("POST", "/containers/{id}/unpause"),
  "container.rename": route("POST", "/containers/{id}/rename", "name"),
  "container.remove": route("DELETE", "/containers/{id}", "v", "force"),
  "images.list": route("GET", "/images/json", "all", "filters"),
  "images.pull": route("POST", "/images/create", "fromImage", "tag"),
  "image.inspect": route("GET", "/images/{image}/json"),
  "image.remove": route("DELETE", "/images/{image}", "force", "noprune"),
  "networks.list": route("GET", "/networks", "filters"),
  "network.inspect": route("GET", "/networks/{network}"),
  "network.remove": route("DELETE", "/networks/{network}"),
  "network.connect": route("POST", "/networks/{network}/connect"),
  "volume.inspect": route("GET", "/volumes/{volume}"),
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;
