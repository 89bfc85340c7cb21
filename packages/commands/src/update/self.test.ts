/** The agent's own container is not updated, and no other is taken for it: not those whose mounts are to be seen on the machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostWith } from "../docker/plain-engine.test-code.ts";
import { refuseChanged } from "./check.ts";

const ID = "ab".repeat(32);
const OWN = `612 580 254:1 /docker/containers/${ID}/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw`;
const PODMAN = `9 8 0:25 /containers/storage/overlay-containers/${ID}/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw`;
/** As the machine itself sees the memory that a container shares (--ipc=shareable). */
const OTHER = `90 26 0:46 / /var/lib/docker/containers/${ID}/mounts/shm rw,nosuid - tmpfs shm rw,size=65536k`;

for (const [of, file, text, self] of [
  ["Docker", "/proc/self/mountinfo", OWN, true],
  ["Podman", "/proc/self/mountinfo", PODMAN, true],
  ["control groups", "/proc/self/cgroup", `12:cpu:/docker/${ID}`, true],
  ["another's mount", "/proc/self/mountinfo", OTHER, false],
] as const)
  test(of, async () => {
    const engine = {
      call: async ({ route }: { route: string }) => ({
        status: 200,
        body:
          route === "containers.list"
            ? []
            : {
                ...{ Id: ID, Name: "/web", Image: `sha256:${ID}`, RepoDigests: ["app@sha256:1"] },
                ...{
                  State: { Status: "running", Running: true },
                  Config: { Image: "app:1" },
                  HostConfig: {},
                },
              },
      }),
      stream: async () => assert.fail("nothing is to be streamed"),
      read: async () => assert.fail("nothing is to be streamed"),
    };
    const plain = hostWith(engine);
    const host = { ...plain, peekText: (path: string) => (path === file ? `1 0 0:1 / / rw\n${text}\n` : "") };
    const ask = { job: crypto.randomUUID(), id: ID, name: "web", seen: "running" as const, image: "app:1" };
    const asked = refuseChanged(host, ask);
    if (self) await assert.rejects(asked, { code: "UNSUPPORTED", values: { name: "web", reason: "self" } });
    else assert.equal((await asked).Id, ID);
  });
