/** Telling a person what takes long: one line, with a spinner where there is a terminal to turn it in. */

const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/**
 * Shows `text` until `work` has ended, then how long it took.
 *
 * @template T
 * @param {string} text
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function during(text, work) {
  const { stderr } = process;
  const began = performance.now();
  const seconds = () => `${((performance.now() - began) / 1_000).toFixed(0)} s`;
  let turn = 0;
  const draw = () => stderr.write(`\r\x1b[2K${frames[turn++ % frames.length]} ${text} ${seconds()}`);
  const timer = stderr.isTTY ? setInterval(draw, 100) : undefined;
  if (!timer) stderr.write(`${text} ...\n`);
  try {
    const result = await work();
    stderr.write(`${timer ? "\r\x1b[2K" : ""}✔ ${text} (${seconds()})\n`);
    return result;
  } catch (error) {
    stderr.write(`${timer ? "\r\x1b[2K" : ""}✖ ${text}\n`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
