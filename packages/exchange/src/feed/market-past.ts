/** What a market's feed tells of the past: the newest trades, the candles, and when book and orders changed last. */
import type { Event, Instant, MarketSymbol, OrderView, Phase, TradeView } from '@wattlot/core';
import { marketsMax, tapeMax } from '../limits.ts';
import { CandleFold } from './candle-fold.ts';
import type { KeptCandles } from './candle-fold.ts';
import type { KeptQueue } from './level3.ts';

/** One trade as the tape tells it. */
export interface TapeTrade extends Pick<TradeView, 'trade' | 'side' | 'price' | 'volume' | 'at'> {
  /** Of the incoming order. */
  readonly type: OrderView['type'];
}

/** The last entry that changed a market's levels, and when it was. */
interface Change {
  readonly seq: number;
  readonly at: Instant;
}

/** All of it as data. */
export interface KeptMarket {
  readonly symbol: MarketSymbol;
  readonly openedAt: Instant;
  readonly book: Change;
  readonly orders: KeptQueue;
  readonly tape: readonly TapeTrade[];
  readonly candles: KeptCandles;
}

type Made = Event & { kind: 'trade.made' };

/** A trade for the tape. */
export function tapeTradeOf({
  trade: { trade, side, price, volume, at },
  incoming: { type },
}: Made): TapeTrade {
  return { trade, side, price, volume, at, type };
}

/** Adds a trade to a tape, which keeps the newest. */
export function keepNewest(tape: TapeTrade[], trade: TapeTrade): void {
  tape.push(trade);
  if (tape.length > tapeMax) tape.shift();
}

/** The past of a market that was opened at some instant. */
export function emptyMarket(symbol: MarketSymbol, openedAt: Instant): KeptMarket {
  const never = { seq: 0, at: openedAt };
  const orders = { ...never, places: 0, shown: 0 };
  return { symbol, openedAt, book: never, orders, tape: [], candles: { series: [] } };
}

/** How a market stands in the core. */
export interface MarketFacts {
  readonly phase: Phase;
  /** Trades of it that are not final. */
  readonly unsettled: number;
}

/** One market's past. */
export class MarketPast {
  readonly symbol: MarketSymbol;
  readonly #openedAt: Instant;
  /** The newest trades, oldest first, and at most as many again before them. */
  readonly #tape: (TapeTrade | Made)[];
  readonly #candles: CandleFold;
  #bookSeq: number;
  #bookAt: Instant;
  #ordersSeq: number;
  #ordersAt: Instant;
  #places: number;
  #shown: number;
  #phase: Phase;
  #unsettled: number;

  constructor(
    { symbol, openedAt, book, orders, tape, candles }: KeptMarket,
    { phase, unsettled }: MarketFacts,
  ) {
    this.#phase = phase;
    this.#unsettled = unsettled;
    this.symbol = symbol;
    this.#openedAt = openedAt;
    this.#tape = [...tape];
    this.#candles = new CandleFold(candles);
    [this.#bookSeq, this.#bookAt] = [book.seq, book.at];
    [this.#ordersSeq, this.#ordersAt] = [orders.seq, orders.at];
    [this.#places, this.#shown] = [orders.places, orders.shown];
  }

  /** As data, at this moment: it changes with what is taken in. */
  keep(): KeptMarket {
    return {
      symbol: this.symbol,
      openedAt: this.#openedAt,
      book: { seq: this.#bookSeq, at: this.#bookAt },
      orders: {
        seq: this.#ordersSeq,
        at: this.#ordersAt,
        places: this.#places,
        shown: this.#shown,
      },
      tape: this.#tape.slice(-tapeMax).map((one) => ('kind' in one ? tapeTradeOf(one) : one)),
      candles: this.#candles.keep(),
    };
  }

  /** A level's volume has changed. */
  noteLevel(seq: number, at: Instant): void {
    this.#bookSeq = seq;
    this.#bookAt = at;
    this.noteOrder(seq, at);
  }

  /** An order that everybody sees has come, moved or grown. One that left or shrank has changed its level. */
  noteOrder(seq: number, at: Instant): void {
    this.#ordersSeq = seq;
    this.#ordersAt = at;
  }

  /** An order rests in a place. @returns whether that is a new one. */
  notePlace(place: number): boolean {
    if (place <= this.#places) return false;
    this.#places = place;
    return true;
  }

  /** The next place that everybody sees. */
  nextShown(): number {
    this.#shown += 1;
    return this.#shown;
  }

  /** Closed, and every lot of its trades decided. */
  get isOver(): boolean {
    return this.#phase === 'closed' && this.#unsettled === 0;
  }

  /** It is in another phase. */
  notePhase(phase: Phase): void {
    this.#phase = phase;
  }

  /** A trade is final. */
  noteFinal(): void {
    this.#unsettled -= 1;
  }

  /** A trade was made. */
  noteTrade(event: Made): void {
    this.#unsettled += 1;
    this.#tape.push(event);
    if (this.#tape.length > 2 * tapeMax) this.#tape.splice(0, tapeMax);
    this.#candles.fold(event.trade);
  }
}

/**
 * Which markets give way when there is one too many: the first that are over. To be asked after the last event of an entry, because a market may be told of once more in the very entry that
 * opens another one.
 */
export function givingWay<M>(
  events: readonly Event[],
  markets: ReadonlyMap<MarketSymbol, M>,
  isOver: (market: M, symbol: MarketSymbol) => boolean,
): readonly MarketSymbol[] {
  const surplus = markets.size - marketsMax;
  if (surplus <= 0 || !events.some(({ kind }) => kind === 'market.opened')) return [];
  const over = [...markets].filter(([symbol, market]) => isOver(market, symbol));
  return over.slice(0, surplus).map(([symbol]) => symbol);
}
