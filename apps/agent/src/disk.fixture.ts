/** A disk in memory for tests, which can be full, torn, and looked into. */
import type { Disk, GuardedFile } from "./disk.ts";

export class MemoryDisk implements Disk {
  readonly files = new Map<string, GuardedFile>();
  /** Every write fails, as on a full disk. */
  full = false;
  /** What was done, in order: "replace p", "write p", "sync p" ... */
  readonly done: string[] = [];

  put(path: string, text: string, mode = 0o600, owner = 1000): void {
    this.files.set(path, { text, mode, owner });
  }

  text(path: string): string {
    return this.files.get(path)?.text ?? "";
  }

  async inspect(path: string): Promise<GuardedFile | undefined> {
    return this.files.get(path);
  }

  async read(path: string): Promise<string | undefined> {
    return this.files.get(path)?.text;
  }

  async replace(path: string, text: string): Promise<void> {
    this.#work("replace", path);
    this.put(path, text);
  }

  async create(path: string, text: string, options?: { group: string }): Promise<boolean> {
    if (this.files.has(path)) return false;
    this.#work("create", path);
    this.put(path, text, options ? 0o640 : 0o600, options ? 0 : 1000);
    return true;
  }

  async append(path: string) {
    return {
      write: async (text: string) => {
        this.#work("write", path);
        this.put(path, this.text(path) + text);
      },
      sync: async () => this.#work("sync", path),
      close: async () => undefined,
    };
  }

  async folder(): Promise<void> {}

  async list(path: string): Promise<string[]> {
    return [...this.files.keys()]
      .filter((one) => one.startsWith(`${path}/`))
      .map((one) => one.slice(path.length + 1));
  }

  async remove(path: string): Promise<void> {
    this.files.delete(path);
  }

  #work(what: string, path: string): void {
    if (this.full) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    this.done.push(`${what} ${path}`);
  }
}
