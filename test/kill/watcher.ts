/**
 * A reader of the public feed that comes back after each kill, written by hand on a bare socket: it takes no message for granted, and remembers what it was told, so
 * that a replay can be held against it.
 */
type Row = readonly [price: number, qty: number];

/** Both sides of a book, each from its best price on. */
export interface ToldBook {
  readonly asks: readonly Row[];
  readonly bids: readonly Row[];
}

/** A trade as it was told. */
export interface ToldTrade {
  readonly price: number;
  readonly qty: number;
  readonly side: string;
}

/** What the exchange has told, and may therefore never take back. */
export interface Told {
  /** Books by the number of the newest entry in them. */
  readonly books: ReadonlyMap<number, ToldBook>;
  /** Trades by their numbers. */
  readonly trades: ReadonlyMap<number, ToldTrade>;
}

interface Level {
  readonly price: number;
  readonly qty: number;
}

interface BookData {
  readonly asks: readonly Level[];
  readonly bids: readonly Level[];
  readonly seq: number;
  readonly prev_seq: number;
}

interface TradeData extends ToldTrade {
  readonly trade_id: number;
}

type Message =
  | { readonly channel: 'book'; readonly type: string; readonly data: readonly [BookData] }
  | { readonly channel: 'trade'; readonly type: string; readonly data: readonly TradeData[] }
  | { readonly channel?: undefined };

/** Levels a side: more than there are. */
const depth = 1000;

/** Milliseconds between two attempts to connect. */
const retryMs = 20;

/** Follows the book and the tape of one market, over any number of connections. */
export class Watcher implements Told {
  readonly books = new Map<number, ToldBook>();
  readonly trades = new Map<number, ToldTrade>();
  /** What was wrong first. */
  fault: string | undefined;
  /** Connections that were opened. */
  connections = 0;
  readonly #url: string;
  readonly #symbol: string;
  readonly #sides = { asks: new Map<number, number>(), bids: new Map<number, number>() };
  #seq = 0;
  #lastTrade = 0;
  #socket: WebSocket | undefined;
  #isClosed = false;

  constructor(url: string, symbol: string) {
    this.#url = `${url.replace('http', 'ws')}/v2`;
    this.#symbol = symbol;
    this.#connect();
  }

  /** Forgets the books that have been compared. */
  forgetBooks(): void {
    this.books.clear();
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.close();
  }

  #connect(): void {
    if (this.#isClosed) return;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.connections += 1;
      for (const channel of ['book', 'trade']) {
        const params = { channel, symbol: [this.#symbol], depth, snapshot: true };
        socket.send(JSON.stringify({ method: 'subscribe', params }));
      }
    });
    socket.addEventListener('message', ({ data }) =>
      this.#take(JSON.parse(data as string) as Message),
    );
    socket.addEventListener('close', () => setTimeout(() => this.#connect(), retryMs));
  }

  #take(message: Message): void {
    if (message.channel === 'book') this.#takeBook(message.type, message.data[0]);
    else if (message.channel === 'trade') this.#takeTrades(message.type, message.data);
  }

  #takeBook(type: string, { asks, bids, seq, prev_seq: before }: BookData): void {
    if (type === 'snapshot') {
      if (seq < this.#seq) this.#blame(`book ${seq} after a kill, ${this.#seq} was told before it`);
      this.#sides.asks.clear();
      this.#sides.bids.clear();
    } else if (before !== this.#seq || seq <= before) {
      this.#blame(`book ${seq} follows ${before}, and ${this.#seq} was told before it`);
    }
    this.#seq = seq;
    for (const [side, levels] of [
      [this.#sides.asks, asks],
      [this.#sides.bids, bids],
    ] as const) {
      for (const { price, qty } of levels) {
        if (qty === 0) side.delete(price);
        else side.set(price, qty);
      }
    }
    this.books.set(seq, {
      asks: [...this.#sides.asks].toSorted(([one], [other]) => one - other),
      bids: [...this.#sides.bids].toSorted(([one], [other]) => other - one),
    });
  }

  #takeTrades(type: string, trades: readonly TradeData[]): void {
    for (const [index, { trade_id: id, price, qty, side }] of trades.entries()) {
      const isFirst = type === 'snapshot' && index === 0;
      const known = this.trades.get(id);
      if (known !== undefined && type === 'update') this.#blame(`trade ${id} was told twice`);
      if (known !== undefined && (known.price !== price || known.qty !== qty)) {
        this.#blame(`trade ${id} is another one after a kill`);
      }
      // A first message begins in the past, at most right after what was told.
      const isNext = isFirst ? id <= this.#lastTrade + 1 : id === this.#lastTrade + 1;
      if (!isNext) this.#blame(`trade ${id} came after ${this.#lastTrade}`);
      this.#lastTrade = id;
      this.trades.set(id, { price, qty, side });
    }
  }

  #blame(fault: string): void {
    this.fault ??= fault;
  }
}
