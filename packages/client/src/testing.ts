/** What the tests of this package share: one market, and frames as an exchange would write them. */
import { toAmount, toAsset, toInstant, toLots, toMarketSymbol, toPrice } from '@wattlot/core';
import type { Amount, Instant, Lots, Price } from '@wattlot/core';
import type { Level } from './frames/checksum.ts';
import { bookChecksum } from './frames/checksum.ts';
import { qtyOfLots, wireOfPrice } from './frames/instrument.ts';
import type { Instrument } from './frames/instrument.ts';
import type { AgentTask, ExecutionReport, PairDescription } from './frames/messages.ts';
import { timeText } from './frames/time.ts';

export function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a test value is out of bounds');
  return value;
}

export const lots = (value: number): Lots => sure(toLots(value));
export const price = (value: number): Price => sure(toPrice(value));
export const amount = (value: number): Amount => sure(toAmount(value));
export const instant = (value: number): Instant => sure(toInstant(value));
export const symbol = sure(toMarketSymbol('KWH/ECOIN'));

export const assets = { energy: sure(toAsset('energy')), ecoin: sure(toAsset('ecoin')) };

/** One lot is 0.01 kWh; price 149 reads 149 ecoin per kWh. */
export const instrument: Instrument = {
  symbol,
  base: 'energy',
  quote: 'ecoin',
  qtyPrecision: 2,
  qtyUnitsPerLot: 1,
  pricePrecision: 0,
  priceUnitsPerStep: 1,
  tick: price(1),
  priceFloor: price(1),
  priceCap: price(1000),
  volumeMax: lots(1000),
  lot: amount(10),
  basePrecision: 3,
  quotePrecision: 2,
};

const pair: PairDescription = {
  symbol,
  base: 'energy',
  quote: 'ecoin',
  status: 'online',
  price_increment: 1,
  price_precision: 0,
  qty_increment: 0.01,
  qty_precision: 2,
  qty_min: 0.01,
  qty_max: 10,
  price_floor: 1,
  price_cap: 1000,
  lot: {
    base_units: 10,
    qty_units: 1,
    price_units: 1,
    volume_max: 1000,
    tick: 1,
    price_floor: 1,
    price_cap: 1000,
  },
};

const asset = (id: string, precision: number, digit: string) => ({
  id,
  status: 'enabled',
  precision,
  precision_display: precision,
  ledger_id: digit.repeat(32),
});

export function instrumentFrame(change: Partial<PairDescription> = {}): string {
  return JSON.stringify({
    channel: 'instrument',
    type: 'snapshot',
    data: {
      assets: [asset('energy', 3, 'a'), asset('ecoin', 2, 'b')],
      pairs: [{ ...pair, ...change }],
    },
  });
}

export const time: string = timeText(instant(1_700_000_000_000_000));

const wireLevel = (level: Level): { price: number; qty: number } => ({
  price: wireOfPrice(instrument, level.price),
  qty: qtyOfLots(instrument, level.volume),
});

export interface BookFrame {
  readonly type: 'snapshot' | 'update';
  readonly asks: readonly Level[];
  readonly bids: readonly Level[];
  /** The book after it, which the checksum covers; left out: the message itself is the book. */
  readonly after?: { readonly asks: readonly Level[]; readonly bids: readonly Level[] };
  readonly seq: number;
  readonly prevSeq?: number;
  readonly checksum?: number;
}

export function bookFrame({ type, asks, bids, after, seq, prevSeq, checksum }: BookFrame): string {
  const whole = after ?? { asks, bids };
  return JSON.stringify({
    channel: 'book',
    type,
    data: [
      {
        symbol,
        asks: asks.map(wireLevel),
        bids: bids.map(wireLevel),
        checksum: checksum ?? bookChecksum(instrument, whole.asks, whole.bids),
        timestamp: time,
        seq,
        prev_seq: prevSeq ?? 0,
      },
    ],
  });
}

export function tradeFrame(
  type: 'snapshot' | 'update',
  trades: readonly { readonly id: number; readonly price: number; readonly qty: number }[],
): string {
  const data = trades.map(({ id, price: at, qty }) => ({
    symbol,
    side: 'buy',
    price: at,
    qty,
    ord_type: 'limit',
    trade_id: id,
    timestamp: time,
  }));
  return JSON.stringify({ channel: 'trade', type, data });
}

/** A bid for 0.05 at 149, order O1 under the client order id `a1`, unless changed. */
export function report(change: Partial<ExecutionReport> = {}): ExecutionReport {
  return {
    exec_type: 'pending_new',
    exec_id: 'E1',
    order_id: 'O1',
    cl_ord_id: 'a1',
    symbol,
    side: 'buy',
    order_type: 'limit',
    order_qty: 0.05,
    limit_price: 149,
    time_in_force: 'gtc',
    post_only: false,
    order_status: 'pending_new',
    cum_qty: 0,
    cum_cost: 0,
    avg_price: 0,
    cancelled_qty: 0,
    timestamp: time,
    ...change,
  };
}

export function executionsFrame(
  type: 'snapshot' | 'update',
  sequence: number,
  data: readonly ExecutionReport[],
): string {
  return JSON.stringify({ channel: 'executions', type, sequence, data });
}

export function balancesFrame(
  type: 'snapshot' | 'update',
  sequence: number,
  data: readonly { asset: string; balance: number; hold: number }[],
): string {
  return JSON.stringify({ channel: 'balances', type, sequence, data });
}

export function agentFrame(tasks: readonly AgentTask[]): string {
  return JSON.stringify({ channel: 'agent', type: 'update', data: tasks });
}
