/** What a person reads when an agent can not use Docker: why, what to do there, and what that would give. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault, type Inline } from "@servereye/contract";
import { faultDraft } from "./faults.ts";
import { LANGUAGES, translator } from "./translate.ts";

const ADDRESS = "unix:///run/podman/podman.sock";

/** What must be named, whatever the language. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  absent: [ADDRESS, "systemctl start docker", "SERVEREYE_AGENT_DOCKER_HOST"],
  denied: [ADDRESS, "usermod -aG docker servereye", "root", "SERVEREYE_AGENT_ALLOW"],
  silent: [ADDRESS, "journalctl -u docker"],
  lost: [ADDRESS],
  odd: [ADDRESS, "20.10", "SERVEREYE_AGENT_DOCKER_HOST"],
  proxied: ["tcp://10.0.0.7:2375", "/version"],
  // Of an agent of the Go original, which gives no reason.
  "": ["Docker"],
};

test("each reason has words of its own in every language", () => {
  for (const language of LANGUAGES) {
    const told = Object.entries(NAMED).map(([reason, names]) => {
      const fault = new Fault("DOCKER_UNAVAILABLE", "no", {
        values:
          reason === ""
            ? {}
            : reason === "proxied"
              ? { address: "tcp://10.0.0.7:2375", reason: "denied" }
              : { address: ADDRESS, reason },
      });
      const text = wordsOf(faultDraft({ t: translator(language) }, fault, { server: "web-1" }));
      for (const name of ["web-1", ...names])
        assert.ok(text.includes(name), `${language} ${reason}: ${text}`);
      return text;
    });
    assert.equal(new Set(told).size, told.length);
  }
});

test("the line to run stands alone, for the agent's own user, and holds nothing else that an agent says", () => {
  const shown = (values: Record<string, string>) => {
    const fault = new Fault("DOCKER_UNAVAILABLE", "no", {
      values: { address: ADDRESS, reason: "denied", ...values },
    });
    const { blocks } = faultDraft({ t: translator("en") }, fault, { server: "web-1" });
    return { line: blocks.flatMap((block) => (block.type === "code" ? [block.text] : [])), blocks };
  };
  const join = "sudo usermod -aG docker";
  assert.deepEqual(shown({}).line, [`${join} servereye && sudo systemctl restart servereye-agent`]);
  const byHub = shown({ user: "ann", restart: "hub" });
  assert.deepEqual(byHub.line, [`${join} ann`]);
  assert.match(wordsOf(byHub), /log in there anew, and start ServerEye again/);
  for (const user of ["ann; reboot", "$(id)", "a b", "", "A\n"])
    assert.deepEqual(shown({ user, restart: "agent" }).line, [`${join} servereye`]);
});

function wordsOf({ blocks }: ReturnType<typeof faultDraft>): string {
  const inlines = blocks.flatMap((block): readonly Inline[] =>
    block.type === "text" ? block.text : block.type === "code" ? [block.text] : [],
  );
  return inlines
    .filter((one) => typeof one === "string")
    .join("")
    .replaceAll(/[\u2068\u2069]/g, "");
}
