/** The last look before the socket: it lets the routes through as they are written, and nothing else. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ROUTES, type Route } from "@servereye/commands/agent";
import fc from "fast-check";
import { allowed } from "./allowed.ts";
import { DOCUMENTED, HOSTILE } from "./api.fixture.ts";
import { targetOf } from "./target.ts";

const ID = "0123456789ab";
const listed = Object.values(ROUTES) as readonly Route[];
const line = (route: Route): string => `${route.method} ${route.path.replaceAll(/\{\w+\}/g, "{}")}`;
const lines = new Set(listed.map(line));

test("of all that Docker documents those of the list pass, at each version", () => {
  for (const known of lines) assert.ok(DOCUMENTED.includes(known), `${known} is no call of the API`);
  let passed = 0;
  for (const documented of DOCUMENTED) {
    const [method = "", path = ""] = documented.split(" ");
    for (const version of ["/v1.41", "/v1.45"]) {
      const passes = allowed(method, version + path.replaceAll("{}", ID));
      assert.equal(passes, lines.has(documented), documented);
      if (passes) passed++;
    }
    // Without a version nothing but the question which.
    assert.equal(allowed(method, path.replaceAll("{}", ID)), documented === "GET /version", documented);
  }
  assert.equal(passed, 2 * lines.size);
});

test("another method, an odd version, more in front or behind", () => {
  for (const target of [
    "/info",
    "//info",
    "/v1.41//info",
    "/v1.41/info/",
    "/v1.41/info/x",
    "/v1.41/info?",
    "/v1.41/info?x=1",
  ])
    assert.equal(allowed("GET", target), false, target);
  for (const version of [
    "/v1.4.1",
    "/v2.0",
    "/v1.0",
    "/v1.041",
    "/v1.141",
    "/V1.41",
    "/v1",
    "/../v1.41",
    "/v1.41/..",
    "http://docker/v1.41",
  ])
    assert.equal(allowed("GET", `${version}/info`), false, version);
  for (const method of [
    "POST",
    "PUT",
    "DELETE",
    "HEAD",
    "PATCH",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "get",
    "",
    "GET ",
    "GET\n",
  ])
    assert.equal(allowed(method, "/v1.41/info"), false, method);
  for (const query of [
    "all=1&all=1",
    "ALL=1",
    "all",
    "all=1&",
    "&all=1",
    "all=1#x",
    "all=1?x",
    "all=a b",
    "all=%",
    "all=%0a",
    "all=%00",
    "all=%7F",
    "all=%2f",
    "__proto__=1",
    "all=1;x=2",
    "all=é",
  ])
    assert.equal(allowed("GET", `/v1.41/containers/json?${query}`), false, query);
  assert.equal(allowed("GET", "/v1.41/containers/json?all=true&filters=%7B%22a%22%3A%22%C3%A9%22%7D"), true);
});

test("no hostile part passes, in any place, as it is or encoded", () => {
  for (const route of listed) {
    const [before, after] = route.path.split(/\{\w+\}/);
    if (after === undefined) continue;
    for (const hostile of HOSTILE) {
      if (fits(route.path, hostile)) continue;
      for (const part of [hostile, hostile.isWellFormed() ? encodeURIComponent(hostile) : hostile]) {
        const target: string = `/v1.41${before}${part}${after}`;
        // What became another route of the list by it is that route: `/images/json` of an image without a name.
        const other = listed.some((one) => one.method === route.method && target === `/v1.41${one.path}`);
        assert.equal(allowed(route.method, target), other, target.slice(0, 200));
      }
    }
  }
});

describe("properties", () => {
  const part = fc.oneof(
    fc.constantFrom(
      ID,
      "a",
      "web",
      "library/web:1",
      "sha256:",
      "..",
      "%2e%2e",
      "json",
      "exec",
      "%2F",
      ...HOSTILE.slice(0, 90),
    ),
    fc.string({ maxLength: 20 }),
    fc.string({ unit: "binary", maxLength: 6 }),
  );

  test("what passes is a route of the list with plain names in it", () => {
    const segment = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...new Set(DOCUMENTED.flatMap((one) => one.split(/[ /]/)))) },
      { weight: 2, arbitrary: part },
      { weight: 1, arbitrary: part.filter((text) => text.isWellFormed()).map(encodeURIComponent) },
    );
    const target = fc
      .tuple(fc.array(segment, { maxLength: 5 }), fc.option(part))
      .map(([segments, query]) => ["/v1.41", ...segments].join("/") + (query === null ? "" : `?${query}`));
    let passed = 0;
    fc.assert(
      fc.property(fc.constantFrom("GET", "POST", "DELETE", "PUT", "HEAD"), target, (method, text) => {
        if (!allowed(method, text)) return;
        passed++;
        assert.ok(
          listed.some((route) => route.method === method && isRoute(route, text)),
          `${method} ${text}`,
        );
      }),
      {
        numRuns: 5_000,
        examples: [
          ["GET", "/v1.41/info"],
          ["GET", `/v1.41/containers/${ID}/json`],
        ],
      },
    );
    assert.ok(passed >= 2);
  });

  test("what the client makes of any good call passes", () => {
    const good: Record<string, fc.Arbitrary<string>> = {
      id: fc.stringMatching(/^[0-9a-f]{12,64}$/),
      image: fc.oneof(
        fc.stringMatching(/^sha256:[0-9a-f]{64}$/),
        fc.stringMatching(
          /^([a-z0-9]{1,5}(\.[a-z]{2})?(:[0-9]{1,5})?\/)?[a-z0-9]{1,9}(__?[a-z0-9]{1,5})?(\/[a-z]{1,4})?(:[\w][\w.-]{0,20})?(@sha256:[0-9a-f]{64})?$/,
        ),
      ),
      volume: fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/),
      network: fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/),
    };
    const value = fc.oneof(
      fc.boolean(),
      fc.integer(),
      fc.string({ unit: "grapheme" }).map((text) => ({ [text]: [text] })),
    );
    const names = Object.keys(ROUTES) as (keyof typeof ROUTES)[];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.record(good), value, (route, parts, told) => {
        const { path, query, method }: Route = ROUTES[route];
        const [, name] = /\{(\w+)\}/.exec(path) ?? [];
        const plain = query.filter((one) => !["name", "fromImage", "tag", "ps_args"].includes(one));
        const target: string = targetOf({
          route,
          path: name === undefined ? {} : { [name]: parts[name] ?? "" },
          query: Object.fromEntries(plain.map((one) => [one, told])),
          deadlineMs: 1,
        });
        assert.ok(allowed(method, `/v1.45${target}`), target);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** By decoding, not by patterns of the encoded: the other way round than the guard. */
function isRoute(route: Route, target: string): boolean {
  const [path = "", query] = target.split("?");
  const segments = path.split("/").slice(2);
  const form = route.path.split("/").slice(1);
  return (
    segments.length === form.length &&
    form.every((one, at) => {
      const told = decodeURIComponent(segments[at] ?? "");
      return one.startsWith("{") ? fits(one, told) : one === told;
    }) &&
    [...new URLSearchParams(query).keys()].every((name) => route.query.includes(name))
  );
}

/** A name that leads nowhere else; whether it is also one of Docker's, the client has asked before. */
const PLAIN: Readonly<Record<string, RegExp>> = {
  id: /^[0-9a-f]{12,64}$/,
  image: /^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]|[/:@](?=[a-zA-Z0-9_])){0,254}$/,
  volume: /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/,
  network: /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/,
};

const fits = (form: string, text: string): boolean =>
  PLAIN[/\{(\w+)\}/.exec(form)?.[1] ?? ""]?.test(text) ?? false;
