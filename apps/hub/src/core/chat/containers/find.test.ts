/** A container is meant by its name, a beginning of it or of its id, and never by less. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container } from "@servereye/commands/hub";
import { findContainer } from "./find.ts";

const all: Container[] = ["web", "web-2", "db", "Cache", "face-it"].map((name, at) => ({
  ...{ id: `face${at}`.padEnd(12, "0"), name, image: "", state: "running", ports: [] },
}));

test("the whole name, a beginning that one has, the beginning of an id, several, the nearest, none", () => {
  const found = (reference: string): string => {
    const which = findContainer(reference, all);
    if (which.kind === "one") return which.container.name;
    if (which.kind === "several") return which.containers.map(({ name }) => name).join(" ");
    return `? ${which.near?.name ?? ""}`;
  };
  const typed = [
    "web",
    "we",
    "web-",
    "ca",
    "face2",
    "face",
    "face10000000",
    "fac",
    "cachr",
    "mysql",
    "WEB-2",
  ];
  assert.deepEqual(typed.map(found), [
    ...["web", "web web-2", "web-2", "Cache", "db", "face-it", "web-2", "face-it", "? Cache", "? ", "web-2"],
  ]);
});

test("a mistyped beginning and a service's name lead to the container that may be meant", () => {
  const shop: Container[] = ["web", "queue-worker"].map((service, at) => ({
    ...{ id: `face${at}`.padEnd(12, "0"), name: `shop-${service}-1`, image: "", state: "running", ports: [] },
    ...{ project: "shop", service },
  }));
  const near = ["shpo-web", "web", "queue", "queue-wroker", "mysql"].map((reference) => {
    const found = findContainer(reference, shop);
    return found.kind === "none" ? found.near?.service : found.kind;
  });
  assert.deepEqual(near, ["web", "web", "queue-worker", "queue-worker", undefined]);
});
