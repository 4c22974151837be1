/** Which pane gets which part of the window. Every size gives a whole: panes never overlap and never stick out. */
import { columnsMin, rowsMin } from './limits.ts';

export interface Box {
  readonly width: number;
  readonly height: number;
}

/**
 * `compact`: too small for panes, one line. `toggled`: one column; the orders give their place to a ticket while there is one. `stacked`: one column,
 * without a tape. `beside`: the ladder left, the rest right of it. `three`: the tape in a third column.
 */
export type Layout =
  | { readonly kind: 'compact' }
  | {
      readonly kind: 'stacked' | 'toggled' | 'beside' | 'three';
      readonly width: number;
      /** All rows between the head and the foot. */
      readonly body: Box;
      readonly ladder: Box;
      readonly ticket: Box;
      readonly orders: Box;
      /** Zero high where there is no room. */
      readonly tape: Box;
    };

/** Rows of the status and of the balances above, of the message and of the keys below. */
export const headRows = 2;
export const footRows = 2;

const ticketRows = 7;
const ticketRowsLeast = 5;
const stackedRowsLeast = 18;
const ladderColumnsLeast = 47;
const ladderColumnsMost = 68;
const sideColumnsLeast = 32;
const tapeColumns = 32;
const dividerColumns = 1;

function oneColumn(body: Box): Layout {
  const { width, height } = body;
  const box = (rows: number): Box => ({ width, height: rows });
  const ticket = box(ticketRowsLeast);
  const common = { width, body, ticket, tape: box(0) };
  if (height < stackedRowsLeast) {
    const ladder = box(height - ticketRowsLeast);
    return { kind: 'toggled', ...common, ladder, orders: ticket };
  }
  const orders = box(Math.floor((height - ticketRowsLeast) / 3));
  const ladder = box(height - ticketRowsLeast - orders.height);
  return { kind: 'stacked', ...common, ladder, orders };
}

/** The panes of a window. */
export function layoutOf(columns: number, rows: number): Layout {
  if (columns < columnsMin || rows < rowsMin) return { kind: 'compact' };
  const height = rows - headRows - footRows;
  const body = { width: columns, height };
  if (columns < ladderColumnsLeast + dividerColumns + sideColumnsLeast) {
    return oneColumn(body);
  }
  const three = columns >= ladderColumnsMost + ladderColumnsLeast + tapeColumns;
  const room = columns - (three ? tapeColumns + 2 * dividerColumns : dividerColumns);
  const half = Math.floor(room * 0.55);
  const ladder = Math.min(
    Math.max(half, ladderColumnsLeast),
    ladderColumnsMost,
    room - sideColumnsLeast,
  );
  const width = room - ladder;
  const left = height - ticketRows;
  const tape = three ? height : Math.floor(left / 2);
  return {
    kind: three ? 'three' : 'beside',
    width: columns,
    body,
    ladder: { width: ladder, height },
    ticket: { width, height: ticketRows },
    orders: { width, height: three ? left : left - tape },
    tape: { width: three ? tapeColumns : width, height: tape },
  };
}
