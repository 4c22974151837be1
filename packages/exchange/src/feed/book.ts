/**
 * One market's book as it has been committed, and what subscribers of one depth have been sent of it.
 *
 * An update holds, for the top levels, what differs from the message before: the new quantity of each level that changed or came into the depth, 0
 * for one that is gone. A level that others pushed out of the depth is not mentioned: the client drops it by itself. Each update carries the
 * checksum of the result. Prices and quantities have all the digits of their precision, "0.10": the dialect's clients compute the checksum from the text of a number.
 */
import { bookChecksum, timeText } from '@wattlot/client/frames';
import type { BookMessage, Instrument, Level } from '@wattlot/client/frames';
import type { Instant, Lots, Price, Side } from '@wattlot/core';
import { exactLots } from '../exact.ts';
import { wholeBookDepthMax } from '../limits.ts';
import { priceText, qtyText } from './instrument.ts';

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
export function bookSnapshot(instrument: Instrument, sent: BookDepth, at: Instant): Buffer {
  return frame(instrument, 'snapshot', { ...sent, prevSeq: 0, at, checksumOf: sent });
}

/**
 * Brings the depth up to the book. @returns what to send: an update, a snapshot, or nothing when the depth did not change. A snapshot is sent of the empty
 * book (its checksum of 0 is taken for none by some clients of updates) and of a shallow one whose levels became more, fewer or others: a stock client
 * keeps levels of quantity 0 in its proof, and never shows more levels than its first message had asks.
 */
export function bookUpdate(
  instrument: Instrument,
  sent: BookDepth,
  mirror: BookMirror,
): Buffer | undefined {
  const now = openDepth(mirror, sent.depth);
  const asks = difference(sent.asks, now.asks, mirror.asks);
  const bids = difference(sent.bids, now.bids, mirror.bids);
  if (asks.length === 0 && bids.length === 0) return undefined;
  const isEmpty = now.asks.length + now.bids.length === 0;
  const isWhole = sent.depth <= wholeBookDepthMax && isReshaped(sent, now, [...asks, ...bids]);
  const prevSeq = sent.seq;
  sent.asks = now.asks;
  sent.bids = now.bids;
  sent.seq = now.seq;
  const { at, seq } = mirror;
  if (isEmpty || isWhole) return bookSnapshot(instrument, sent, at);
  return frame(instrument, 'update', { asks, bids, seq, prevSeq, at, checksumOf: now });
}

/** Whether a level went, or a side that was not full has one more. */
function isReshaped(before: BookDepth, now: BookDepth, changes: readonly Level[]): boolean {
  return (
    before.asks.length !== now.asks.length ||
    before.bids.length !== now.bids.length ||
    changes.some(({ volume }) => volume === 0)
  );
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

function frame(
  instrument: Instrument,
  type: BookMessage['type'],
  { asks, bids, seq, prevSeq, at, checksumOf }: Content,
): Buffer {
  const checksum = bookChecksum(instrument, checksumOf.asks, checksumOf.bids);
  return Buffer.from(
    `{"channel":"book","type":"${type}","data":[{"symbol":${JSON.stringify(instrument.symbol)},` +
      `"bids":[${levelsText(instrument, bids)}],"asks":[${levelsText(instrument, asks)}],` +
      `"checksum":${checksum},"timestamp":"${timeText(at)}","seq":${seq},"prev_seq":${prevSeq}}]}`,
  );
}

function levelsText(instrument: Instrument, levels: readonly Level[]): string {
  let text = '';
  for (const { price, volume } of levels) {
    if (text !== '') text += ',';
    text += `{"price":${priceText(instrument, price)},"qty":${qtyText(instrument, volume)}}`;
  }
  return text;
}
