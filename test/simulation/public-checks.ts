/** What everybody is shown of the market, held against the fold of the journal: the book, the single orders in their queues, and the trades. */
import { depthOf, lastSeq, queueOf } from '@wattlot/core';
import type { Entry, Event, State } from '@wattlot/core';
import type { BookView, QueueView, TradeTick } from '../../packages/client/src/events.ts';
import type { History } from './history.ts';
import { symbol } from './market.ts';

/** Levels a side: more than orders here ever have prices. */
const depthMax = 100;

type Levels = readonly { readonly price: number; readonly volume: number }[];

interface Book {
  readonly asks: Levels;
  readonly bids: Levels;
}

/** What was to be seen after an entry, until the next that changed it. */
interface Shown<T> {
  readonly seq: number;
  readonly what: T;
}

/** The journal's fold as the checks read it. */
export interface Fold {
  readonly state: State;
  readonly history: History;
  /** Takes in what has reached the disk since. */
  follow(): void;
  report(violation: string): void;
}

export class PublicChecks {
  readonly #fold: Fold;
  readonly #books = new Map<number, Book>([[0, { asks: [], bids: [] }]]);
  readonly #queues: Shown<string>[] = [{ seq: 0, what: queueText({ asks: [], bids: [] }) }];

  constructor(fold: Fold) {
    this.#fold = fold;
  }

  /** An entry has been folded. */
  take({ seq, command }: Entry, events: readonly Event[]): void {
    const isBookChanged = events.some(
      ({ kind }) => kind === 'level.changed' || kind === 'phase.changed',
    );
    if (isBookChanged || command.kind === 'market.open') this.#books.set(seq, this.#book());
    const what = this.queueText();
    if (what !== this.#queues.at(-1)?.what) this.#queues.push({ seq, what });
  }

  /** A client shows a book, which has to be that after its entry. */
  sawBook({ seq, asks, bids }: BookView, depth: number): void {
    if (!this.#isOnDisk(seq, 'a book')) return;
    const book = this.#books.get(seq);
    const expected = book === undefined ? 'told of' : bookText(book, depth);
    const text = bookText({ asks, bids }, depth);
    if (expected !== text) {
      this.#fold.report(`a book after entry ${seq} is ${text}, not ${expected}`);
    }
  }

  /** A client shows who stands in front of whom. */
  sawQueue({ seq, asks, bids }: QueueView): void {
    if (!this.#isOnDisk(seq, 'a queue')) return;
    const expected = this.#queues.findLast((shown) => shown.seq <= seq)?.what;
    const text = queueText({ asks, bids });
    if (expected !== text) {
      this.#fold.report(`the queue after entry ${seq} is ${text}, not ${expected}`);
    }
  }

  /** A client shows trades. */
  sawTrades(ticks: readonly TradeTick[]): void {
    this.#fold.follow();
    for (const { trade, side, price, volume, at } of ticks) {
      const made = this.#fold.history.trades.get(trade);
      const isSame =
        made?.side === side && made.price === price && made.volume === volume && made.at === at;
      if (!isSame) this.#fold.report(`trade ${trade} is shown as ${volume}@${price} ${side}`);
    }
  }

  /** The book now, as a client that follows so many levels a side should see it. */
  bookText(depth: number): string {
    return bookText(this.#book(), depth);
  }

  /** The single orders now. */
  queueText(): string {
    const [asks, bids] = (['ask', 'bid'] as const).map((side) => {
      const levels = new Map<number, { order: string; volume: number }[]>();
      for (const { order, price, volume, whole } of queueOf(this.#fold.state, symbol, side)) {
        if (whole) continue;
        const level = levels.get(price) ?? [];
        levels.set(price, level);
        level.push({ order, volume });
      }
      return [...levels].map(([price, orders]) => ({ price, orders }));
    });
    return queueText({ asks: asks ?? [], bids: bids ?? [] });
  }

  #book(): Book {
    const [asks, bids] = (['ask', 'bid'] as const).map((side) =>
      depthOf(this.#fold.state, symbol, side, depthMax),
    );
    return { asks: asks ?? [], bids: bids ?? [] };
  }

  #isOnDisk(seq: number, what: string): boolean {
    this.#fold.follow();
    if (seq <= lastSeq(this.#fold.state)) return true;
    this.#fold.report(`${what} of entry ${seq}, which is not on disk`);
    return false;
  }
}

/** A book to a depth, for comparing and for a person. */
export function bookText({ asks, bids }: Book, depth: number): string {
  const textOf = (levels: Levels): string => {
    const shown = levels.slice(0, depth);
    return shown.map(({ price, volume }) => `${volume}@${price}`).join(' ');
  };
  return `asks ${textOf(asks)} bids ${textOf(bids)}`;
}

type QueueLevels = readonly {
  readonly price: number;
  readonly orders: readonly { readonly order: string; readonly volume: number }[];
}[];

/** The single orders of a book, in the order in which they would trade, for comparing and for a person. */
export function queueText(queue: {
  readonly asks: QueueLevels;
  readonly bids: QueueLevels;
}): string {
  const textOf = (levels: QueueLevels): string => {
    return levels
      .map(({ price, orders }) => {
        return `${orders.map(({ order, volume }) => `${order}:${volume}`).join(',')}@${price}`;
      })
      .join(' ');
  };
  return `asks ${textOf(queue.asks)} bids ${textOf(queue.bids)}`;
}
