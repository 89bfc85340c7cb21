/** Keeps the private PostgreSQL running: when it dies by itself it is started again, sooner at first. */
import type { Connection } from "./greet.ts";
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from "./start.ts";

export interface Supervised {
  readonly connection: Connection;
  readonly version: string;
  readonly adopted: boolean;
  stop(): Promise<void>;
}

/** Waits before the next start after this many failures in a row, ms; the last one repeats. */
const WAITS = [50, 500, 2_000, 10_000, 30_000];

/** Starts it, and from then on starts it again whenever it ends without `stop`. The first start may throw. */
export async function superviseEmbeddedPostgres(
  options: EmbeddedOptions,
  after: (ms: number, run: () => void) => () => void,
): Promise<Supervised> {
  let stopped = false;
  let cancel = (): void => undefined;
  let current: Promise<EmbeddedPostgres>;

  const watched = async (): Promise<EmbeddedPostgres> => {
    const postgres = await startEmbeddedPostgres(options);
    postgres.onExit((reason) => {
      if (stopped) return;
      options.log("store.died", { reason });
      again(0);
    });
    return postgres;
  };
  const again = (failures: number): void => {
    cancel = after(WAITS[Math.min(failures, WAITS.length - 1)] ?? 0, () => {
      current = watched();
      current.catch((error: unknown) => {
        if (stopped) return;
        options.log("store.restart_failed", { error: String(error) });
        again(failures + 1);
      });
    });
  };

  current = watched();
  const first = await current;
  return {
    connection: first.connection,
    version: first.version,
    adopted: first.adopted,
    stop: async () => {
      stopped = true;
      cancel();
      // A start that failed has left nothing to stop, and was logged when it failed.
      const postgres = await current.catch(() => undefined);
      await postgres?.stop();
    },
  };
}
