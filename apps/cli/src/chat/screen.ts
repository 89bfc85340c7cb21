/** Where the chat is printed: messages above, the input line below, and an edit in place while it is still the last. */
import type { Interface } from "node:readline";
import { columnsOf } from "./plain.ts";

export interface Out {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export class Screen {
  readonly #out: Out;
  #input: Interface | undefined;
  /** The message that was printed last, and the rows from its first line to the input. */
  #last: { id: string; rows: number } | undefined;

  constructor(out: Out) {
    this.#out = out;
  }

  /** The line editor whose prompt stands below. */
  attach(input: Interface): void {
    this.#input = input;
  }

  get columns(): number {
    return this.#out.columns ?? 80;
  }

  /** Prints a message, in the place of its older state where that is still the last thing on the screen. */
  message(id: string, lines: readonly string[]): void {
    const over = this.#last?.id === id ? this.#last.rows : 0;
    const fits = over < (this.#out.rows ?? 24);
    this.#aside(over > 0 && fits ? over : 0, [...lines, ""]);
    this.#last = { id, rows: this.#rowsOf([...lines, ""]) };
  }

  /** Prints a remark. It goes when the message above it is renewed. */
  remark(line: string): void {
    this.#aside(0, [line]);
    if (this.#last !== undefined) this.#last.rows += this.#rowsOf([line]);
  }

  /** The person has entered a line. One that only pressed a button is tidied away with the next edit. */
  entered(line: string, pressed: boolean, prompt: string): void {
    if (pressed && this.#last !== undefined) this.#last.rows += this.#rowsOf([prompt + line]);
    else this.#last = undefined;
  }

  /** The window has changed: lines stand elsewhere now. */
  forget(): void {
    this.#last = undefined;
  }

  #rowsOf(lines: readonly string[]): number {
    return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line) / this.columns)), 0);
  }

  #aside(up: number, lines: readonly string[]): void {
    const text = `${lines.join("\n")}\n`;
    if (this.#out.isTTY !== true) {
      this.#out.write(text);
      return;
    }
    const inputRows = this.#input?.getCursorPos().rows ?? 0;
    const rise = up + inputRows;
    this.#out.write(`\r${rise > 0 ? `\u001B[${rise}A` : ""}\u001B[J${text}`);
    this.#input?.prompt(true);
  }
}
