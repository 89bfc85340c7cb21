/** The agent's few files on a real disk. */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { Appendix, Disk } from "../disk.ts";

/** A journal at its bound is under 4 MiB; nothing else is near. */
const MOST_BYTES = 16 * 1024 * 1024;

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

async function using<T>(file: FileHandle, work: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

async function openThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function inspect(path: string) {
  const file = await openThere(path);
  if (file === undefined) return undefined;
  return using(file, async () => {
    const { mode, uid, size } = await file.stat();
    if (size > MOST_BYTES) throw new RangeError(`${path} is larger than any file of the agent`);
    return { text: await file.readFile("utf8"), mode: mode & 0o777, owner: uid };
  });
}

/** The number of a group by name, from the machine's own list. */
async function groupNumber(name: string): Promise<number | undefined> {
  const line = (await readFile("/etc/group", "utf8")).split("\n").find((one) => one.startsWith(`${name}:`));
  const number = line?.split(":")[2];
  return number === undefined ? undefined : Number(number);
}

/** A name in a folder stands only once the folder is on the disk too. */
async function syncFolder(path: string): Promise<void> {
  await using(await open(dirname(path), "r"), (folder) => folder.sync());
}

export const nodeDisk: Disk = {
  inspect,
  read: async (path) => (await inspect(path))?.text,

  async replace(path, text) {
    const beside = `${path}.new`;
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
    try {
      await using(await open(beside, flags, 0o600), async (file) => {
        await file.writeFile(text);
        await file.sync();
      });
      await rename(beside, path);
    } catch (error) {
      // On a full disk the half-written file only takes space; that it can not be removed adds nothing to the error.
      await unlink(beside).catch(() => undefined);
      throw error;
    }
    await syncFolder(path);
  },

  async create(path, text, options) {
    let file: FileHandle;
    try {
      file = await open(path, "wx", 0o600);
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      throw error;
    }
    await using(file, async () => {
      const group = options && (await groupNumber(options.group));
      if (group !== undefined) {
        await file.chown(0, group);
        await file.chmod(0o640);
      }
      await file.writeFile(text);
      await file.sync();
    });
    await syncFolder(path);
    return true;
  },

  async append(path): Promise<Appendix> {
    const file = await open(path, "a", 0o600);
    return {
      write: async (text) => {
        await file.appendFile(text);
      },
      sync: () => file.datasync(),
      close: () => file.close(),
    };
  },

  folder: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },

  async list(path) {
    try {
      return await readdir(path);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    }
  },

  remove: (path) => rm(path, { force: true }),
};
