/** One line as people know it from `docker run`: understood, or refused by name; and never a value in the refusal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mayHoldValues, readLine } from "./line.ts";
import { shellWords } from "./shell.ts";
import { askOf, type Wanted } from "./wanted.ts";

const JOB = "11111111-1111-4111-8111-111111111111";
const wanted = (text: string): Wanted => {
  const line = readLine(text);
  assert.ok("wanted" in line, JSON.stringify(line));
  return line.wanted;
};
const wrong = (text: string) => {
  const line = readLine(text);
  assert.ok("wrong" in line, JSON.stringify(line));
  return [line.wrong.replace("wizard-wrong-", ""), ...Object.values(line.values ?? {})].join(" ");
};

test("words as a shell splits them, and as a phone types them", () => {
  const words = (text: string) => {
    const split = shellWords(text);
    return "words" in split ? split.words : split.unclosed;
  };
  assert.deepEqual(words(` a  "b c"  d'e f'g  h\\ i `), ["a", "b c", "de fg", "h i"]);
  assert.deepEqual(words("nginx \\\n  --name web"), ["nginx", "--name", "web"]);
  assert.deepEqual(words("—name web –restart no “two words” '—x'"), [
    ...["--name", "web", "--restart", "no", "two words", "—x"],
  ]);
  assert.deepEqual(words(`-e A="say \\"hi\\"" ''`), ["-e", `A=say "hi"`, ""]);
  assert.equal(words("a 'b"), "'");
});

test("the line of the manual, its options before, behind and joined", () => {
  const whole = wanted("nginx:1.27 --name web -p 8080:80 -e A=B -v data:/var/lib/x --restart unless-stopped");
  assert.deepEqual(whole, {
    ...{ image: "nginx:1.27", name: "web", restart: "unless-stopped", start: true },
    ports: [{ inside: 80, outside: 8080, protocol: "tcp" }],
    env: [{ name: "A", value: "B" }],
    volumes: [{ from: { volume: "data" }, to: "/var/lib/x" }],
  });
  assert.deepEqual(
    wanted("-d --name=web -p8080:80 --env=A=B --volume data:/var/lib/x/ --restart=unless-stopped nginx:1.27"),
    whole,
  );
  assert.ok(askOf(whole, JOB), "it is what the contract takes");
});

test("ports, folders, commands, and the default that Docker has", () => {
  const it = wanted(
    `Redis -p 127.0.0.1:6379:6379 -p [::1]:53:53/udp -p 9000 -v /srv/x:/x:ro --network back redis-server --save "60 1"`,
  );
  assert.equal(it.image, "redis", "a phone begins with a capital letter");
  assert.equal(it.restart, "no");
  assert.deepEqual(it.ports, [
    { inside: 6379, outside: 6379, protocol: "tcp", address: "127.0.0.1" },
    { inside: 53, outside: 53, protocol: "udp", address: "::1" },
    { inside: 9000, protocol: "tcp" },
  ]);
  assert.deepEqual(it.volumes, [{ from: { path: "/srv/x" }, to: "/x", readOnly: true }]);
  assert.deepEqual(it.command, ["redis-server", "--save", "60 1"]);
  assert.equal(it.network, "back");
  assert.deepEqual(wanted("alpine -- --help").command, ["--help"]);
  assert.ok(askOf({ ...it, name: "r1" }, JOB));
});

test("what would be the server's own is sent on, for its policy to refuse", () => {
  const it = wanted(
    "x --privileged --cap-add net_admin --cap-add CAP_SYS_TIME --device /dev/ttyUSB0 --network host --pid host --server attic",
  );
  assert.equal(it.privileged, true);
  assert.deepEqual(it.capAdd, ["NET_ADMIN", "SYS_TIME"]);
  assert.deepEqual(it.devices, ["/dev/ttyUSB0"]);
  assert.deepEqual(it.hostNamespaces, ["network", "pid"]);
  assert.equal(it.network, undefined);
  assert.ok(askOf({ ...it, name: "x1" }, JOB));
  const line = readLine("x --server attic");
  assert.equal("server" in line && line.server, "attic");
});

test("what is wrong is told by name, with the nearest, and without anything that could be a value", () => {
  const cases: Array<[string, string]> = [
    ["nginx --nmae web", "option-near --nmae --name"],
    ["nginx --restrat=always", "option-near --restrat --restart"],
    ["nginx --password=hunter2", "option --password"],
    ["nginx -it", "option -it"],
    ["nginx -e", "value -e"],
    ["nginx -e A", "env-value"],
    ["nginx -e 'my secret=x'", "env"],
    ["nginx -p 80:x", "port 80:x"],
    ["nginx -p 70000:80", "port 70000:80"],
    ["nginx -p 300.1.1.1:80:80", "port 300.1.1.1:80:80"],
    ["nginx -v data", "volume data"],
    ["nginx -v ../etc:/x", "volume ../etc:/x"],
    ["nginx -v /srv/../etc:/x", "volume /srv/../etc:/x"],
    ["nginx -v data:/x:rwx", "volume data:/x:rwx"],
    ["nginx --restart sometimes", "restart sometimes"],
    ["nginx --name 'a b'", "name a b"],
    ["nginx --pid container:x", "namespace container:x"],
    ["nginx --device /etc/shadow", "device /etc/shadow"],
    ["nginx 'open", "quote '"],
    ["--name web", "no-image"],
    ["A=B nginx", "image …"],
    ["ng$inx", "image ng$inx"],
  ];
  for (const [line, told] of cases) assert.equal(wrong(line), told, line);
});

test("the same said twice: the last one counts; too many are refused", () => {
  const it = wanted("x -e A=1 -e A=2 -p 80:80 -p 80:81 -v aa:/d -v bb:/d");
  assert.deepEqual(it.env, [{ name: "A", value: "2" }]);
  assert.deepEqual(it.ports, [{ inside: 81, outside: 80, protocol: "tcp" }]);
  assert.deepEqual(it.volumes, [{ from: { volume: "bb" }, to: "/d" }]);
  assert.equal(wrong(`x ${Array.from({ length: 65 }, (_, n) => `-p ${n + 1}:80`).join(" ")}`), "many 64");
});

test("a line that was not understood is taken away when it may hold values", () => {
  for (const line of ["nginx -e A", "nginx --env X", "A=B", "—env x nginx", "x --nmae=web"])
    assert.ok(mayHoldValues(line), line);
  for (const line of ["nginx --name web", "nginx -p 80:80", "ng$inx"]) assert.ok(!mayHoldValues(line), line);
});
