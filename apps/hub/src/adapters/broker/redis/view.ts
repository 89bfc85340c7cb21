/** Which Redis servers there are to talk to now: the one named, the Sentinels' master, or the Cluster's masters. */
import * as z from "zod/mini";
import type { Endpoint, RedisPlace } from "./place.ts";
import { SLOTS } from "./slot.ts";
import { unavailable, type Wire } from "./wire.ts";

export interface View {
  /** Of two views the one with the higher epoch is the later. */
  epoch: number;
  nodes: ReadonlyArray<{ at: Endpoint; slots: ReadonlyArray<readonly [from: number, to: number]> }>;
}

export interface Views {
  /** True when servers may take each other's place, so that a view has to be looked at again. */
  readonly changing: boolean;
  /** `afresh`: asks everybody and takes the latest word; else whoever answered last. Rejects when nobody answers. */
  look(afresh: boolean): Promise<View>;
  close(): void;
}

/** How long the others are waited for once one has answered; ms. */
const OTHERS_MS = 200;

export interface ViewsParts {
  place: RedisPlace;
  after(ms: number, run: () => void): () => void;
  /** Opens a connection to ask. */
  open(at: Endpoint): Promise<Wire>;
}

export function createViews(parts: ViewsParts): Views {
  const { place } = parts;
  if (place.kind === "single") {
    const nodes = place.seeds.map((at) => ({ at, slots: [[0, SLOTS - 1] as const] }));
    return { changing: false, look: async () => ({ epoch: 0, nodes }), close: () => undefined };
  }
  const read = place.kind === "sentinel" ? mastersView(place.master) : clusterView;
  const key = ({ host, port }: Endpoint) => `${host} ${port}`;
  let known = new Map(place.seeds.map((at) => [key(at), at]));
  let kept: { wire: Wire; at: Endpoint } | undefined;

  function learn(view: View): View {
    if (place.kind === "cluster")
      known = new Map([...place.seeds, ...view.nodes.map(({ at }) => at)].map((at) => [key(at), at]));
    return view;
  }
  function forget(): void {
    kept?.wire.drop();
    kept = undefined;
  }

  async function everybody(): Promise<View> {
    const best = await latest([...known.values()]);
    forget();
    kept = best;
    return learn(best.view);
  }

  /** The latest word of those who answer; the connections of the others end. */
  function latest(all: Endpoint[]): Promise<{ wire: Wire; at: Endpoint; view: View }> {
    return new Promise((resolve, reject) => {
      const answers: Array<{ wire: Wire; at: Endpoint; view: View }> = [];
      const reasons: unknown[] = [];
      let left = all.length;
      let decided = false;
      let stop = (): void => undefined;
      function decide(): void {
        if (decided) return;
        decided = true;
        stop();
        const [best, ...others] = answers.sort((a, b) => b.view.epoch - a.view.epoch);
        for (const { wire } of others) wire.drop();
        if (best === undefined) reject(reasons[0]);
        else resolve(best);
      }
      for (const at of all)
        ask(at)
          .then(
            (answer) => {
              if (decided) return answer.wire.drop();
              answers.push(answer);
              if (answers.length === 1) stop = parts.after(OTHERS_MS, decide);
            },
            (error: unknown) => reasons.push(error),
          )
          .finally(() => --left === 0 && decide());
    });
  }

  async function ask(at: Endpoint): Promise<{ wire: Wire; at: Endpoint; view: View }> {
    const wire = await parts.open(at);
    try {
      return { wire, at, view: await read(wire, at) };
    } catch (error) {
      wire.drop();
      throw error;
    }
  }

  return {
    changing: true,
    async look(afresh) {
      if (afresh || !kept?.wire.alive) return everybody();
      const { wire, at } = kept;
      // One that went silent is no reason to doubt the view: the others are asked.
      return read(wire, at).then(learn, everybody);
    },
    close: forget,
  };
}

const Master = z.object({ ip: z.string(), port: z.coerce.number(), "config-epoch": z.coerce.number() });

function mastersView(name: string): (wire: Wire) => Promise<View> {
  return async (wire) => {
    const told = Master.safeParse({ ...Object(await wire.call(["SENTINEL", "MASTER", name])) });
    if (!told.success) throw unavailable("a Sentinel gives no master", told.error);
    const { ip: host, port } = told.data;
    return { epoch: told.data["config-epoch"], nodes: [{ at: { host, port }, slots: [[0, SLOTS - 1]] }] };
  };
}

async function clusterView(wire: Wire, asked: Endpoint): Promise<View> {
  return readClusterNodes(String(await wire.call(["CLUSTER", "NODES"])), asked);
}

/**
 * Reads the reply of CLUSTER NODES: a node a line, `<id> <ip:port@bus[,name]> <flags> <master> <ping> <pong> <epoch>
 * <link> <slot or from-to> ...`. Who is marked as failing still keeps its slots until another has taken them.
 */
export function readClusterNodes(text: string, asked: Endpoint): View {
  const nodes: Array<View["nodes"][number]> = [];
  let epoch = 0;
  for (const line of text.split("\n")) {
    const [, address = "", flags = "", , , , epochText = "", , ...words] = line.trim().split(" ");
    const [, ip = "", port = ""] = /^(.*):(\d+)@\d+/.exec(address) ?? [];
    // In brackets: slots on their way in or out, still where they were.
    const slots = words.flatMap((word) => {
      const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
      return from === undefined ? [] : [[Number(from), Number(to ?? from)] as const];
    });
    if (!flags.split(",").includes("master") || slots.length === 0 || port === "0" || port === "") continue;
    epoch = Math.max(epoch, Number(epochText) || 0);
    // A node that does not know its own address yet is where it was asked.
    nodes.push({ at: { host: ip === "" ? asked.host : ip, port: Number(port) }, slots });
  }
  if (nodes.length === 0) throw unavailable("the Cluster names no master with slots");
  return { epoch, nodes };
}
