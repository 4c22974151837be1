import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toMarketSymbol, toOrderId, toTradeId } from '@wattlot/core';
import type { OrderId } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseAllowance } from './allowance.ts';
import type { ClientEvent, OrderChange, Outcome, OwnOrder, TradingClient } from './events.ts';
import type { OrderWish } from './events.ts';
import { amendmentsMax } from './limits.ts';
import { planOffers, planTake } from './signing-rules.ts';
import { instant, instrument, lots, price, sure, symbol, time } from './testing.ts';
import type { WishRecord } from './wish-book.ts';
import { openWishFile } from './wish-file.ts';
import type { WishFile } from './wish-file.ts';
import { rememberWishes } from './wishing-client.ts';

const order: OrderId = sure(toOrderId('O1'));
const no: Outcome<null> = { kind: 'no', error: 'EOrder:Insufficient funds' };
const yes: Outcome<null> = { kind: 'yes', value: null };
const unknown: Outcome<null> = { kind: 'unknown', reason: 'lost' };
const unheard = (): never => {
  throw new Error('not asked in this test');
};

/** The exchange's side: it gives order O1 to every wish, and the test says what becomes of amendments. */
class FakeClient implements TradingClient {
  readonly participant = undefined;
  readonly state = 'live';
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  readonly amended: OrderChange[] = [];
  /** Called with each amendment. */
  amend: (change: OrderChange) => Outcome<null> = () => yes;
  events = unheard;
  book = unheard;
  trades = unheard;
  cancelAll = unheard;
  cancelAllAfter = unheard;
  cancelOrder = unheard;
  followQueue(): void {}

  requestEcoin = unheard;
  ecoinRequests = unheard;
  createApiKey = unheard;

  listen(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  say(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** What becomes of the next wishes, in order; then `answer` of all. */
  readonly answers: Outcome<{ readonly order: OrderId }>[] = [];
  answer: Outcome<{ readonly order: OrderId }> = { kind: 'yes', value: { order } };

  placeOrder(): Promise<Outcome<{ readonly order: OrderId }>> {
    return Promise.resolve(this.answers.shift() ?? this.answer);
  }

  amendOrder(_: OrderId, change: OrderChange): Promise<Outcome<null>> {
    this.amended.push(change);
    return Promise.resolve(this.amend(change));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface Desk {
  readonly exchange: FakeClient;
  readonly client: TradingClient;
  readonly wishes: WishFile;
  readonly record: () => WishRecord;
}

let folder = '';
let path = '';
const files: WishFile[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wattlot-wishing-'));
  path = join(folder, 'key.wishes');
});
afterEach(async () => {
  for (const file of files.splice(0)) await file.close();
  await rm(folder, { recursive: true });
});

const wish: OrderWish = {
  clientOrderId: 'a1',
  symbol,
  side: 'bid',
  price: price(150),
  volume: lots(5),
  timeInForce: 'gtc',
  postOnly: false,
};

async function open(allow: string | undefined = undefined): Promise<Desk> {
  for (const file of files.splice(0)) await file.close();
  const wishes = await openWishFile(path);
  files.push(wishes);
  const exchange = new FakeClient();
  const allowances = allow === undefined ? [] : [parseAllowance(allow)];
  const client = rememberWishes(exchange, wishes, allowances);
  exchange.say({ kind: 'instruments', instruments: [instrument] });
  return { exchange, client, wishes, record: () => sure(wishes.book.byOrder(order)) };
}

async function placed(change: Partial<OrderWish> = {}): Promise<Desk> {
  const desk = await open();
  await desk.client.placeOrder({ ...wish, ...change });
  return desk;
}

function told(change: Partial<OwnOrder> = {}, snapshot = false): ClientEvent {
  const own: OwnOrder = {
    order,
    clientOrderId: 'a1',
    symbol,
    side: 'bid',
    price: price(150),
    volume: lots(5),
    filled: lots(0),
    cancelled: lots(0),
    remaining: lots(5),
    timeInForce: 'gtc',
    postOnly: false,
    status: 'open',
    trades: [],
    at: instant(1),
    ...change,
  };
  return { kind: 'orders', orders: [own], snapshot };
}

/** What the agent would do about offers of these lots at a price. */
function offers(record: WishRecord, at: number, wanted: readonly number[]): string {
  const task = { order_id: 'O1', symbol, side: 'buy', deadline: time } as const;
  const lotsAsked = [...wanted];
  return planOffers(record, { kind: 'offers.requested', ...task, price: at, lots: lotsAsked }).kind;
}

/** What it would do about a trade as the incoming order, of so many lots. */
function take(record: WishRecord, at: number, count = 1, trade = 'T1'): string {
  const taken = Array.from({ length: count }, (_, lot) => {
    return { lot, output: `${'a'.repeat(64)}:${lot}`, offer: 'ab' };
  });
  const task = { order_id: 'O1', symbol, side: 'buy', owner: '1Owner', deadline: time } as const;
  const kind = 'settlement.requested';
  return planTake(record, { kind, ...task, trade_id: trade, price: at, lots: taken }).kind;
}

test('every kind of wish is on disk with all its parts, and is sent so', async () => {
  const whole: OrderWish = {
    ...wish,
    type: 'limit',
    timeInForce: 'gtd',
    expiresAt: instant(9),
    whole: true,
    selfTrade: 'cancel_both',
  };
  await placed(whole);
  const again = await open();
  expect(again.record().wish).toEqual(whole);
  // The same wish again is the same order; another under its id is not.
  expect(await again.client.placeOrder(whole)).toMatchObject({ kind: 'yes' });
  for (const change of [{ whole: false }, { expiresAt: instant(8) }, { selfTrade: undefined }]) {
    const other = { ...whole, ...change } as OrderWish;
    expect(await again.client.placeOrder(other)).toMatchObject({ kind: 'no' });
  }
});

test('an amendment is in the file before it is sent, and whole: price and volume', async () => {
  const { exchange, client, record } = await placed();
  let before = '';
  const reading = Promise.withResolvers<undefined>();
  exchange.amendOrder = async (_, change) => {
    before = await readFile(path, 'utf8');
    exchange.amended.push(change);
    reading.resolve(undefined);
    return yes;
  };
  expect(await client.amendOrder(order, { price: price(148) })).toEqual(yes);
  await reading.promise;
  expect(before).toContain('"step":"amended","id":"a1","price":148,"volume":5');
  expect(exchange.amended).toEqual([{ price: 148, volume: 5 }]);
  expect(record().wish).toMatchObject({ price: 148, volume: 5 });
  expect(record().amendments).toEqual([]);
});

test('while an amendment is not decided only what both words allow is signed', async () => {
  const { exchange, client, record } = await placed();
  exchange.amend = () => unknown;
  await client.amendOrder(order, { price: price(148), volume: lots(8) });
  // Five lots of either, at the lower price only.
  expect(offers(record(), 148, [0, 1, 2, 3, 4])).toBe('sign');
  expect(offers(record(), 148, [0, 1, 2, 3, 4, 5])).toBe('later');
  expect(offers(record(), 150, [0])).toBe('later');
  expect(offers(record(), 149, [0])).toBe('refused');
  expect(take(record(), 148, 5)).toBe('take');
  expect(take(record(), 149)).toBe('later');
  expect(take(record(), 151)).toBe('refused');
});

test('a refusal takes an amendment back, at once or when it is found out', async () => {
  const { exchange, client, record } = await placed();
  exchange.amend = () => no;
  expect(await client.amendOrder(order, { price: price(148) })).toEqual(no);
  expect(record().amendments).toEqual([]);
  exchange.amend = () => unknown;
  for (const outcome of [no, unknown]) {
    const change = { price: price(147), volume: lots(5) };
    await client.amendOrder(order, change);
    expect(record().amendments).toHaveLength(1);
    exchange.say({ kind: 'amendment', order, change, outcome });
    expect(record().amendments).toEqual([]);
  }
  expect(offers(record(), 150, [0, 1, 2, 3, 4])).toBe('sign');
});

test('an order that shows an amendment decides it, and those before it', async () => {
  const { exchange, client, record } = await placed();
  exchange.amend = () => unknown;
  await client.amendOrder(order, { price: price(148) });
  await client.amendOrder(order, { price: price(147) });
  await client.amendOrder(order, { price: price(146) });
  // As it was: that says nothing.
  exchange.say(told());
  expect(record().amendments).toHaveLength(3);
  exchange.say(told({ price: price(147), status: 'pending' }));
  expect(record().wish.price).toBe(147);
  expect(record().amendments).toEqual([{ price: 146, volume: 5 }]);
  // The last is refused in the end.
  const change = { price: price(146), volume: lots(5) };
  exchange.say({ kind: 'amendment', order, change, outcome: no });
  expect(offers(record(), 147, [5, 6, 7, 8, 9])).toBe('sign');
});

test.each([undefined, 'buy <= 200, 50 lots'])(
  'an order cannot be amended by the exchange, with the allowance %s',
  async (allow) => {
    const { client, exchange, record } = await open(allow);
    await client.placeOrder(wish);
    exchange.say(told({ price: price(160), volume: lots(9) }));
    expect(record().wish).toMatchObject({ price: 150, volume: 5 });
    expect(offers(record(), 160, [0])).toBe('refused');
  },
);

test('a trade from before an amendment counts settles at its price, a later one does not', async () => {
  const { exchange, client, record } = await placed();
  const trade = {
    trade: sure(toTradeId('T1')),
    price: price(150),
    volume: lots(2),
    resting: false,
    lots: [],
    settlement: 'requested',
    at: instant(1),
  } as const;
  // One that was never within the limit is not agreed to by being told of.
  const dear = { ...trade, trade: sure(toTradeId('T3')), price: price(151) };
  exchange.say(told({ filled: lots(3), remaining: lots(2), trades: [trade, dear] }));
  await client.amendOrder(order, { price: price(148) });
  expect(take(record(), 150, 2)).toBe('take');
  expect(take(record(), 149, 2)).toBe('refused');
  expect(take(record(), 151, 1, 'T3')).toBe('refused');
  expect(take(record(), 150, 2, 'T2')).toBe('refused');
  // Also after a restart, and after the file was written anew.
  const { record: again } = await open();
  expect(take(again(), 150, 2)).toBe('take');
});

test.each([
  ['carried out', told({ price: price(148), status: 'pending' }, true), 148],
  ['lost', told({}, true), 150],
])(
  'after a restart the first list of the orders decides: an amendment was %s',
  async (_, list, at) => {
    const first = await placed();
    first.exchange.amend = () => unknown;
    await first.client.amendOrder(order, { price: price(148) });
    const { exchange, record } = await open();
    expect(record().amendments).toEqual([{ price: 148, volume: 5 }]);
    expect(offers(record(), 150, [0])).toBe('later');
    exchange.say(list);
    expect(record().amendments).toEqual([]);
    expect(record().wish.price).toBe(at);
    expect(offers(record(), at, [0, 1, 2, 3, 4])).toBe('sign');
  },
);

test('a bot that never listens cannot pile up amendments without end', async () => {
  const { exchange, client, record } = await placed();
  exchange.amend = () => unknown;
  for (let count = 0; count < amendmentsMax; count += 1) {
    await client.amendOrder(order, { price: price(100 + count) });
  }
  expect(await client.amendOrder(order, { price: price(99) })).toMatchObject({ kind: 'no' });
  expect(record().amendments).toHaveLength(amendmentsMax);
  expect(exchange.amended).toHaveLength(amendmentsMax);
});

test('without an allowance nothing is adopted, and with one the order is on disk before it is signed', async () => {
  const strict = await open();
  strict.exchange.say(told());
  expect(strict.wishes.book.size).toBe(0);
  const kind = 'buy <= 150, 5 lots';
  const { exchange, wishes } = await open(kind);
  exchange.say(told());
  await wishes.settled();
  expect(await readFile(path, 'utf8')).toContain('"adopted":true');
  expect(wishes.book.byOrder(order)).toMatchObject({ isAdopted: true, order });
  // Another would be one lot too many, also for an agent that was restarted.
  const other = told({ order: sure(toOrderId('O2')), clientOrderId: 'a2', volume: lots(1) });
  exchange.say(other);
  const again = await open(kind);
  again.exchange.say(other);
  expect(again.wishes.book.size).toBe(1);
});

test('an adopted order follows what is amended elsewhere, within the allowance', async () => {
  const { exchange, record } = await open('buy <= 155, 8 lots');
  exchange.say(told());
  exchange.say(told({ price: price(155), volume: lots(8), status: 'pending' }));
  expect(record().wish).toMatchObject({ price: 155, volume: 8 });
  for (const beyond of [{ price: price(156) }, { volume: lots(9), price: price(155) }]) {
    exchange.say(told({ volume: lots(8), ...beyond }));
    expect(record().wish).toMatchObject({ price: 155, volume: 8 });
  }
});

test('an exchange that describes the lot anew under an allowance gets the first description', async () => {
  const { exchange, record } = await open('buy <= 155, 8 lots');
  const lie = { ...instrument, lot: 1 as typeof instrument.lot, basePrecision: 2 };
  exchange.say({ kind: 'instruments', instruments: [lie] });
  // Also where the market was gone in between.
  exchange.say({ kind: 'instruments', instruments: [] });
  exchange.say({ kind: 'instruments', instruments: [lie] });
  exchange.say(told());
  expect(record().terms.lot).toBe(instrument.lot);
});

test('a repeat that is not taken now is no answer to the wish, which may have been placed before', async () => {
  const { exchange, client, wishes } = await open();
  exchange.answer = { kind: 'unknown', reason: 'lost' };
  expect(await client.placeOrder(wish)).toEqual(exchange.answer);
  const error = 'EService:Unavailable: not connected';
  exchange.answer = { kind: 'no', error };
  expect(await client.placeOrder(wish)).toEqual({ kind: 'unknown', reason: error });
  expect(wishes.book.byId('a1')).toBeDefined();
  // After a restart the exchange lists it.
  const again = await open();
  again.exchange.answer = exchange.answer;
  expect(await again.client.placeOrder(wish)).toEqual({ kind: 'unknown', reason: error });
  again.wishes.note({ step: 'placed', id: 'a1', order });
  expect(await again.client.placeOrder(wish)).toEqual({ kind: 'yes', value: { order } });
  // Before the markets are known nothing is sent.
  const blind = await open();
  blind.exchange.say({ kind: 'instruments', instruments: [] });
  blind.exchange.answer = { kind: 'no', error: 'EQuery:Unknown asset pair' };
  expect(await blind.client.placeOrder(wish)).toEqual({ kind: 'yes', value: { order } });
  // What the exchange itself refuses is refused.
  const refusing = await open();
  refusing.exchange.answer = { kind: 'no', error: 'EOrder:Insufficient funds' };
  expect(await refusing.client.placeOrder(wish)).toEqual(refusing.exchange.answer);
});

test('a wish before the markets are known is told to wait, one of no market is refused', async () => {
  const { exchange, client } = await open();
  const elsewhere = { ...wish, symbol: sure(toMarketSymbol('GAS/ECOIN')) };
  expect(await client.placeOrder(elsewhere)).toEqual({
    kind: 'no',
    error: 'EQuery:Unknown asset pair',
  });
  exchange.say({ kind: 'instruments', instruments: [] });
  expect(await client.placeOrder(wish)).toEqual({
    kind: 'no',
    error: 'EService:Unavailable: the markets are not known yet',
  });
});

test('a wish under way twice is not forgotten when it is refused once', async () => {
  const { exchange, client, wishes } = await open();
  const refused = { kind: 'no', error: 'EOrder:Insufficient funds' } as const;
  exchange.answers.push(refused);
  const outcomes = await Promise.all([client.placeOrder(wish), client.placeOrder(wish)]);
  expect(outcomes).toEqual([refused, { kind: 'yes', value: { order } }]);
  expect(wishes.book.byOrder(order)?.wish).toEqual(wish);
  exchange.answers.push(refused, refused);
  const other = { ...wish, clientOrderId: 'a2' };
  await Promise.all([client.placeOrder(other), client.placeOrder(other)]);
  expect(wishes.book.byId('a2')).toBeUndefined();
});
