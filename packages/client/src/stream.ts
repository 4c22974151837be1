/** A feed as an async iterator that holds a bounded number of items for whoever reads slowly. */

/** Items as they come, until it is ended. */
export interface Stream<T> extends AsyncIterableIterator<T, undefined, undefined> {
  /** Items that were dropped because nobody read them in time. */
  readonly missed: number;
  next(): Promise<IteratorResult<T, undefined>>;
  /** Ends it: nothing comes any more, and what was not read is dropped. */
  return(): Promise<IteratorResult<T, undefined>>;
}

/** What waits to be read. */
export interface Buffer<T> {
  /** Takes an item in. @returns how many items were dropped for it. */
  put(item: T): number;
  /** Takes out the next. @returns undefined when nothing waits. */
  take(): T | undefined;
  clear(): void;
}

/** A stream and the hand that feeds it. */
export interface Feeder<T> {
  readonly stream: Stream<T>;
  put(item: T): void;
  /** Nothing more will come; what waits may still be read. */
  end(): void;
}

class BufferedStream<T> implements Stream<T>, Feeder<T> {
  readonly #buffer: Buffer<T>;
  readonly #onReturn: () => void;
  readonly #readers: ((result: IteratorResult<T, undefined>) => void)[] = [];
  #ended = false;
  missed = 0;

  constructor(buffer: Buffer<T>, onReturn: () => void) {
    this.#buffer = buffer;
    this.#onReturn = onReturn;
  }

  get stream(): Stream<T> {
    return this;
  }

  put(item: T): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader === undefined) this.missed += this.#buffer.put(item);
    else reader({ done: false, value: item });
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.#buffer.take();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    const { promise, resolve } = Promise.withResolvers<IteratorResult<T, undefined>>();
    this.#readers.push(resolve);
    return promise;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#onReturn();
    this.#buffer.clear();
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** A stream over `buffer`. @param onReturn called when its reader ends it. */
export function createStream<T>(buffer: Buffer<T>, onReturn: () => void): Feeder<T> {
  return new BufferedStream(buffer, onReturn);
}

/** Holds the newest item only. */
export function newestBuffer<T>(): Buffer<T> {
  let newest: { readonly item: T } | undefined;
  return {
    put: (item) => {
      newest = { item };
      return 0;
    },
    take: () => {
      const taken = newest?.item;
      newest = undefined;
      return taken;
    },
    clear: () => {
      newest = undefined;
    },
  };
}

/** Holds the newest `max` items. */
export function listBuffer<T>(max: number): Buffer<T> {
  const items: T[] = [];
  return {
    put: (item) => {
      items.push(item);
      return items.length > max ? items.splice(0, items.length - max).length : 0;
    },
    take: () => items.shift(),
    clear: () => {
      items.length = 0;
    },
  };
}
