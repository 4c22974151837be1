/**
 * Replays order flow in LOBSTER's format through the core and compares the book after every message. Orders that were resting before the file begins
 * have no ids in it: one anonymous order a level stands for them, taken from the first row; levels beyond it show themselves later.
 *
 * Two things of the format. All executions of one instant come from one incoming order and are told in no certain order: they are compared together. And an
 * order that was entered before the file but is shown in it later (at an opening cross) has a place in the queue that the file does not tell: it
 * is taken to be that of its id, until an execution shows otherwise.
 */
import { performance } from 'node:perf_hooks';
import type { Side } from '@wattlot/core';
import { tickOf } from './lobster.ts';
import type { BookLevel, BookRow, Message } from './lobster.ts';
import { Venue } from './venue.ts';

/** What a replay saw. */
export interface Replay {
  readonly messages: number;
  readonly levelsCompared: number;
  /** Levels that differed for want of orders from before the file: they lay beyond its first row, or are not in it at all. */
  readonly explained: number;
  readonly unexplained: number;
  /** The first unexplained ones, a line each. */
  readonly firstUnexplained: readonly string[];
  readonly executions: number;
  /** Executions that hit exactly the order that the file names. */
  readonly namedHits: number;
  /** Executions that name an order from before the file, and hit the one that stands for it. */
  readonly anonymousHits: number;
  /**
   * Executions in an instant in which another order was hit than the file names. The levels are the same then; some orders have a priority that the messages
   * do not tell, for example because they are ranked at a better price than they show.
   */
  readonly otherHits: number;
  /** The first of those, a line each. */
  readonly firstOtherHits: readonly string[];
  /** Orders entered before the file that it shows later. */
  readonly shownLate: number;
  /** How often an execution showed that one of those had another place. Counted among the explained. */
  readonly placesLearned: number;
  readonly ordersPerSecond: number;
}

const linesMax = 5;

function keyOf(side: Side, price: number): string {
  return `${side} ${price}`;
}

interface Named {
  readonly id: number;
  readonly side: Side;
  readonly price: number;
  order: string;
}

/** What one order should give in one instant, and what it gave. */
interface Share {
  expected: number;
  hit: number;
  executions: number;
  readonly isNamed: boolean;
  readonly index: number;
}

class Run {
  readonly venue: Venue;
  readonly #named = new Map<string, Named>();
  /** The named orders of a level in the order of their ids, some of them gone. */
  readonly #levels = new Map<string, Named[]>();
  #instant = '';
  readonly #shares = new Map<string, Share>();
  /** The order that stands for those from before the file, by level. */
  readonly #anonymous = new Map<string, string>();
  /** The worst price that the first row shows, by side; nothing beyond it is known. */
  readonly #edge: { ask: number; bid: number } = { ask: 0, bid: 0 };
  readonly #isSeeded: boolean;
  levelsCompared = 0;
  explained = 0;
  unexplained: string[] = [];
  unexplainedCount = 0;
  executions = 0;
  namedHits = 0;
  anonymousHits = 0;
  otherHits = 0;
  jumps: string[] = [];
  shownLate = 0;
  placesLearned = 0;
  /** The id of the first order that the file enters: smaller ones are from before it. */
  readonly #firstId: number;

  constructor(messages: readonly Message[], books: readonly BookRow[]) {
    const book = messages.filter(({ type }) => type <= 4);
    const rows = books.flatMap(({ asks, bids }) => [...asks, ...bids]);
    let cap = 1;
    let volumeMax = 1;
    for (const { price, size } of book) {
      cap = Math.max(cap, price);
      volumeMax = Math.max(volumeMax, size);
    }
    for (const { price, size } of rows) {
      cap = Math.max(cap, price);
      volumeMax = Math.max(volumeMax, size);
    }
    const tick = tickOf([...book, ...rows].map(({ price }) => price));
    this.venue = new Venue({ tick, cap: Math.ceil((2 * cap) / tick) * tick, volumeMax });
    this.#isSeeded = books.length > 0;
    this.#firstId = Number(messages.find(({ type }) => type === 1)?.order ?? 0);
  }

  /** Rests an anonymous order a level of the first row, less what its own message put there. */
  seed({ asks, bids }: BookRow, first: Message): void {
    for (const [side, levels] of [
      ['ask', asks],
      ['bid', bids],
    ] as const) {
      for (const { price, size } of levels) {
        const isOwn = first.type === 1 && first.side === side && first.price === price;
        const before = isOwn ? size - first.size : size;
        if (before > 0) this.#stand(side, price, before);
        this.#edge[side] = price;
      }
    }
  }

  #stand(side: Side, price: number, lots: number): void {
    this.#anonymous.set(keyOf(side, price), this.venue.place(side, price, lots).order);
  }

  take(message: Message, index: number): void {
    this.venue.now = message.at;
    const { type, order, side, price } = message;
    const known = this.#named.get(order)?.order;
    switch (type) {
      case 1:
        this.#submit(message, index);
        return;
      case 2:
      case 3:
        this.#reduce(index, known ?? this.#anonymous.get(keyOf(side, price)), message);
        return;
      case 4:
        this.#execute(message, index, known);
        return;
      default:
    }
  }

  #submit({ order: id, side, price, size }: Message, index: number): void {
    const { order, hits } = this.venue.place(side, price, size);
    if (hits.length > 0) this.#fail(index, `a new order traded with ${hits.length} others`);
    const named: Named = { id: Number(id), side, price, order };
    this.#named.set(id, named);
    const key = keyOf(side, price);
    const level = (this.#levels.get(key) ?? []).filter(
      (one) => this.venue.remaining(one.order) > 0,
    );
    const isOld = this.#isOld(named);
    if (isOld) this.shownLate += 1;
    const behind = isOld ? level.filter((one) => one.id > named.id) : [];
    this.#levels.set(key, [...level.filter((one) => !behind.includes(one)), named, ...behind]);
    for (const one of behind) this.#toBack(one);
  }

  #isOld({ id }: Named): boolean {
    return id < this.#firstId;
  }

  /** Puts an order behind all others at its price. */
  #toBack(named: Named): void {
    const remaining = this.venue.remaining(named.order);
    this.venue.reduce(named.order, remaining);
    named.order = this.venue.place(named.side, named.price, remaining).order;
  }

  /**
   * Looks ahead at the executions of an instant at one level. Where the queue would give others than the file names, and those are from before the file,
   * their places were guessed wrong: they go behind the ones that the file names.
   */
  learn(executions: readonly Message[]): void {
    const [first] = executions;
    if (first === undefined) return;
    const key = keyOf(first.side, first.price);
    const level = (this.#levels.get(key) ?? []).filter(
      (one) => this.venue.remaining(one.order) > 0,
    );
    const wanted = new Map<Named, number>();
    for (const { order, size } of executions) {
      const named = this.#named.get(order);
      // One without a name may be anywhere: nothing can be learned.
      if (named === undefined) return;
      wanted.set(named, (wanted.get(named) ?? 0) + size);
    }
    let left = [...wanted.values()].reduce((sum, size) => sum + size, 0);
    const wrong = new Set<Named>();
    for (const one of level) {
      const taken = Math.min(left, this.venue.remaining(one.order));
      left -= taken;
      if (taken > (wanted.get(one) ?? 0)) wrong.add(one);
    }
    if (wrong.size === 0 || ![...wrong].every((one) => this.#isOld(one))) return;
    const rest = level.filter((one) => !wrong.has(one) && !wanted.has(one));
    const ahead = level.filter((one) => !wrong.has(one) && wanted.has(one));
    const next = [...ahead, ...wrong, ...rest];
    this.placesLearned += wrong.size;
    this.explained += wrong.size;
    const same = next.findIndex((one, index) => one !== level[index]);
    for (const one of next.slice(Math.max(0, same))) this.#toBack(one);
    this.#levels.set(key, next);
  }

  #reduce(index: number, order: string | undefined, { type, order: name, size }: Message): void {
    const remaining = order === undefined ? 0 : this.venue.remaining(order);
    const isNamed = this.#named.has(name);
    if (order === undefined || remaining === 0) {
      // Of an order from before the file, beyond what the first row shows.
      if (isNamed || (this.#isSeeded && order !== undefined))
        this.#fail(index, `nothing rests of ${name}`);
      else this.explained += 1;
      return;
    }
    if (size > remaining) this.#fail(index, `${name} has ${remaining} shares, ${size} leave`);
    if (isNamed && type === 3 && size < remaining) {
      this.#fail(index, `${name} has ${remaining} shares and is deleted with ${size}`);
    }
    this.venue.reduce(order, type === 3 && isNamed ? remaining : Math.min(size, remaining));
  }

  #execute({ side, price, size, order }: Message, index: number, known: string | undefined): void {
    this.executions += 1;
    const expected = known ?? this.#anonymous.get(keyOf(side, price));
    if (!this.#isSeeded && known === undefined) {
      // Nothing stands for what was there before.
      this.explained += 1;
      return;
    }
    const share = this.#share(expected ?? order, known !== undefined, index);
    share.expected += size;
    share.executions += 1;
    for (const hit of this.venue.take(side === 'ask' ? 'bid' : 'ask', price, size)) {
      this.#share(hit.order, true, index).hit += hit.lots;
    }
  }

  #share(order: string, isNamed: boolean, index: number): Share {
    const known = this.#shares.get(order);
    if (known !== undefined) return known;
    const share: Share = { expected: 0, hit: 0, executions: 0, isNamed, index };
    this.#shares.set(order, share);
    return share;
  }

  /** An instant is over: what was hit in it has to be what the file names. */
  endInstant(next: string): void {
    if (next === this.#instant) return;
    this.#instant = next;
    for (const [order, { expected, hit, executions, isNamed, index }] of this.#shares) {
      if (expected !== hit) {
        this.otherHits += executions;
        if (this.jumps.length < linesMax) {
          const text = `${order} gave ${hit}, the file says ${expected}`;
          this.jumps.push(`message ${index + 1}: ${text}`);
        }
      } else if (isNamed) this.namedHits += executions;
      else this.anonymousHits += executions;
    }
    this.#shares.clear();
  }

  compare({ asks, bids }: BookRow, index: number): void {
    this.#compareSide('ask', asks, index);
    this.#compareSide('bid', bids, index);
  }

  #compareSide(side: Side, wanted: readonly BookLevel[], index: number): void {
    const worst = wanted.at(-1)?.price;
    const isWithin = (price: number): boolean =>
      worst !== undefined && (side === 'ask' ? price <= worst : price >= worst);
    const seen = new Map<number, number>(
      this.venue.depth(side, wanted.length).map(({ price, volume }) => [price, volume]),
    );
    for (const { price, size } of wanted) {
      this.levelsCompared += 1;
      const volume = seen.get(price) ?? 0;
      seen.delete(price);
      if (volume === size) continue;
      const isBeyond = side === 'ask' ? price > this.#edge.ask : price < this.#edge.bid;
      const key = keyOf(side, price);
      if (isBeyond && volume < size && !this.#anonymous.has(key)) {
        // It was there all the time, behind the last level that the first row shows.
        this.explained += 1;
        this.#stand(side, price, size - volume);
      } else this.#fail(index, `${key} has ${volume} shares, the file says ${size}`);
    }
    for (const [price, volume] of seen) {
      if (isWithin(price))
        this.#fail(index, `${side} ${price} has ${volume} shares, the file has no such level`);
    }
  }

  #fail(index: number, text: string): void {
    this.unexplainedCount += 1;
    if (this.unexplained.length < linesMax) this.unexplained.push(`message ${index + 1}: ${text}`);
  }
}

function isSameBurst(a: Message | undefined, b: Message): boolean {
  return (
    a?.type === 4 && b.type === 4 && a.time === b.time && a.side === b.side && a.price === b.price
  );
}

/** True for the first execution of an instant at its level. */
function isFirstOfBurst(messages: readonly Message[], index: number): boolean {
  const message = messages[index];
  return message?.type === 4 && !isSameBurst(messages[index - 1], message);
}

/** The executions from this one on that are of the same instant and level. */
function burstAt(messages: readonly Message[], index: number): readonly Message[] {
  const first = messages[index];
  if (first === undefined) return [];
  const end = messages.findIndex((message, at) => at > index && !isSameBurst(message, first));
  return messages.slice(index, end < 0 ? messages.length : end);
}

/** Replays the messages; compares with `books` after each when there are any. */
export function replay(messages: readonly Message[], books: readonly BookRow[]): Replay {
  const run = new Run(messages, books);
  const from = performance.now();
  const [first] = messages;
  const [firstRow] = books;
  if (first !== undefined && firstRow !== undefined) run.seed(firstRow, first);
  for (const [index, message] of messages.entries()) {
    run.endInstant(message.time);
    if (isFirstOfBurst(messages, index)) run.learn(burstAt(messages, index));
    // The first row is the book after the first message: only a new order is still to come.
    if (index > 0 || message.type === 1 || firstRow === undefined) run.take(message, index);
    const row = books[index];
    if (row !== undefined) run.compare(row, index);
  }
  run.endInstant('');
  const seconds = (performance.now() - from) / 1_000;
  const broken = run.venue.audit();
  return {
    messages: messages.length,
    levelsCompared: run.levelsCompared,
    explained: run.explained,
    unexplained: run.unexplainedCount + broken.length,
    firstUnexplained: [...run.unexplained, ...broken].slice(0, linesMax),
    executions: run.executions,
    namedHits: run.namedHits,
    anonymousHits: run.anonymousHits,
    otherHits: run.otherHits,
    firstOtherHits: run.jumps,
    shownLate: run.shownLate,
    placesLearned: run.placesLearned,
    ordersPerSecond: Math.round(run.venue.orders / seconds),
  };
}
