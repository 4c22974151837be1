/** Which pane gets which part of the window. Every size gives a whole: panes never overlap and never stick out. */
import { columnsMin, rowsMin } from '../limits.ts';

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
      /** Zero high where there is no room, as is the chart. */
      readonly tape: Box;
      readonly chart: Box;
    };

/** Rows of the status and of the balances above, of the message and of the keys below. */
export const headRows = 2;
export const footRows = 2;

/** Rows of a recorded day's bar: none in a live market, nor in a window that is as low as can be. */
export function barRowsOf(rows: number, isReplay: boolean): number {
  return isReplay && rows > rowsMin ? 1 : 0;
}

const ticketRows = 7;
const ticketRowsLeast = 5;
const ordersRowsLeast = 4;
const tapeRowsLeast = 4;
/** A chart lower than this says nothing. */
const chartRowsLeast = 8;
const stackedRowsLeast = 18;
const ladderColumnsLeast = 47;
/** From here on it shows what it takes to reach a price. */
const ladderColumnsReach = 64;
const ladderShare = 0.55;
const ladderColumnsMost = 72;
const sideColumnsLeast = 32;
const tapeColumns = 32;
const dividerColumns = 1;

function oneColumn(body: Box): Layout {
  const { width, height } = body;
  const box = (rows: number): Box => ({ width, height: rows });
  const ticket = box(ticketRowsLeast);
  const common = { width, body, ticket, tape: box(0), chart: box(0) };
  if (height < stackedRowsLeast) {
    const ladder = box(height - ticketRowsLeast);
    return { kind: 'toggled', ...common, ladder, orders: ticket };
  }
  const orders = box(Math.floor((height - ticketRowsLeast) / 3));
  const ladder = box(height - ticketRowsLeast - orders.height);
  return { kind: 'stacked', ...common, ladder, orders };
}

interface Shares {
  readonly orders: number;
  readonly tape: number;
  readonly chart: number;
}

/** Rows below the ticket for orders and chart; the tape has a column of its own. */
function withoutTape(rows: number): Shares {
  const chart = rows >= 2 * chartRowsLeast ? Math.floor(rows * 0.4) : 0;
  return { orders: rows - chart, tape: 0, chart };
}

/** Rows below the ticket for orders, tape and chart: what would become too low to be read gives its rows to the orders. */
function shared(rows: number): Shares {
  const third = Math.floor(rows / 3);
  const chart = third >= chartRowsLeast ? third : 0;
  const rest = rows - chart;
  const tape = rest >= ordersRowsLeast + tapeRowsLeast ? Math.floor(rest / 2) : 0;
  return { orders: rest - tape, tape, chart };
}

/** The panes of a window. */
export function layoutOf(columns: number, rows: number): Layout {
  if (columns < columnsMin || rows < rowsMin) return { kind: 'compact' };
  const height = rows - headRows - footRows;
  const body = { width: columns, height };
  if (columns < ladderColumnsLeast + dividerColumns + sideColumnsLeast) {
    return oneColumn(body);
  }
  const besideTape = columns - tapeColumns - 2 * dividerColumns;
  // A third pane takes no column from the ladder.
  const three = Math.floor(besideTape * ladderShare) >= ladderColumnsReach;
  const room = three ? besideTape : columns - dividerColumns;
  const half = Math.floor(room * ladderShare);
  const ladder = Math.min(
    Math.max(half, ladderColumnsLeast),
    ladderColumnsMost,
    room - sideColumnsLeast,
  );
  const width = room - ladder;
  const left = height - ticketRows;
  const { orders, tape, chart } = three ? withoutTape(left) : shared(left);
  return {
    kind: three ? 'three' : 'beside',
    width: columns,
    body,
    ladder: { width: ladder, height },
    ticket: { width, height: ticketRows },
    orders: { width, height: orders },
    tape: { width: three ? tapeColumns : width, height: three ? height : tape },
    chart: { width, height: chart },
  };
}
