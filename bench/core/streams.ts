/**
 * The order streams of the core's bench: seeded, kept in typed arrays, the same for every engine. The shapes are those that matching engines are
 * usually measured with; what such descriptions leave open is said here.
 */
import { TidyBook } from './tidy-book.ts';

/** S1 to S4, and R3 to R6: the mix of S2 over 10^3 to 10^6 resting orders. */
export type StreamName = 'S1' | 'S2' | 'S3' | 'S4' | 'R3' | 'R4' | 'R5' | 'R6';

/** Operation n is `kind[n]`; fields that a kind does not use are 0. */
export interface Stream {
  readonly name: StreamName;
  /** 0 a limit order (what does not trade rests), 1 a cancel. */
  readonly kind: Uint8Array;
  /** 1 ask, 0 bid. */
  readonly side: Uint8Array;
  readonly price: Int32Array;
  readonly volume: Int32Array;
  /** Of a cancel: the operation that placed the order. */
  readonly target: Int32Array;
  readonly count: number;
  /** Operations of the build-up, which is timed apart. */
  readonly buildUp: number;
  /** The highest price in it. */
  readonly cap: number;
  /** What every engine has to come to. */
  readonly outcome: Outcome;
}

/** Fills, the lots in them, a sum over which resting order gave how much in which order, and what rests at the end. */
export interface Outcome {
  readonly fills: number;
  readonly lots: number;
  readonly checksum: number;
  readonly resting: number;
}

/** Adds one fill to a checksum. */
export function fold(checksum: number, restingOperation: number, lots: number): number {
  return (Math.imul(Math.imul(checksum, 31) + restingOperation, 31) + lots) | 0;
}

/** A small seeded generator (xorshift): the numbers are the same everywhere. */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** 0 up to, not including, 1. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) / 4_294_967_296;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }
}

class Writer {
  readonly kind: Uint8Array;
  readonly side: Uint8Array;
  readonly price: Int32Array;
  readonly volume: Int32Array;
  readonly target: Int32Array;
  readonly book = new TidyBook();
  count = 0;
  fills = 0;
  lots = 0;
  checksum = 0;
  #live: number[] = [];
  readonly #at: Int32Array;

  constructor(operations: number) {
    this.kind = new Uint8Array(operations);
    this.side = new Uint8Array(operations);
    this.price = new Int32Array(operations);
    this.volume = new Int32Array(operations);
    this.target = new Int32Array(operations);
    this.#at = new Int32Array(operations);
  }

  get live(): number {
    return this.#live.length;
  }

  get isFull(): boolean {
    return this.count === this.kind.length;
  }

  place(isAsk: boolean, price: number, volume: number): void {
    const operation = this.count;
    this.side[operation] = isAsk ? 1 : 0;
    this.price[operation] = price;
    this.volume[operation] = volume;
    this.count += 1;
    const left = this.book.place(operation, { isAsk, price, volume }, (resting, lots, isGone) => {
      this.fills += 1;
      this.lots += lots;
      this.checksum = fold(this.checksum, resting, lots);
      if (isGone) this.#drop(resting);
    });
    if (left === 0) return;
    this.#at[operation] = this.#live.length;
    this.#live.push(operation);
  }

  /** Cancels the resting order that chance points to. */
  cancel(chance: Chance): void {
    const resting = this.#live[chance.below(this.#live.length)] ?? 0;
    this.kind[this.count] = 1;
    this.target[this.count] = resting;
    this.count += 1;
    this.book.cancel(resting);
    this.#drop(resting);
  }

  #drop(operation: number): void {
    const at = this.#at[operation] ?? 0;
    const last = this.#live.pop();
    if (last === undefined || last === operation) return;
    this.#live[at] = last;
    this.#at[last] = at;
  }
}

/** Sides alternate, buys at 1880 to 1889, sells at 1884 to 1893, 100 to 1,000 in hundreds: the book grows to about half of the orders, on 14 levels. */
function randomLimits(writer: Writer, chance: Chance): void {
  while (!writer.isFull) {
    const isAsk = writer.count % 2 === 1;
    const price = (isAsk ? 1_884 : 1_880) + chance.below(10);
    writer.place(isAsk, price, 100 * (1 + chance.below(10)));
  }
}

interface Mix {
  readonly mid: number;
  /** Resting orders to keep. */
  readonly resting: number;
  /** Ticks from the mid, on average, of an add near the top. */
  readonly reach: number;
  /** The share of adds that may be anywhere within `depth` ticks. */
  readonly deep: number;
  readonly depth: number;
}

/** 10 % marketable, the rest adds and cancels of a random resting order that keep the number of resting orders. Volumes of 1 to 10. */
function exchangeMix(writer: Writer, chance: Chance, mix: Mix): void {
  while (!writer.isFull) {
    const isAsk = chance.next() < 0.5;
    const volume = 1 + chance.below(10);
    if (chance.next() < 0.1 && writer.live > mix.resting / 2) {
      writer.place(isAsk, isAsk ? mix.mid - mix.depth : mix.mid + mix.depth, volume);
    } else if (writer.live < mix.resting) {
      writer.place(isAsk, restingPrice(chance, mix, isAsk), volume);
    } else {
      writer.cancel(chance);
    }
  }
}

function restingPrice(chance: Chance, { mid, reach, deep, depth }: Mix, isAsk: boolean): number {
  const isDeep = chance.next() < deep;
  const near = Math.floor(-Math.log(1 - chance.next()) * reach);
  const ticks = 1 + (isDeep ? chance.below(depth - 1) : Math.min(depth - 2, near));
  return isAsk ? mid + ticks : mid - ticks;
}

/** Cycles of 2,000 resting orders of one or two lots on 200 levels, then 8 incoming orders that take an eighth each: about 250 fills. */
function sweeps(writer: Writer, chance: Chance): void {
  for (let cycle = 0; !writer.isFull; cycle += 1) {
    const isAsk = cycle % 2 === 0;
    const before = writer.lots;
    let lots = 0;
    for (let order = 0; order < 2_000; order += 1) {
      const volume = 1 + chance.below(2);
      lots += volume;
      writer.place(isAsk, 1_000 + (isAsk ? chance.below(200) : -chance.below(200)), volume);
    }
    for (let sweep = 8; sweep > 0; sweep -= 1) {
      const left = lots - (writer.lots - before);
      writer.place(!isAsk, isAsk ? 1_300 : 700, Math.ceil(left / sweep));
    }
  }
}

function build(writer: Writer, chance: Chance, mix: Mix): void {
  const { mid, resting, depth } = mix;
  for (let order = 0; order < resting; order += 1) {
    const isAsk = order % 2 === 0;
    const ticks = 1 + chance.below(depth - 1);
    writer.place(isAsk, isAsk ? mid + ticks : mid - ticks, 1 + chance.below(10));
  }
}

interface Shape {
  readonly operations: number;
  readonly buildUp: number;
  readonly cap: number;
  readonly write: (writer: Writer, chance: Chance) => void;
}

function standing(resting: number, operations: number): Shape {
  const mix = { mid: 5_001, resting, reach: 100, deep: 0.5, depth: 5_000 };
  return {
    operations: resting + operations,
    buildUp: resting,
    cap: 10_001,
    write: (writer, chance) => {
      build(writer, chance, mix);
      exchangeMix(writer, chance, mix);
    },
  };
}

const near = { mid: 5_001, resting: 1_000, reach: 100, deep: 0, depth: 5_000 };

const shapes: Readonly<Record<StreamName, Shape>> = {
  S1: { operations: 2_000_000, buildUp: 0, cap: 2_000, write: randomLimits },
  S2: {
    operations: 2_000_000,
    buildUp: 0,
    cap: 10_001,
    write: (writer, chance) => exchangeMix(writer, chance, near),
  },
  S3: standing(1_000_000, 1_000_000),
  S4: { operations: 502_000, buildUp: 0, cap: 2_000, write: sweeps },
  R3: standing(1_000, 500_000),
  R4: standing(10_000, 500_000),
  R5: standing(100_000, 500_000),
  R6: standing(1_000_000, 500_000),
};

/** A stream, at most `limit` operations after its build-up. The same seed makes the same stream, and a shorter one is the beginning of a longer one. */
export function makeStream(name: StreamName, limit: number, seed = 20_261_124): Stream {
  const { operations, buildUp, cap, write } = shapes[name];
  const writer = new Writer(Math.min(operations, buildUp + limit));
  write(writer, new Chance(seed));
  const { kind, side, price, volume, target, count, fills, lots, checksum, live } = writer;
  const outcome = { fills, lots, checksum, resting: live };
  return { name, kind, side, price, volume, target, count, buildUp, cap, outcome };
}
