/** haproxy before the hubs: agents to any, a person's page always to the same, and away from a hub that died at once. */

export interface BalancedHub {
  name: string;
  port: number;
}

/**
 * The configuration. A hub is asked twice a second whether it may have traffic; one that does not even accept is left by
 * the connection itself, which goes on to the next. What was sent already is not sent again, since it may have been done,
 * but for the original's agents: whatever they send may come twice, and an error makes them deaf for 5 s.
 * The page's conversation lives in its hub, hence the cookie.
 */
export function haproxyConfig(port: number, hubs: readonly BalancedHub[]): string {
  const asked = ["  option httpchk GET /ready", "  http-check expect status 200"];
  const often = "  default-server check inter 500ms fall 1 rise 1";
  const check = [...asked, `${often} on-marked-down shutdown-sessions`];
  return `global
  maxconn 400

defaults
  mode http
  option forwardfor
  option redispatch 1
  retries 3
  retry-on conn-failure
  timeout connect 1s
  timeout client 90s
  timeout server 90s
  timeout tunnel 1h
  timeout http-request 10s

frontend door
  bind 127.0.0.1:${port}
  http-request return status 404 if { path /metrics /health /ready }
  use_backend agents if { path /agent/v1 }
  use_backend originals if { path_beg /api/redis/ /api/streams/ /api/register-key /api/heartbeat /api/v1/servers/ }
  default_backend pages

backend agents
  balance leastconn
${check.join("\n")}
${hubs.map((hub) => `  server ${hub.name} 127.0.0.1:${hub.port}`).join("\n")}

backend originals
  balance source
  hash-type consistent
  retry-on conn-failure empty-response
${[...asked, often].join("\n")}
${hubs.map((hub) => `  server ${hub.name} 127.0.0.1:${hub.port}`).join("\n")}

backend pages
  balance roundrobin
  cookie HUB insert indirect nocache httponly
${check.join("\n")}
${hubs.map((hub) => `  server ${hub.name} 127.0.0.1:${hub.port} cookie ${hub.name}`).join("\n")}
`;
}
