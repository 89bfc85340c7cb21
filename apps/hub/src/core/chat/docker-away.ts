/** What a person is told to do when an agent can not use Docker: the line that lets it, for the user it runs as. */
import type { Fault } from "@servereye/contract";

/** As `useradd` has them. What an agent says goes into a line that a person runs as root, so nothing else does. */
const USER = /^[a-z_][a-z0-9_-]{0,31}$/;
/** The user that the installer makes. */
const INSTALLED = "servereye";

/** Values of DOCKER_UNAVAILABLE for its words; `line`, where there is one, stands in them whole. */
export function dockerAwayValues({ values }: Fault): Record<string, string> {
  const { reason, address, user, restart = "service" } = values;
  if (reason !== "denied") return {};
  // Nobody joins a group to get through a proxy.
  if (typeof address === "string" && address.startsWith("tcp:")) return { reason: "proxied" };
  const join = `sudo usermod -aG docker ${typeof user === "string" && USER.test(user) ? user : INSTALLED}`;
  return restart === "service"
    ? { restart, line: `${join} && sudo systemctl restart servereye-agent` }
    : { restart: String(restart), line: join };
}
