import * as fc from 'fast-check';
import { OrderBook, Side as PeerSide } from 'nodejs-order-book';
import { expect, test } from 'vitest';
import { lots, price } from '../testing/book-pair.ts';
import type { Price } from '../units.ts';
import { Book, outcomeWords } from './book.ts';

interface PeerStep {
  readonly isCancel: boolean;
  readonly side: 'ask' | 'bid';
  readonly level: number;
  readonly volume: number;
  readonly isMarket: boolean;
  readonly pick: number;
}

const flows = fc.array(
  fc.record<PeerStep>({
    isCancel: fc.integer({ min: 0, max: 3 }).map((chance) => chance === 0),
    side: fc.constantFrom('ask', 'bid'),
    level: fc.integer({ min: 95, max: 106 }),
    volume: fc.integer({ min: 1, max: 9 }),
    isMarket: fc.integer({ min: 0, max: 7 }).map((chance) => chance === 0),
    pick: fc.nat(1_000),
  }),
  { maxLength: 120, size: 'max' },
);

/** Who gave how much, in order; what the peer says of orders that are done or left over, against what they had. */
class Peer {
  readonly book = new OrderBook();
  readonly #left = new Map<string, number>();

  take(id: string, { side, level, volume, isMarket }: PeerStep): [string, number][] {
    const sideOfPeer = side === 'ask' ? PeerSide.SELL : PeerSide.BUY;
    const { done, partial, err } = isMarket
      ? this.book.market({ side: sideOfPeer, size: volume })
      : this.book.limit({ id, side: sideOfPeer, size: volume, price: level });
    if (err !== null) throw err;
    const fills: [string, number][] = [];
    const note = (other: string, left: number): void => {
      const had = this.#left.get(other);
      if (had === undefined || other === id) return;
      fills.push([other, had - left]);
      if (left === 0) this.#left.delete(other);
      else this.#left.set(other, left);
    };
    for (const order of done) note(order.id, 0);
    if (partial !== null) note(partial.id, partial.size);
    const taken = fills.reduce((sum, [, filled]) => sum + filled, 0);
    if (!isMarket && taken < volume) this.#left.set(id, volume - taken);
    return fills;
  }

  cancel(id: string): void {
    this.book.cancel(id);
    this.#left.delete(id);
  }

  get live(): string[] {
    return [...this.#left.keys()];
  }
}

function levelsOf(book: Book, side: 'ask' | 'bid'): [number, number][] {
  return book.depth(side, 1_000).map(({ price: at, volume }) => [at, volume]);
}

/*
 * Left out because the peer is known to err there: self-trade modes (the remainder of a partly filled order, and fok with own orders), ids that are names
 * of JavaScript's own properties, and numbers that are no whole numbers.
 */
test('trades what nodejs-order-book trades', () => {
  fc.assert(
    fc.property(flows, (flow) => {
      const peer = new Peer();
      const book = new Book({ floor: price(1), cap: price(200), tick: price(1) });
      const slots = new Map<string, number>();
      const names = new Map<number, string>();
      for (const [index, step] of flow.entries()) {
        const id = `n${index}`;
        if (step.isCancel) {
          const target = peer.live[step.pick % Math.max(1, peer.live.length)];
          if (target === undefined) continue;
          peer.cancel(target);
          book.cancel(slots.get(target) ?? -1);
          continue;
        }
        const limit: Price = step.isMarket
          ? price(step.side === 'bid' ? 200 : 1)
          : price(step.level);
        const left = book.match(step.side, limit, lots(step.volume), index, 'cancel_incoming');
        const fills = Array.from({ length: book.outcomeCount }, (_, at) => [
          names.get(book.outcomes[at * outcomeWords] ?? -1),
          book.outcomes[at * outcomeWords + 1],
        ]);
        expect(fills).toEqual(peer.take(id, step));
        if (left > 0 && !step.isMarket) {
          const slot = book.rest(step.side, limit, left, index);
          slots.set(id, slot);
          names.set(slot, id);
        }
        const [asks, bids] = peer.book.depth();
        expect(levelsOf(book, 'ask')).toEqual(asks.toSorted(([a], [b]) => a - b));
        expect(levelsOf(book, 'bid')).toEqual(bids.toSorted(([a], [b]) => b - a));
      }
    }),
    { numRuns: 200 },
  );
});
