/** Where the ladder stands: its cursor, and which prices are in sight. Prices are whole numbers on the tick. */
import { bandOf, onTick } from './book.ts';
import type { Instrument } from '@wattlot/client/frames';

export interface Ladder {
  /** The price at which keys act. Never moves by itself once a person has moved it. */
  readonly cursor?: number;
  /** The price of the first row. */
  readonly top?: number;
  /** Whether the cursor stays at the middle of the book. */
  readonly follows: boolean;
}

export const newLadder: Ladder = { follows: true };

export interface LadderSight {
  readonly instrument: Instrument;
  /** The middle of the book. */
  readonly reference: number;
  /** Rows for prices, at least 1. */
  readonly rows: number;
}

function clampTop({ instrument, rows }: LadderSight, top: number): number {
  const { low, high } = bandOf(instrument);
  const lowest = low + (rows - 1) * instrument.tick;
  return Math.min(high, Math.max(top, Math.min(lowest, high)));
}

function centredTop(sight: LadderSight, price: number): number {
  return clampTop(sight, price + Math.floor((sight.rows - 1) / 2) * sight.instrument.tick);
}

/**
 * The ladder after the book, the band or the window changed. A following cursor goes to the middle, and the rows move only when the middle has left the
 * inner half of them; a cursor set by hand stays at its price and in sight.
 */
export function settleLadder(ladder: Ladder, sight: LadderSight): Ladder {
  const { instrument, reference, rows } = sight;
  const cursor = onTick(
    instrument,
    ladder.follows || ladder.cursor === undefined ? reference : ladder.cursor,
  );
  const top = ladder.top === undefined ? centredTop(sight, cursor) : clampTop(sight, ladder.top);
  const row = (top - cursor) / instrument.tick;
  const margin = ladder.follows ? Math.floor(rows / 4) : 0;
  if (row >= margin && row < rows - margin) return { ...ladder, cursor, top };
  if (ladder.follows) return { ...ladder, cursor, top: centredTop(sight, cursor) };
  const nearest = row < 0 ? cursor : cursor + (rows - 1) * instrument.tick;
  return { ...ladder, cursor, top: clampTop(sight, nearest) };
}

/** The ladder after the window went from `before` to `after`: the cursor as far down the rows as it was; in their middle when it was in none, or follows the book. */
export function resizeLadder(ladder: Ladder, before: LadderSight, after: LadderSight): Ladder {
  const { cursor, top } = ladder;
  if (cursor === undefined || top === undefined || before.rows === after.rows) return ladder;
  if (ladder.follows) return { ...ladder, top: centredTop(after, cursor) };
  const { tick } = after.instrument;
  const row = (top - cursor) / tick;
  if (row < 0 || row >= before.rows) return { ...ladder, top: centredTop(after, cursor) };
  const share = before.rows === 1 ? 0.5 : row / (before.rows - 1);
  return { ...ladder, top: clampTop(after, cursor + Math.round(share * (after.rows - 1)) * tick) };
}

/** The ladder with its cursor at a price, from now on held by hand. */
export function moveCursor(ladder: Ladder, sight: LadderSight, price: number): Ladder {
  const cursor = onTick(sight.instrument, price);
  return settleLadder({ ...ladder, cursor, follows: false }, sight);
}

/** The cursor back at the middle of the book, following it, and the middle in the middle of the rows. */
export function recentre(sight: LadderSight): Ladder {
  return settleLadder({ follows: true }, sight);
}
