/** What is kept of a container, and what it only had from its image: the rules, case by case. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { markIn, markText } from "../docker/update-mark.ts";
import { recreation } from "./recreate.ts";
import { Whole } from "./whole.ts";

const ID = "a".repeat(64);
const mark = { oldId: ID, ran: true, name: "web" };
type Body = Record<string, unknown> & { HostConfig: Record<string, unknown>; Labels: Record<string, string> };

function again(
  config: object,
  image: object = {},
  more: { host?: object; networks?: object; mounts?: object[] } = {},
) {
  const whole = Whole.parse({
    ...{ Id: ID, Name: "/web", Image: `sha256:${"b".repeat(64)}`, State: { Status: "running" } },
    Config: { Image: "app:1", Hostname: ID.slice(0, 12), ...config },
    HostConfig: { NetworkMode: "default", ...more.host },
    Mounts: more.mounts ?? [],
    NetworkSettings: { Networks: more.networks ?? {} },
  });
  const { body, further } = recreation(whole, { ...image }, mark, "sha256:new");
  return { body: body as Body, further };
}

test("a command or entrypoint is kept only where it was set on the container", () => {
  const image = { Cmd: ["serve"], Entrypoint: ["/run"] };
  const kept = (config: object) => {
    const { Cmd, Entrypoint } = again(config, image).body;
    return { ...(Cmd === undefined ? {} : { Cmd }), ...(Entrypoint === undefined ? {} : { Entrypoint }) };
  };
  assert.deepEqual(kept(image), {});
  assert.deepEqual(kept({ Cmd: ["mine"], Entrypoint: ["/run"] }), { Cmd: ["mine"] });
  // An image's command is not taken where an entrypoint was set: the same words were set too.
  assert.deepEqual(kept({ Cmd: ["serve"], Entrypoint: ["/mine"] }), {
    Cmd: ["serve"],
    Entrypoint: ["/mine"],
  });
  assert.deepEqual(kept({ Cmd: null, Entrypoint: null }), { Cmd: null, Entrypoint: [""] });
});

test("variables, labels, ports, user and healthcheck of the image are the new image's to say", () => {
  const image = {
    ...{ Env: ["A=1", "B=1"], Labels: { of: "1", both: "1" }, ExposedPorts: { "80/tcp": {}, "81/tcp": {} } },
    ...{ User: "web", WorkingDir: "/srv", Volumes: { "/data": {} } },
    Healthcheck: { Test: ["CMD", "old"], Interval: 5 },
  };
  const config = {
    ...{
      Env: ["A=1", "B=2", "C=3"],
      Labels: { of: "1", both: "2", mine: "" },
      ExposedPorts: image.ExposedPorts,
    },
    ...{ User: "web", WorkingDir: "/mine", Volumes: { "/data": {}, "/more": {} } },
    Healthcheck: { Test: ["CMD", "old"], Interval: 9 },
  };
  const host = { PortBindings: { "80/tcp": [{ HostPort: "8080" }] } };
  const { body } = again(config, image, { host });
  assert.deepEqual(body.Env, ["B=2", "C=3"]);
  assert.deepEqual(body.Labels, { both: "2", mine: "", "servereye.update": markText(mark) });
  // Published, so it must stay exposed even if the new image does not say so.
  assert.deepEqual(body.ExposedPorts, { "80/tcp": {} });
  assert.deepEqual([body.User, body.WorkingDir, body.Volumes], [undefined, "/mine", { "/more": {} }]);
  assert.deepEqual(body.Healthcheck, { Interval: 9 });
  assert.equal(body.Hostname, undefined);
  assert.equal(again({ Hostname: "mine" }).body.Hostname, "mine");
});

test("volumes without a name go on with the new one; links and shared namespaces keep their form", () => {
  const volume = (Destination: string, Name: string) => ({ Type: "volume", Name, Destination, RW: true });
  const { body } = again(
    { Volumes: { "/anon": {} } },
    {},
    {
      host: {
        ...{ NetworkMode: "container:other", Links: ["/db:/web/database"], Binds: ["named:/named"] },
        Mounts: [
          { Type: "volume", Target: "/mounted" },
          { Type: "bind", Source: "/srv", Target: "/srv" },
        ],
      },
      mounts: [volume("/anon", "aa"), volume("/named", "named"), volume("/mounted", "mm")],
    },
  );
  assert.deepEqual(body.HostConfig.Mounts, [
    { Type: "volume", Target: "/mounted", Source: "mm" },
    { Type: "bind", Source: "/srv", Target: "/srv" },
    { Type: "volume", Source: "aa", Target: "/anon", ReadOnly: false },
  ]);
  assert.deepEqual(body.HostConfig.Links, ["db:database"]);
  assert.deepEqual(
    [body.HostConfig.NetworkMode, body.ExposedPorts, body.Hostname],
    ["container:other", {}, undefined],
  );
});

test("each network is joined again with what was set there, and not with what the engine gave out", () => {
  const networks = {
    back: {
      IPAMConfig: { IPv4Address: "10.0.0.9" },
      IPAddress: "10.0.0.9",
      Aliases: ["api", ID.slice(0, 12)],
    },
    front: { IPAMConfig: null, IPAddress: "10.1.0.2", Aliases: null, MacAddress: "02:42:0a" },
  };
  const { body, further } = again({}, {}, { host: { NetworkMode: "back" }, networks });
  const endpoint = { IPAMConfig: { IPv4Address: "10.0.0.9" }, Aliases: ["api"] };
  assert.deepEqual(body.NetworkingConfig, { EndpointsConfig: { back: endpoint } });
  assert.deepEqual(further, [{ network: "front", endpoint: {} }]);
  // It has left the network it was made in, and then all.
  const left = again({}, {}, { host: { NetworkMode: "gone" }, networks });
  assert.deepEqual([left.body.HostConfig.NetworkMode, left.further.length], ["back", 1]);
  assert.equal(again({}, {}, { host: { NetworkMode: "gone" } }).body.HostConfig.NetworkMode, "none");
});

test("a mark is read only as it was written", () => {
  assert.deepEqual(markIn(markText(mark)), mark);
  for (const odd of [undefined, "", "true", `${ID}:ran:`, `${ID}:ran:../x`, `${ID.slice(1)}:ran:web`])
    assert.equal(markIn(odd), undefined);
});
