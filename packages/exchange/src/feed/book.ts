/**
 * One market's book as it has been committed, and what subscribers of one depth have been sent of it.
 *
 * An update holds, for the top levels, what differs from the message before: the new quantity of each level that changed or came into the depth, 0
 * for one that is gone. A level that others pushed out of the depth is not mentioned: the client drops it by itself. Each update carries the
 * checksum of the result.
 */
import { bookChecksum, qtyOfLots, timeText, wireOfPrice } from '@wattlot/client/frames';
import type { BookMessage, Instrument, Level } from '@wattlot/client/frames';
import type { Instant, Lots, Price, Side } from '@wattlot/core';
import { exactLots } from '../exact.ts';

/** The committed levels of one market, best first. */
export class BookMirror {
  readonly asks: Level[] = [];
  readonly bids: Level[] = [];
  /** The last entry that changed a level, and when it was. */
  seq = 0;
  at: Instant;

  constructor(at: Instant) {
    this.at = at;
  }

  /** Sets the volume at a price; 0 takes the level away. */
  set(side: Side, price: Price, volume: Lots): void {
    const levels = side === 'ask' ? this.asks : this.bids;
    let low = 0;
    let high = levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = levels[middle]?.price ?? price;
      if (side === 'ask' ? at < price : at > price) low = middle + 1;
      else high = middle;
    }
    const known = levels[low]?.price === price ? 1 : 0;
    if (volume === 0) levels.splice(low, known);
    else levels.splice(low, known, { price, volume });
  }
}

/** What the subscribers of one depth have: the levels of the message before. */
export interface BookDepth {
  readonly depth: number;
  asks: readonly Level[];
  bids: readonly Level[];
  seq: number;
}

/** The top of the book as it is now, for a depth that nobody has been sent anything of yet. */
export function openDepth(mirror: BookMirror, depth: number): BookDepth {
  const { seq } = mirror;
  return { depth, asks: mirror.asks.slice(0, depth), bids: mirror.bids.slice(0, depth), seq };
}

/** The whole depth as its subscribers have it. */
export function bookSnapshot(instrument: Instrument, sent: BookDepth, at: Instant): BookMessage {
  return message(instrument, 'snapshot', { ...sent, prevSeq: 0, at, checksumOf: sent });
}

/**
 * Brings the depth up to the book. @returns what to send: an update, the empty book as a snapshot (its checksum of 0 is taken for none by some
 * clients of updates), or nothing when the depth did not change.
 */
export function bookUpdate(
  instrument: Instrument,
  sent: BookDepth,
  mirror: BookMirror,
): BookMessage | undefined {
  const now = openDepth(mirror, sent.depth);
  const asks = difference(sent.asks, now.asks, mirror.asks);
  const bids = difference(sent.bids, now.bids, mirror.bids);
  if (asks.length === 0 && bids.length === 0) return undefined;
  const prevSeq = sent.seq;
  sent.asks = now.asks;
  sent.bids = now.bids;
  sent.seq = now.seq;
  const { at, seq } = mirror;
  if (now.asks.length + now.bids.length === 0) return bookSnapshot(instrument, sent, at);
  return message(instrument, 'update', { asks, bids, seq, prevSeq, at, checksumOf: now });
}

const nothing = exactLots(0);

/** The changes from one top of a side to the next. `all` tells a level that is gone from one that was pushed out. */
function difference(
  before: readonly Level[],
  now: readonly Level[],
  all: readonly Level[],
): readonly Level[] {
  const known = new Map(before.map(({ price, volume }) => [price, volume]));
  const changes = now.filter(({ price, volume }) => known.get(price) !== volume);
  const left = new Set(now.map(({ price }) => price));
  const away = before.filter(({ price }) => !left.has(price));
  if (away.length === 0) return changes;
  const standing = new Set(all.map(({ price }) => price));
  const gone = away.filter(({ price }) => !standing.has(price));
  return [...gone.map(({ price }) => ({ price, volume: nothing })), ...changes];
}

interface Content {
  readonly asks: readonly Level[];
  readonly bids: readonly Level[];
  readonly seq: number;
  readonly prevSeq: number;
  readonly at: Instant;
  readonly checksumOf: { readonly asks: readonly Level[]; readonly bids: readonly Level[] };
}

function message(
  instrument: Instrument,
  type: BookMessage['type'],
  { asks, bids, seq, prevSeq, at, checksumOf }: Content,
): BookMessage {
  const wire = ({ price, volume }: Level): { price: number; qty: number } => ({
    price: wireOfPrice(instrument, price),
    qty: qtyOfLots(instrument, volume),
  });
  return {
    channel: 'book',
    type,
    data: [
      {
        symbol: instrument.symbol,
        bids: bids.map(wire),
        asks: asks.map(wire),
        checksum: bookChecksum(instrument, checksumOf.asks, checksumOf.bids),
        timestamp: timeText(at),
        seq,
        prev_seq: prevSeq,
      },
    ],
  };
}
