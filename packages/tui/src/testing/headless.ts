/** A terminal without a window: what a person would see, as text and as styled cells. */
import headless from '@xterm/headless';
import type { Canvas } from '../screen/sink.ts';

export interface HeadlessTerminal {
  readonly canvas: Canvas;
  /** Waits until everything written has been taken in. */
  readonly settle: () => Promise<void>;
  /** The rows as text, blanks at their ends left out. Not for wide characters: their second cell is not part of the text. */
  readonly rows: () => string[];
  /** Every cell with its style, row by row. */
  readonly cells: () => string[][];
  readonly resize: (columns: number, rows: number) => void;
  /** All that was written. */
  readonly written: () => string;
  readonly isAlternate: boolean;
}

type Cell = NonNullable<
  ReturnType<NonNullable<ReturnType<headless.Terminal['buffer']['active']['getLine']>>['getCell']>
>;

function describe(cell: Cell): string {
  const style = [
    cell.isBold(),
    cell.isDim(),
    cell.isItalic(),
    cell.isUnderline(),
    cell.isInverse(),
    cell.isStrikethrough(),
    cell.getFgColorMode(),
    cell.getFgColor(),
    cell.getBgColorMode(),
    cell.getBgColor(),
  ].map(Number);
  // A cell that was never written is a blank.
  const text = cell.getWidth() === 0 ? '' : cell.getChars() || ' ';
  return `${text}|${style.join(',')}`;
}

export function headlessTerminal(columns: number, rows: number): HeadlessTerminal {
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
  const resized = new Set<() => void>();
  let written = '';
  const line = (row: number): NonNullable<ReturnType<typeof terminal.buffer.active.getLine>> => {
    const { active } = terminal.buffer;
    const found = active.getLine(active.viewportY + row);
    if (found === undefined) throw new Error(`no row ${row}`);
    return found;
  };
  const each = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));
  return {
    canvas: {
      get columns() {
        return terminal.cols;
      },
      get rows() {
        return terminal.rows;
      },
      write: (bytes) => {
        written += bytes;
        terminal.write(bytes);
        return true;
      },
      on: (event, listener) => {
        if (event === 'resize') resized.add(listener);
      },
      off: (_, listener) => {
        resized.delete(listener);
      },
    },
    settle: () =>
      new Promise((resolve) => {
        terminal.write('', resolve);
      }),
    rows: () => each(terminal.rows, (row) => line(row).translateToString(true)),
    cells: () =>
      each(terminal.rows, (row) =>
        each(terminal.cols, (column) => {
          const cell = line(row).getCell(column);
          return cell === undefined ? '' : describe(cell);
        }),
      ),
    resize: (toColumns, toRows) => {
      terminal.resize(toColumns, toRows);
      for (const listener of resized) listener();
    },
    written: () => written,
    get isAlternate() {
      return terminal.buffer.active.type === 'alternate';
    },
  };
}
