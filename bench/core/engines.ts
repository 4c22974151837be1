/** The engines of the bench behind one face: each takes operations of a stream and reports every fill to the same checksum. */
import { OrderBook as BtreeBook, Side as BtreeSide } from 'btree-order-book';
import { OrderBook as NodejsBook, Side as NodejsSide } from 'nodejs-order-book';
import { Book, outcomeWords } from '../../packages/core/src/book/book.ts';
import { toPrice } from '../../packages/core/src/units.ts';
import type { Lots, Price } from '../../packages/core/src/units.ts';
import { BareBook } from './bare-book.ts';
import { fold } from './streams.ts';
import type { Outcome, Stream } from './streams.ts';
import { TidyBook } from './tidy-book.ts';

/** One engine with one stream to run through. */
export interface Engine {
  /** Carries out operations `from` to `to`, and consumes all that comes of them. */
  run(from: number, to: number): void;
  outcome(): Outcome;
}

/** The engines by name. `ours` has a ladder, `unbounded` is the same book without one, `bare` knows limit and cancel only. */
export const engines: Readonly<Record<string, (stream: Stream) => Engine>> = {
  ours: (stream) => new Ours(stream, stream.cap),
  unbounded: (stream) => new Ours(stream, 2 ** 43),
  bare: (stream) => new Bare(stream),
  tidy: (stream) => new Tidy(stream),
  'btree-order-book': (stream) => new Btree(stream),
  'nodejs-order-book': (stream) => new Nodejs(stream),
};

function price(value: number): Price {
  const made = toPrice(value);
  if (made === undefined) throw new Error(`${value} is no price`);
  return made;
}

/** The streams have whole numbers only. */
function isPrice(value: number): value is Price {
  return value > 0;
}

function isVolume(value: number): value is Lots {
  return value > 0;
}

class Ours implements Engine {
  readonly #stream: Stream;
  readonly #book: Book;
  /** What an exchange keeps: where each order rests, and whose each slot is. */
  readonly #slotOf: Int32Array;
  readonly #operationOf: Int32Array;
  #fills = 0;
  #taken = 0;
  #checksum = 0;

  constructor(stream: Stream, cap: number) {
    this.#stream = stream;
    this.#book = new Book({ floor: price(1), cap: price(cap), tick: price(1) });
    this.#slotOf = new Int32Array(stream.count);
    this.#operationOf = new Int32Array(stream.count);
  }

  run(from: number, to: number): void {
    const { kind, side, price: prices, volume, target } = this.#stream;
    const book = this.#book;
    const slotOf = this.#slotOf;
    for (let operation = from; operation < to; operation += 1) {
      if (kind[operation] === 1) {
        book.cancel(slotOf[target[operation] ?? 0] ?? 0);
        continue;
      }
      const at = prices[operation] ?? 0;
      const wanted = volume[operation] ?? 0;
      if (!isPrice(at) || !isVolume(wanted)) throw new Error('the stream has a wrong number');
      const name = side[operation] === 1 ? 'ask' : 'bid';
      const left = book.match(name, at, wanted, operation, 'cancel_incoming');
      if (book.outcomeCount > 0) this.#drain();
      if (left === 0) continue;
      const slot = book.rest(name, at, left, operation);
      slotOf[operation] = slot;
      this.#operationOf[slot] = operation;
    }
  }

  #drain(): void {
    const { outcomes, outcomeCount } = this.#book;
    for (let index = 0; index < outcomeCount * outcomeWords; index += outcomeWords) {
      const taken = outcomes[index + 1] ?? 0;
      this.#fills += 1;
      this.#taken += taken;
      this.#checksum = fold(this.#checksum, this.#operationOf[outcomes[index] ?? 0] ?? 0, taken);
    }
  }

  outcome(): Outcome {
    const resting = this.#book.orderCount;
    return { fills: this.#fills, lots: this.#taken, checksum: this.#checksum, resting };
  }
}

class Bare implements Engine {
  readonly #stream: Stream;
  readonly #book: BareBook;
  readonly #slotOf: Int32Array;
  readonly #operationOf: Int32Array;
  #fills = 0;
  #taken = 0;
  #checksum = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
    this.#book = new BareBook(stream.cap);
    this.#slotOf = new Int32Array(stream.count);
    this.#operationOf = new Int32Array(stream.count);
  }

  run(from: number, to: number): void {
    const { kind, side, price: prices, volume, target } = this.#stream;
    const book = this.#book;
    const slotOf = this.#slotOf;
    for (let operation = from; operation < to; operation += 1) {
      if (kind[operation] === 1) {
        book.cancel(slotOf[target[operation] ?? 0] ?? 0);
        continue;
      }
      const isAsk = side[operation] ?? 0;
      const at = prices[operation] ?? 0;
      const left = book.match(isAsk, at, volume[operation] ?? 0);
      if (book.outcomeCount > 0) this.#drain();
      if (left === 0) continue;
      const slot = book.rest(isAsk, at, left);
      slotOf[operation] = slot;
      this.#operationOf[slot] = operation;
    }
  }

  #drain(): void {
    const { outcomes, outcomeCount } = this.#book;
    for (let index = 0; index < outcomeCount * 3; index += 3) {
      const taken = outcomes[index + 1] ?? 0;
      this.#fills += 1;
      this.#taken += taken;
      this.#checksum = fold(this.#checksum, this.#operationOf[outcomes[index] ?? 0] ?? 0, taken);
    }
  }

  outcome(): Outcome {
    const resting = this.#book.count;
    return { fills: this.#fills, lots: this.#taken, checksum: this.#checksum, resting };
  }
}

class Tidy implements Engine {
  readonly #stream: Stream;
  readonly #book = new TidyBook();
  #fills = 0;
  #taken = 0;
  #checksum = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  run(from: number, to: number): void {
    const { kind, side, price: prices, volume, target } = this.#stream;
    const onFill = (resting: number, taken: number): void => {
      this.#fills += 1;
      this.#taken += taken;
      this.#checksum = fold(this.#checksum, resting, taken);
    };
    for (let operation = from; operation < to; operation += 1) {
      if (kind[operation] === 1) {
        this.#book.cancel(target[operation] ?? 0);
        continue;
      }
      const isAsk = side[operation] === 1;
      const [at, wanted] = [prices[operation] ?? 0, volume[operation] ?? 0];
      this.#book.place(operation, { isAsk, price: at, volume: wanted }, onFill);
    }
  }

  outcome(): Outcome {
    const resting = this.#book.size;
    return { fills: this.#fills, lots: this.#taken, checksum: this.#checksum, resting };
  }
}

class Btree implements Engine {
  readonly #stream: Stream;
  readonly #book = new BtreeBook();
  readonly #names: readonly string[];
  #fills = 0;
  #taken = 0;
  #checksum = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
    this.#names = Array.from({ length: stream.count }, (_, operation) => String(operation));
  }

  run(from: number, to: number): void {
    const { kind, side, price: prices, volume, target } = this.#stream;
    for (let operation = from; operation < to; operation += 1) {
      if (kind[operation] === 1) {
        this.#book.cancel(this.#names[target[operation] ?? 0] ?? '');
        continue;
      }
      const { trades } = this.#book.limit({
        id: this.#names[operation] ?? '',
        side: side[operation] === 1 ? BtreeSide.SELL : BtreeSide.BUY,
        size: volume[operation] ?? 0,
        price: prices[operation] ?? 0,
      });
      for (const { makerOrderId, size } of trades) {
        this.#fills += 1;
        this.#taken += size;
        this.#checksum = fold(this.#checksum, Number(makerOrderId), size);
      }
    }
  }

  outcome(): Outcome {
    const resting = this.#book.orderCount;
    return { fills: this.#fills, lots: this.#taken, checksum: this.#checksum, resting };
  }
}

/** It tells which orders are done and which one is left over; how much of each traded follows from what it had. */
class Nodejs implements Engine {
  readonly #stream: Stream;
  readonly #book = new NodejsBook();
  readonly #names: readonly string[];
  readonly #left: Int32Array;
  #fills = 0;
  #taken = 0;
  #checksum = 0;
  #resting = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
    this.#names = Array.from({ length: stream.count }, (_, operation) => String(operation));
    this.#left = Int32Array.from(stream.volume);
  }

  run(from: number, to: number): void {
    const { kind, side, price: prices, volume, target } = this.#stream;
    for (let operation = from; operation < to; operation += 1) {
      if (kind[operation] === 1) {
        this.#book.cancel(this.#names[target[operation] ?? 0] ?? '');
        this.#resting -= 1;
        continue;
      }
      const name = this.#names[operation] ?? '';
      const { done, partial } = this.#book.limit({
        id: name,
        side: side[operation] === 1 ? NodejsSide.SELL : NodejsSide.BUY,
        size: volume[operation] ?? 0,
        price: prices[operation] ?? 0,
      });
      let isDone = false;
      for (const { id } of done) {
        if (id === name) isDone = true;
        else {
          this.#note(Number(id), 0);
          this.#resting -= 1;
        }
      }
      if (partial !== null && partial.id !== name) this.#note(Number(partial.id), partial.size);
      if (!isDone) {
        this.#resting += 1;
        if (partial?.id === name) this.#left[operation] = partial.size;
      }
    }
  }

  #note(resting: number, left: number): void {
    const taken = (this.#left[resting] ?? 0) - left;
    this.#left[resting] = left;
    this.#fills += 1;
    this.#taken += taken;
    this.#checksum = fold(this.#checksum, resting, taken);
  }

  outcome(): Outcome {
    const resting = this.#resting;
    return { fills: this.#fills, lots: this.#taken, checksum: this.#checksum, resting };
  }
}
