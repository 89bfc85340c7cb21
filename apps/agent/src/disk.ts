/** The agent's few files, behind an interface: the key, the pinned hub, the journal, the buffer of samples. */

/** A file with what decides whether it is private. */
export interface GuardedFile {
  text: string;
  /** Permission bits, 0..0o777. */
  mode: number;
  /** User number of the owner. */
  owner: number;
}

/** An open file that only grows. */
export interface Appendix {
  write(text: string): Promise<void>;
  /** Resolves when all that was written stands on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Every method rejects with the system's error (`code` such as ENOSPC) when the disk refuses. */
export interface Disk {
  /** The whole text, or undefined when there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** As `read`, with the mode and owner of the very file that was read. */
  inspect(path: string): Promise<GuardedFile | undefined>;
  /** Puts `text` in place of what was there at once and durably (mode 600). A crash leaves the old or the new. */
  replace(path: string, text: string): Promise<void>;
  /** A new file, durably; false when there is one already. `group`: give it to this group with mode 640. */
  create(path: string, text: string, options?: { group: string }): Promise<boolean>;
  append(path: string): Promise<Appendix>;
  /** Makes the folder (mode 700) where it is missing. */
  folder(path: string): Promise<void>;
  /** Names in a folder, in no order; none where it is missing. */
  list(path: string): Promise<string[]>;
  /** Removes the file where there is one. */
  remove(path: string): Promise<void>;
}
