/**
 * From one frame to the next in as few bytes as it takes. The screen is known cell by cell; only runs of changed cells are written, each after a cursor
 * jump. Pure: time, streams and the terminal are elsewhere.
 */
import { columnsMax, rewriteGapMax, rowsMax } from '../limits.ts';
import { cellsOf } from './cells.ts';
import type { Cells } from './cells.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What a terminal of this size shows. */
export interface Screen extends Size {
  readonly lines: readonly { readonly source: string; readonly cells: Cells }[];
}

export interface Painted {
  readonly screen: Screen;
  /** What makes a terminal that shows `before` show `screen`; empty when nothing changed. */
  readonly bytes: string;
}

const escape = '\u001b[';
const synchronizedBegin = `${escape}?2026h`;
const synchronizedEnd = `${escape}?2026l`;

/** Writes text and switches styles only where they change. */
interface Pencil {
  bytes: string;
  style: string;
}

function put(pencil: Pencil, text: string, style: string): void {
  if (style !== pencil.style) {
    pencil.bytes += style === '' ? `${escape}0m` : `${escape}0;${style}m`;
    pencil.style = style;
  }
  pencil.bytes += text;
}

/** The column from which on the line is blank and plain. */
function blankFrom({ texts, styles }: Cells, columns: number): number {
  let end = columns;
  while (end > 0 && texts[end - 1] === ' ' && styles[end - 1] === '') end -= 1;
  return end;
}

function isSame(before: Cells, after: Cells, column: number): boolean {
  return (
    before.texts[column] === after.texts[column] && before.styles[column] === after.styles[column]
  );
}

/** The end of the run of changes that begins at `start`; short unchanged gaps are part of it. */
function runEnd(before: Cells, after: Cells, start: number, columns: number): number {
  let end = start + 1;
  for (let column = end; column < columns && column - end <= rewriteGapMax; column += 1) {
    if (!isSame(before, after, column)) end = column + 1;
  }
  // Never half a wide character.
  return end < columns && after.texts[end] === '' ? end + 1 : end;
}

function paintLine(
  pencil: Pencil,
  row: number,
  before: Cells,
  after: Cells,
  columns: number,
): void {
  const blank = blankFrom(after, columns);
  for (let column = 0; column < columns; column += 1) {
    if (isSame(before, after, column)) continue;
    const start = after.texts[column] === '' ? column - 1 : column;
    const end = runEnd(before, after, column, columns);
    pencil.bytes += `${escape}${row + 1};${start + 1}H`;
    for (let index = start; index < Math.min(end, Math.max(blank, start)); index += 1) {
      put(pencil, after.texts[index] ?? ' ', after.styles[index] ?? '');
    }
    if (end > blank) {
      // The rest of the line is blank: one erase does it.
      put(pencil, `${escape}K`, '');
      return;
    }
    column = end - 1;
  }
}

/**
 * Paints `frame` (lines with SGR, parted by line breaks) over what the terminal shows.
 * Without `before`, or after a change of size, everything is cleared and painted anew; otherwise nothing is ever cleared as a whole.
 * Lines and columns beyond the size are dropped.
 */
export function paintFrame(before: Screen | undefined, frame: string, size: Size): Painted {
  const columns = Math.min(size.columns, columnsMax);
  const rows = Math.min(size.rows, rowsMax);
  const known = before?.columns === columns && before.rows === rows ? before : undefined;
  const sources = frame.split('\n', rows);
  const blank = cellsOf('', columns);
  const pencil: Pencil = { bytes: '', style: '' };
  const lines: { source: string; cells: Cells }[] = [];
  for (let row = 0; row < rows; row += 1) {
    const source = sources[row] ?? '';
    const shown = known?.lines[row];
    if (shown?.source === source) {
      lines.push(shown);
      continue;
    }
    const cells = cellsOf(source, columns);
    paintLine(pencil, row, shown?.cells ?? blank, cells, columns);
    lines.push({ source, cells });
  }
  const screen = { columns, rows, lines };
  const clear = known === undefined ? `${escape}0m${escape}2J` : '';
  if (clear === '' && pencil.bytes === '') return { screen, bytes: '' };
  const reset = pencil.style === '' ? '' : `${escape}0m`;
  return { screen, bytes: `${synchronizedBegin}${clear}${pencil.bytes}${reset}${synchronizedEnd}` };
}
