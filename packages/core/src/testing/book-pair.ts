/** A fast and a plain book that get the same commands: whatever either answers is compared, and the fast one is audited after each. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { Book, outcomeWords } from '../book/book.ts';
import type { PriceRange } from '../book/book.ts';
import type { SelfTrade, Side } from '../market.ts';
import { toLots, toPrice } from '../units.ts';
import type { Lots, Price } from '../units.ts';
import { PlainBook } from './plain-book.ts';
import type { PlainOutcome } from './plain-book.ts';

export function lots(value: number): Lots {
  const volume = toLots(value);
  if (volume === undefined) throw new Error(`${value} is no volume`);
  return volume;
}

export function price(value: number): Price {
  const made = toPrice(value);
  if (made === undefined) throw new Error(`${value} is no price`);
  return made;
}

/** One command. `pick` chooses an order, or one that has left, among those there are. */
export interface BookStep {
  readonly what:
    | 'match'
    | 'match and rest'
    | 'match whole'
    | 'rest'
    | 'rest whole'
    | 'reduce'
    | 'leave'
    | 'grow'
    | 'to back'
    | 'rejoin'
    | 'rejoin whole'
    | 'set owner';
  readonly side: Side;
  /** Steps above the base of the range. */
  readonly level: number;
  readonly volume: number;
  readonly owner: number;
  readonly selfTrade: SelfTrade;
  readonly pick: number;
}

/** Sequences of commands that often meet at the same prices. */
export const bookSteps: fc.Arbitrary<BookStep[]> = fc.array(
  fc.record<BookStep>({
    what: fc.constantFrom(
      'match',
      'match and rest',
      'match and rest',
      'match and rest',
      'match whole',
      'rest',
      'rest whole',
      'reduce',
      'leave',
      'grow',
      'to back',
      'rejoin',
      'rejoin whole',
      'set owner',
    ),
    side: fc.constantFrom('ask', 'bid'),
    level: fc.nat(12),
    volume: fc.integer({ min: 1, max: 8 }),
    owner: fc.nat(3),
    selfTrade: fc.constantFrom('cancel_incoming', 'cancel_resting', 'cancel_both'),
    pick: fc.nat(1_000),
  }),
  { maxLength: 80, size: 'max' },
);

interface Left {
  readonly side: Side;
  readonly price: Price;
  readonly place: number;
}

/** Both books. Orders are known by their places: the slots differ. */
export class BookPair {
  readonly fast: Book;
  readonly plain = new PlainBook();
  readonly #base: number;
  readonly #step: number;
  readonly #left: Left[] = [];

  /** @param base the price of level 0; levels are `step` apart. */
  constructor(range: PriceRange, base: number, step: number) {
    this.fast = new Book(range);
    this.#base = base;
    this.#step = step;
  }

  priceOf(level: number): Price {
    return price(this.#base + level * this.#step);
  }

  /** Slots by place. */
  #slots(book: Book | PlainBook): Map<number, number> {
    const slots = [...book.queue('ask'), ...book.queue('bid')];
    return new Map(slots.map((slot) => [book.placeOf(slot), slot]));
  }

  #outcomes(slots: ReadonlyMap<number, number>): PlainOutcome[] {
    const places = new Map([...slots].map(([place, slot]) => [slot, place]));
    const { outcomes, outcomeCount } = this.fast;
    return Array.from({ length: outcomeCount }, (_, index) => {
      const [slot = -1, volume = 0, at = 0] = outcomes.slice(index * outcomeWords);
      return {
        kind: volume > 0 ? 'fill' : 'self cancel',
        place: places.get(slot) ?? -1,
        volume: Math.abs(volume),
        price: at,
      };
    });
  }

  /** Gives both the command. @throws when they differ in anything, or the fast one is not sound. */
  take(step: BookStep): void {
    const { side, volume: count, owner, selfTrade, pick } = step;
    const [at, volume] = [this.priceOf(step.level), lots(count)];
    const { fast, plain } = this;
    const [fastSlots, plainSlots] = [this.#slots(fast), this.#slots(plain)];
    const places = [...plainSlots.keys()].toSorted((a, b) => a - b);
    const place = places[pick % Math.max(1, places.length)] ?? 0;
    const [inFast, inPlain] = [fastSlots.get(place) ?? -1, plainSlots.get(place) ?? -1];
    switch (step.what) {
      case 'match':
      case 'match and rest': {
        const left = plain.match(side, at, volume, owner, selfTrade);
        expect(fast.match(side, at, volume, owner, selfTrade)).toBe(left);
        expect(fast.stopped).toBe(plain.stopped);
        expect(this.#outcomes(fastSlots)).toEqual(plain.outcomes);
        if (step.what === 'match' || left === 0 || plain.stopped) break;
        plain.rest(side, at, left, owner);
        fast.rest(side, at, left, owner);
        break;
      }
      case 'match whole':
        expect(fast.matchWhole(side, at, volume, owner, selfTrade)).toBe(
          plain.matchWhole(side, at, volume, owner, selfTrade),
        );
        expect(this.#outcomes(fastSlots)).toEqual(plain.outcomes);
        break;
      case 'rest':
        plain.rest(side, at, volume, owner);
        fast.rest(side, at, volume, owner);
        break;
      case 'rest whole':
        plain.restWhole(side, at, volume, owner, selfTrade);
        fast.restWhole(side, at, volume, owner, selfTrade);
        break;
      case 'rejoin':
      case 'rejoin whole': {
        const [old] = this.#left.splice(pick % Math.max(1, this.#left.length), 1);
        if (old === undefined) return;
        for (const book of [plain, fast]) {
          if (step.what === 'rejoin') book.rejoin(old.side, old.price, volume, owner, old.place);
          else book.rejoinWhole(old.side, old.price, volume, owner, selfTrade, old.place);
        }
        break;
      }
      default:
        if (inPlain < 0) return;
        this.#change(step, inFast, inPlain);
    }
    this.compare(at, volume, owner, selfTrade);
  }

  #change({ what, volume, owner }: BookStep, inFast: number, inPlain: number): void {
    const { fast, plain } = this;
    const held = plain.volumeOf(inPlain);
    const isWhole = plain.isWhole(inPlain);
    if (what === 'reduce' || what === 'leave') {
      const taken = what === 'leave' || isWhole ? held : lots(Math.min(volume, held));
      const place = plain.placeOf(inPlain);
      const left: Left = { side: plain.sideOf(inPlain), price: plain.priceOf(inPlain), place };
      if (taken === held) this.#left.push(left);
      plain.reduce(inPlain, taken);
      fast.reduce(inFast, taken);
    } else if (what === 'grow' && !isWhole) {
      plain.grow(inPlain, lots(volume));
      fast.grow(inFast, lots(volume));
    } else if (what === 'to back') {
      expect(fast.toBack(inFast)).toBe(plain.toBack(inPlain));
    } else if (what === 'set owner') {
      plain.setOwner(inPlain, owner);
      fast.setOwner(inFast, owner);
    }
  }

  /** Compares every answer that both can give. */
  compare(at: Price, volume: Lots, owner: number, selfTrade: SelfTrade): void {
    const see = (book: Book | PlainBook): unknown => {
      const sides = (['ask', 'bid'] as const).map((side) => ({
        queue: [...book.queue(side)].map((slot) => [
          book.placeOf(slot),
          book.priceOf(slot),
          book.volumeOf(slot),
          book.ownerOf(slot),
          book.sideOf(slot),
          book.isWhole(slot),
          book.selfTradeOf(slot),
        ]),
        depth: [book.depth(side, 0), book.depth(side, 2), book.depth(side, 1_000)],
        best: [book.bestPrice(side), this.#placeOf(book, book.firstSlot(side))],
        counts: [book.wholeCount(side), book.levelCount(side)],
        cost: [book.costOf(side, lots(0)), book.costOf(side, lots(11))],
        at: book.volumeAtPrice(side, at),
        would: [
          book.wouldTrade(side, at, volume),
          book.wouldFill(side, at, volume, owner, selfTrade),
        ],
      }));
      return [sides, this.#placeOf(book, book.firingWhole()), book.lastPlace, book.orderCount];
    };
    expect(see(this.fast)).toEqual(see(this.plain));
    expect(this.fast.audit()).toEqual([]);
  }

  #placeOf(book: Book | PlainBook, slot: number): number {
    return slot < 0 ? -1 : book.placeOf(slot);
  }
}
