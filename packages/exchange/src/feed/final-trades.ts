/** Trades that are final, for as long as their orders are shown, and which of them still list their lots. */
import type { TradeId, TradeView } from '@wattlot/core';
import { finalLotsMax } from '../limits.ts';
import { recordOf, withoutLots } from './orders.ts';
import type { TradeRecord } from './orders.ts';

/** A final trade of one order. What is told of it is made when somebody asks: most are forgotten before. */
export interface FinalTrade {
  trade: TradeView;
  /** What is told of it, once that was made. */
  record: TradeRecord | undefined;
  /** Of the order. */
  readonly number: number;
  /** The order's trade that became final before. */
  readonly next: FinalTrade | undefined;
  isListed: boolean;
}

/** Those in the list more than twice as many as are listed, after which it is made anew. */
const slack = 64;

/** A trade of an order that has become final, or was when it was kept as `record`. */
export function finalTrade(
  { trade, record }: { readonly trade: TradeView; readonly record?: TradeRecord },
  number: number,
  next: FinalTrade | undefined,
): FinalTrade {
  return { trade, record, number, next, isListed: false };
}

/** What is told of an order's final trades, from the newest on. */
export function recordsFrom(newest: FinalTrade | undefined): TradeRecord[] {
  const records: TradeRecord[] = [];
  for (let one = newest; one !== undefined; one = one.next) {
    records.push((one.record ??= recordOf(one.trade)));
  }
  return records;
}

/** One participant's final trades of which each lot is still listed. */
export class ListedTrades {
  /** Oldest first, those among them that are not listed any more. */
  #trades: FinalTrade[] = [];
  /** All before are not listed any more. */
  #first = 0;
  #count = 0;
  #lots = 0;

  /** Lists one more, and drops the lots of the oldest when they are too many. */
  add(final: FinalTrade): void {
    this.restore(final);
    while (this.#lots > finalLotsMax && this.#first < this.#trades.length) {
      const oldest = this.#trades[this.#first];
      this.#first += 1;
      if (oldest?.isListed !== true) continue;
      this.remove(oldest);
      oldest.record = withoutLots(oldest.record ?? recordOf(oldest.trade));
      oldest.trade = oldest.record.trade;
    }
  }

  /** Has one that was listed when it was kept. */
  restore(final: FinalTrade): void {
    if (this.#trades.length > 2 * this.#count + slack) {
      this.#trades = this.#trades.filter(({ isListed }) => isListed);
      this.#first = 0;
    }
    final.isListed = true;
    this.#trades.push(final);
    this.#count += 1;
    this.#lots += final.trade.lots.length;
  }

  /** Lists one no more, if it was. */
  remove(final: FinalTrade): void {
    if (!final.isListed) return;
    final.isListed = false;
    this.#count -= 1;
    this.#lots -= final.trade.lots.length;
  }

  /** Each with its order's number, oldest first. */
  keep(): readonly (readonly [TradeId, number])[] {
    return this.#trades
      .filter(({ isListed }) => isListed)
      .map(({ trade, number }) => [trade.trade, number]);
  }
}
