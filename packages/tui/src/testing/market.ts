/** Made-up but whole pieces of a market, for tests and the demo. */
import {
  toAmount,
  toAsset,
  toInstant,
  toLots,
  toMarketSymbol,
  toOrderId,
  toPrice,
  toTradeId,
  toTxid,
} from '@wattlot/core';
import type {
  Amount,
  Asset,
  Instant,
  Lots,
  LotState,
  MarketSymbol,
  OrderId,
  Price,
  Side,
  TradeId,
} from '@wattlot/core';
import type { BookView, ClientEvent, OwnOrder, OwnTrade, QueueLevel } from '@wattlot/client';
import type { QueueView, TradeTick } from '@wattlot/client';
import type { EcoinRequest, Instrument, Level } from '@wattlot/client/frames';
import type { WalletSummary } from '../wallet/wallet.ts';

function made<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not a value of its kind');
  return value;
}

export const lots = (value: number): Lots => made(toLots(value));
export const price = (value: number): Price => made(toPrice(value));
export const amount = (value: number): Amount => made(toAmount(value));
export const asset = (value: string): Asset => made(toAsset(value));
export const symbolOf = (value: string): MarketSymbol => made(toMarketSymbol(value));
export const orderId = (value: number): OrderId => made(toOrderId(`O${value}`));
export const tradeId = (value: number): TradeId => made(toTradeId(`T${value}`));
export const instant = (ms: number): Instant => made(toInstant(ms * 1000));

/** 2026-07-01 14:09:31 UTC. */
export const noonMs = Date.UTC(2026, 6, 1, 14, 9, 31);

export const instrument: Instrument = {
  symbol: symbolOf('KWH/ECOIN'),
  base: 'KWH',
  quote: 'ECOIN',
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

function levels(pairs: readonly (readonly [number, number])[]): Level[] {
  return pairs.map(([at, volume]) => ({ price: price(at), volume: lots(volume) }));
}

/** A book from `[price, lots]` pairs, best first. */
export function book(
  bids: readonly (readonly [number, number])[],
  asks: readonly (readonly [number, number])[],
  seq = 1,
): BookView {
  return {
    symbol: instrument.symbol,
    bids: levels(bids),
    asks: levels(asks),
    seq,
    at: instant(noonMs),
  };
}

export function trade(
  number: number,
  side: Side,
  at: number,
  volume: number,
  ms = noonMs,
): TradeTick {
  return {
    symbol: instrument.symbol,
    trade: tradeId(number),
    side,
    price: price(at),
    volume: lots(volume),
    at: instant(ms),
  };
}

/** One own trade of `volume` lots, all in one state; settled and submitted ones carry a txid. */
export function ownTrade(number: number, at: number, volume: number, state: LotState): OwnTrade {
  const txid = made(toTxid(number.toString(16).padStart(4, '0').repeat(16)));
  const known = state === 'settled' || state === 'submitted';
  return {
    trade: tradeId(number),
    price: price(at),
    volume: lots(volume),
    resting: false,
    lots: Array.from({ length: volume }, (_, index) => ({
      lot: `T${number}:${index}`,
      state,
      ...(known ? { txid } : {}),
    })),
    settlement: state,
    at: instant(noonMs),
  };
}

export type OrderChange = Partial<
  Omit<OwnOrder, 'volume' | 'filled' | 'cancelled' | 'remaining' | 'price'>
> & {
  readonly filled?: number;
  readonly cancelled?: number;
};

/** An own open order, changed where `change` says so. */
export function ownOrder(
  number: number,
  side: Side,
  volume: number,
  at: number,
  { filled = 0, cancelled = 0, ...change }: OrderChange = {},
): OwnOrder {
  return {
    order: orderId(number),
    clientOrderId: `wish-${number}`,
    symbol: instrument.symbol,
    side,
    price: price(at),
    volume: lots(volume),
    filled: lots(filled),
    cancelled: lots(cancelled),
    remaining: lots(volume - filled - cancelled),
    timeInForce: 'gtc',
    postOnly: false,
    status: 'open',
    trades: [],
    at: instant(noonMs),
    ...change,
  };
}

/** Energy and ecoin, and what of them is held, in their smallest units. */
export function balances(
  energy: number,
  energyHeld: number,
  ecoin: number,
  ecoinHeld: number,
): ClientEvent {
  return {
    kind: 'balances',
    balances: [
      { asset: asset('KWH'), balance: amount(energy), hold: amount(energyHeld) },
      { asset: asset('ECOIN'), balance: amount(ecoin), hold: amount(ecoinHeld) },
    ],
  };
}

export const live: ClientEvent = { kind: 'connection', state: 'live' };

/** The book of the design's sketch: a spread of 2 around 150. */
export const sketchBook: BookView = book(
  [
    [149, 35],
    [148, 12],
    [146, 60],
    [143, 8],
    [140, 100],
    [131, 3],
  ],
  [
    [151, 30],
    [152, 40],
    [154, 5],
    [157, 80],
    [160, 22],
    [175, 200],
  ],
);

/** A level of the queue: orders by number, with their lots. */
export function queueLevel(at: number, orders: readonly (readonly [number, number])[]): QueueLevel {
  return {
    price: price(at),
    orders: orders.map(([number, volume]) => ({
      order: orderId(number),
      volume: lots(volume),
      place: number,
    })),
  };
}

/** Who stands behind whom where the own orders are: at 149 the third of four, at 151 the second of two. */
export const sketchQueue: QueueView = {
  symbol: instrument.symbol,
  bids: [
    queueLevel(149, [
      [2, 7],
      [4, 5],
      [5, 20],
      [7, 3],
    ]),
    queueLevel(146, [[1, 60]]),
  ],
  asks: [
    queueLevel(151, [
      [6, 25],
      [8, 5],
    ]),
  ],
  seq: 1,
};

/** A live market with the sketch's book, three trades and some own orders. */
export const opening: readonly ClientEvent[] = [
  { kind: 'instruments', instruments: [instrument] },
  live,
  { kind: 'latency', milliseconds: 3 },
  { kind: 'book', book: sketchBook },
  { kind: 'queue', symbol: instrument.symbol, queue: sketchQueue },
  {
    kind: 'trades',
    snapshot: true,
    trades: [
      trade(1, 'ask', 148, 4, noonMs - 36_000),
      trade(2, 'bid', 150, 7, noonMs - 30_000),
      trade(3, 'bid', 149, 12, noonMs - 19_000),
    ],
  },
  {
    kind: 'orders',
    snapshot: true,
    orders: [
      ownOrder(3, 'bid', 12, 150, {
        filled: 12,
        status: 'done',
        trades: [ownTrade(2, 150, 12, 'settled')],
      }),
      ownOrder(5, 'bid', 20, 149),
      ownOrder(8, 'ask', 9, 151, { filled: 4, trades: [ownTrade(6, 151, 4, 'submitted')] }),
      ownOrder(9, 'bid', 10, 146, { status: 'pending' }),
    ],
  },
  balances(12_340, 50, 120_450, 29_800),
];

/** A wallet with two lots on offer, and a meter. */
export const walletSummary: WalletSummary = {
  address: '1WaTtLotHouse07xxxxxxxxxxxxxxxxxxxxx',
  meter: '1MeTerOfHouse07xxxxxxxxxxxxxxxxxxxxx',
  isOnNode: false,
  height: 412,
  outputs: [
    { output: `${'a1'.repeat(32)}:0`, asset: 'KWH', amount: 10, isLocked: true, isFinal: true },
    { output: `${'a1'.repeat(32)}:1`, asset: 'KWH', amount: 10, isLocked: true, isFinal: true },
    {
      output: `${'b2'.repeat(32)}:2`,
      asset: 'ECOIN',
      amount: 120_450,
      isLocked: false,
      isFinal: true,
    },
    {
      output: `${'c3'.repeat(32)}:0`,
      asset: 'KWH',
      amount: 12_320,
      isLocked: false,
      isFinal: false,
    },
  ],
  more: 0,
};

/** Two requests for ecoin, the newer one as said. */
export function ecoinRequests(status: EcoinRequest['status']): readonly EcoinRequest[] {
  const since = '2026-07-01T14:00:00.000000Z';
  return [
    {
      request: 'r1',
      deposit: 'D1',
      amount: 100_000,
      reference: '',
      since,
      status: 'issued',
      txid: 'c4'.repeat(32),
    },
    {
      request: 'r2',
      deposit: 'D4',
      amount: 1_250,
      reference: '',
      since,
      status,
      ...(status === 'refused' ? { reason: 'no transfer of that name' } : {}),
    },
  ];
}
