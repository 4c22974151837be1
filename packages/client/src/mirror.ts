/**
 * A client's copy of one book, kept from a snapshot and updates. Every message proves its result by the checksum; whatever does not fit makes a
 * fault, never a wrong book.
 */
import type { Instant, Lots, Price } from '@wattlot/core';
import type { BookView, ListedInstrument } from './events.ts';
import { bookChecksum } from './frames/checksum.ts';
import type { Level } from './frames/checksum.ts';
import { lotsOfQty, priceOfWire } from './frames/instrument.ts';
import type { Instrument } from './frames/instrument.ts';
import type { BookMessage } from './frames/messages.ts';
import { instantOfTime } from './frames/time.ts';
import { levelsPerMessageMax } from './limits.ts';

/** One symbol's part of a book message. */
export type BookChange = BookMessage['data'][number];

/** The book after a message, or what is wrong with it. */
export type Mirrored =
  | { readonly kind: 'book'; readonly book: BookView }
  | { readonly kind: 'fault'; readonly reason: string };

function fault(reason: string): Mirrored {
  return { kind: 'fault', reason };
}

function readLevels(instrument: Instrument, wire: BookChange['asks']): Level[] | undefined {
  if (wire.length > levelsPerMessageMax) return undefined;
  const levels: Level[] = [];
  for (const { price: wirePrice, qty } of wire) {
    const price: Price | undefined = priceOfWire(instrument, wirePrice);
    const volume: Lots | undefined = lotsOfQty(instrument, qty);
    if (price === undefined || volume === undefined) return undefined;
    levels.push({ price, volume });
  }
  return levels;
}

/** The side after the changes: a volume of 0 deletes, and what leaves the depth is forgotten. */
function merge(
  side: readonly Level[],
  changes: readonly Level[],
  better: (a: Price, b: Price) => boolean,
  depth: number,
): readonly Level[] {
  if (changes.length === 0) return side;
  const levels = [...side];
  for (const change of changes) {
    let index = levels.findIndex(({ price }) => !better(price, change.price));
    if (index < 0) index = levels.length;
    const same = levels[index]?.price === change.price ? 1 : 0;
    if (change.volume === 0) levels.splice(index, same);
    else levels.splice(index, same, change);
  }
  return levels.slice(0, depth);
}

const lower = (a: Price, b: Price): boolean => a < b;
const higher = (a: Price, b: Price): boolean => a > b;

function isSorted(levels: readonly Level[], better: (a: Price, b: Price) => boolean): boolean {
  return levels.every(({ price, volume }, index) => {
    const before = levels[index - 1];
    return volume > 0 && (before === undefined || better(before.price, price));
  });
}

/** Before an auction orders rest that could trade, and they stay while nothing trades at all. */
function mayCross({ phase = 'continuous' }: ListedInstrument): boolean {
  return phase !== 'continuous' && phase !== 'post_only';
}

/** Applies one message to the book before it (undefined: none yet, only a snapshot will do). */
export function foldBook(
  instrument: ListedInstrument,
  depth: number,
  before: BookView | undefined,
  type: BookMessage['type'],
  change: BookChange,
): Mirrored {
  const at: Instant | undefined = instantOfTime(change.timestamp);
  const asks = readLevels(instrument, change.asks);
  const bids = readLevels(instrument, change.bids);
  if (at === undefined || asks === undefined || bids === undefined) {
    return fault('a level of the book is out of bounds');
  }
  if (type === 'update') {
    if (before === undefined) return fault('the book begins with an update');
    if (change.prev_seq !== before.seq || change.seq < before.seq) {
      return fault('a message of the book is missing');
    }
  } else if (asks.length > depth || bids.length > depth) {
    return fault('the book is deeper than asked for');
  }
  const book: BookView = {
    symbol: instrument.symbol,
    asks: type === 'snapshot' ? asks : merge(before?.asks ?? [], asks, lower, depth),
    bids: type === 'snapshot' ? bids : merge(before?.bids ?? [], bids, higher, depth),
    seq: change.seq,
    at,
  };
  if (!isSorted(book.asks, lower) || !isSorted(book.bids, higher)) {
    return fault('the book is out of order');
  }
  const ask = book.asks[0];
  const bid = book.bids[0];
  const isCrossed = ask !== undefined && bid !== undefined && bid.price >= ask.price;
  if (isCrossed && !mayCross(instrument)) {
    return fault('the book is crossed');
  }
  if (bookChecksum(instrument, book.asks, book.bids) !== change.checksum) {
    return fault('the checksum of the book does not match');
  }
  return { kind: 'book', book };
}
