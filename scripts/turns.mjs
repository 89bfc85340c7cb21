/** Taking turns: of two that set up the same folder at once, the second waits for the first. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/**
 * Does `work` while holding the file `path`. A holder that has died is noticed by its pid.
 *
 * A leftover is taken away by renaming it to a name of one's own and looking at what was caught: were it another's
 * fresh claim, that is put back. Two that do this in the same instant could at worst both install.
 *
 * @template T
 * @param {string} path
 * @param {() => void} onWait called once when it has to wait
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inTurn(path, onWait, work) {
  mkdirSync(dirname(path), { recursive: true });
  for (let waited = false; !claim(path); waited = true) {
    const holder = readHolder(path);
    if (holder !== undefined && !alive(holder)) takeAway(path, holder);
    else {
      if (!waited) onWait();
      await wait(200);
    }
  }
  const release = () => rmSync(path, { force: true });
  // Also where a signal ends this process in the middle of the work.
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

function claim(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function readHolder(path) {
  try {
    return Number(readFileSync(path, "utf8")) || undefined;
  } catch {
    // Released just now.
    return undefined;
  }
}

function takeAway(path, dead) {
  const caught = `${path}.${process.pid}`;
  try {
    renameSync(path, caught);
  } catch {
    // Another one was quicker.
    return;
  }
  if (readHolder(caught) === dead) rmSync(caught, { force: true });
  else renameSync(caught, path);
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, as another account's.
    return error.code === "EPERM";
  }
}
