/**
 * A frame from Ink's writes without a grid of cells. Ink's own `Output` takes every written text apart into characters and styles, and puts it together
 * again, each frame; two thirds of a frame's time go there. Where the texts lie side by side and each ends in plain style, their rows are just the texts
 * with blanks between them. Whatever is not that simple is left to Ink.
 */
import { isNarrow, widthOf } from '../text/printable.ts';
import { remembered } from './remembered.ts';

/** As Ink's `Output` keeps them. */
export type Operation =
  | {
      readonly type: 'write';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly transformers: readonly ((text: string, index: number) => string)[];
    }
  | { readonly type: 'clip' | 'unclip' };

const sgr = /\u001b\[[\d;]*m/g;
const endsStyled = /\u001b\[(?!0?m)[\d;]*m(?:(?!\u001b\[0?m)[^])*$/;

/** What is known of a line of text. */
interface Line {
  /** Its cells; -1 where it leaves a style open or has escape codes other than SGR. */
  readonly width: number;
  /** All of it is shown as it is, a cell a character, but for SGR: nothing in it for Ink to clean. */
  readonly isClean: boolean;
}

const lineOf = remembered((text: string): Line => {
  const plain = text.includes('\u001b') ? text.replace(sgr, '') : text;
  const isOpen = plain.includes('\u001b') || endsStyled.test(text);
  return { width: isOpen ? -1 : widthOf(plain), isClean: !isOpen && isNarrow(plain) };
});

/** Cells of a text without line breaks; -1 when it is not closed or has escape codes other than SGR. */
export function closedWidth(text: string): number {
  return lineOf(text).width;
}

/** Whether a text without line breaks has nothing in it that Ink would clean. */
export function isClean(text: string): boolean {
  return lineOf(text).isClean;
}

interface Piece {
  readonly x: number;
  readonly width: number;
  readonly text: string;
}

function join(pieces: Piece[]): string | undefined {
  pieces.sort((a, b) => a.x - b.x);
  let row = '';
  let column = 0;
  for (const { x, width, text } of pieces) {
    if (x < column) return undefined;
    row += ' '.repeat(x - column) + text;
    column = x + width;
  }
  return row;
}

/** The frame of these writes, or undefined when they overlap, are clipped, stick out or leave a style open. */
export function joinWrites(
  width: number,
  height: number,
  operations: readonly Operation[],
): string | undefined {
  const rows: Piece[][] = Array.from({ length: height }, () => []);
  for (const operation of operations) {
    if (operation.type !== 'write') return undefined;
    const { x, y, text, transformers } = operation;
    for (const [index, line] of text.split('\n').entries()) {
      const row = rows[y + index];
      if (row === undefined) return undefined;
      const shown = transformers.reduce((one, transform) => transform(one, index), line);
      const cells = closedWidth(shown);
      if (cells < 0 || x < 0 || x + cells > width) return undefined;
      row.push({ x, width: cells, text: shown });
    }
  }
  const joined: string[] = [];
  for (const row of rows) {
    const text = join(row);
    if (text === undefined) return undefined;
    joined.push(text);
  }
  return joined.join('\n');
}

/** The part of Ink's `Output` that is used here. */
export interface InkOutput {
  readonly width: number;
  readonly height: number;
  readonly operations: readonly Operation[];
  get(): { output: string; height: number };
}

/** Makes Ink's `Output` class join simple frames; `build.mjs` wraps it around Ink's own when it bundles. */
export function withJoinedRows<C extends { readonly prototype: InkOutput }>(stock: C): C {
  const stockGet: unknown = Reflect.get(stock.prototype, 'get');
  stock.prototype.get = function get(this: InkOutput) {
    const output = joinWrites(this.width, this.height, this.operations);
    if (output !== undefined) return { output, height: this.height };
    if (typeof stockGet !== 'function') throw new TypeError('Ink’s output has no get');
    return Reflect.apply(stockGet, this, []) as ReturnType<InkOutput['get']>;
  };
  return stock;
}
