/** Proxies named by the usual variables: a real CONNECT proxy in front of the emulator behind TLS. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { botFor, echo, emulatorFor } from "./bot.test-suite.ts";

/** Of a name that no network knows, so that only the proxy can lead there. Made for this test, worth nothing. */
const host = "api.telegram.test";
const cert = `-----BEGIN CERTIFICATE-----
MIIBrjCCAVOgAwIBAgIUZYLJ6G9eUPGycnZ3KBx7YoLf6z4wCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRYXBpLnRlbGVncmFtLnRlc3QwIBcNMjYxMTIzMDkxOTAxWhgP
MjEyNjEwMzAwOTE5MDFaMBwxGjAYBgNVBAMMEWFwaS50ZWxlZ3JhbS50ZXN0MFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEs6WWrK+AH3ylvx/GtY8lXqbRzr2rEV3Z
g8naBtOOBbKuRkhy9OtCZbfsZaW2BgafshOKagQXzkqaCHJcyfBqs6NxMG8wHQYD
VR0OBBYEFLZ5rn6jqQ9nEJ0/gweXRU18zLM7MB8GA1UdIwQYMBaAFLZ5rn6jqQ9n
EJ0/gweXRU18zLM7MA8GA1UdEwEB/wQFMAMBAf8wHAYDVR0RBBUwE4IRYXBpLnRl
bGVncmFtLnRlc3QwCgYIKoZIzj0EAwIDSQAwRgIhAK6x36lqXTXa18ntYtq6Eusf
SO1fb4g9JK6VkH1YnMC7AiEA+AGsBBxH0JCy/NluEtCCQFG99s6nWUfAj7q0RnFh
SP0=
-----END CERTIFICATE-----`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIraV0rYYwM1k6QH9
Ajz6DwYiaMDtcPzTHnvhjH3mSgmhRANCAASzpZasr4AffKW/H8a1jyVeptHOvasR
XdmDydoG044Fsq5GSHL060Jlt+xlpbYGBp+yE4pqBBfOSpoIclzJ8Gqz
-----END PRIVATE KEY-----`;

const variables = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

function environment(t: TestContext, set: Record<string, string>): void {
  const before = variables.map((name) => [name, process.env[name]] as const);
  for (const name of variables) delete process.env[name];
  Object.assign(process.env, set);
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}

async function listening(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}); // Cut off at the end of the test.
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

function joined(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on("error", () => to.destroy());
    from.pipe(to);
  }
}

/** A proxy that leads every CONNECT to `port`, and notes what was asked of it. */
async function connectProxy(t: TestContext, port: number) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(405).end();
  });
  server.on("connect", (request, socket: Socket, head) => {
    asked.push(`CONNECT ${request.url}`);
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      joined(socket, onward);
    });
    // The test may end while a poll is on its way.
    onward.on("error", () => socket.destroy());
  });
  return { url: `http://127.0.0.1:${await listening(t, server)}`, asked };
}

test("HTTPS_PROXY: all goes through the proxy's tunnel, and the proxy never sees the token", async (t) => {
  const before = getCACertificates("default");
  setDefaultCACertificates([...before, cert]);
  t.after(() => setDefaultCACertificates(before));
  const emulator = await emulatorFor(t);
  const secured = createTlsServer({ cert, key }, (socket) => {
    joined(socket, connect(Number(new URL(emulator.url).port), "127.0.0.1"));
  });
  const proxy = await connectProxy(t, await listening(t, secured));
  environment(t, { HTTPS_PROXY: proxy.url });
  const { telegram } = botFor(t, emulator, echo, { apiRoot: `https://${host}` });
  await telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna" });
  anna.write("/temp");
  assert.equal((await anna.chat.next()).text, "got: /temp");
  assert.deepEqual([...new Set(proxy.asked)], [`CONNECT ${host}:443`]);
});

test("NO_PROXY: what it names is called directly", async (t) => {
  const emulator = await emulatorFor(t);
  const proxy = await connectProxy(t, 9);
  environment(t, { HTTP_PROXY: proxy.url, ALL_PROXY: proxy.url, NO_PROXY: "127.0.0.1" });
  const { telegram } = botFor(t, emulator, echo);
  await telegram.start();
  assert.deepEqual(proxy.asked, []);
});
