/** The contract of the Store port, as tests to run on each engine. */
import { describe, test } from "node:test";
import { episodesContract } from "./contract/episodes.test-suite.ts";
import { hubsContract } from "./contract/hubs.test-suite.ts";
import { inboxContract } from "./contract/inbox.test-suite.ts";
import { onceContract } from "./contract/once.test-suite.ts";
import { peopleContract } from "./contract/people.test-suite.ts";
import { recordsContract } from "./contract/records.test-suite.ts";
import { serversContract } from "./contract/servers.test-suite.ts";
import { wizardsContract } from "./contract/wizards.test-suite.ts";
import type { OpenedStore, OpenStore } from "./contract/world.test-suite.ts";

/**
 * Registers the contract's tests under `name`. `fresh` is called once for each test and gives an opener on an empty
 * store; all that one opener opens share their data. Opened stores are closed here. The stores' clock stands at `NOW`.
 */
export function storeContract(
  name: string,
  fresh: () => Promise<OpenStore>,
  options: { skip?: string | false } = {},
): void {
  describe(name, options, () => {
    const contractTest = (what: string, run: (open: OpenStore) => Promise<void>) => {
      test(what, async () => {
        const open = await fresh();
        const opened: OpenedStore[] = [];
        try {
          await run(async () => {
            const one = await open();
            opened.push(one);
            return one;
          });
        } finally {
          await Promise.all(opened.map((one) => one.close()));
        }
      });
    };
    describe("people", () => peopleContract(contractTest));
    describe("servers", () => serversContract(contractTest));
    describe("once", () => onceContract(contractTest));
    describe("hubs", () => hubsContract(contractTest));
    describe("episodes", () => episodesContract(contractTest));
    describe("inbox", () => inboxContract(contractTest));
    describe("records", () => recordsContract(contractTest));
    describe("wizards", () => wizardsContract(contractTest));
  });
}
