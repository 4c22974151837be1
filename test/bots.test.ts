/** What a bot developer relies on, over the real wire and ledger: amendments, every kind of order, the switch, and orders placed elsewhere. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, openParticipant, parseAllowance } from '@wattlot/client';
import type { AgentNote, OrderWish, OwnOrder, Participant, TradingClient } from '@wattlot/client';
import { toAmount, toInstant, toLots, toPrice } from '@wattlot/core';
import type { OrderId } from '@wattlot/core';
import { defaultTerms, startExchange } from '@wattlot/exchange';
import type { RunningExchange } from '@wattlot/exchange';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
let exchange: RunningExchange;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-bots-'));
  exchange = await startExchange({
    folder: join(folder, 'exchange'),
    host: '127.0.0.1',
    port: 0,
    policy: 'open',
    failed: (error) => {
      throw error;
    },
  });
  ends.push(() => exchange.close());
});

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  rmSync(folder, { recursive: true, force: true });
});

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

/** A participant with its orders as they were told. */
interface Bot {
  readonly participant: Participant;
  readonly client: TradingClient;
  readonly notes: readonly AgentNote[];
  /** The order, once it is so. */
  readonly until: (order: OrderId, isSo: (own: OwnOrder) => boolean) => Promise<OwnOrder>;
  readonly close: () => Promise<void>;
}

async function openBot(name: string, allow: readonly string[] = []): Promise<Bot> {
  const notes: AgentNote[] = [];
  const participant = await openParticipant({
    url: exchange.url,
    keyFile: join(folder, `${name}.key`),
    name,
    meter: 'own',
    allow: allow.map(parseAllowance),
    onNote: (note) => notes.push(note),
  });
  const { client, wallet } = participant;
  const orders = new Map<OrderId, OwnOrder>();
  const waiting = new Set<() => void>();
  const balances = new Map<string, number>();
  let isLive = false;
  client.listen((event) => {
    if (event.kind === 'connection') isLive = event.state === 'live';
    if (event.kind === 'orders') for (const own of event.orders) orders.set(own.order, own);
    if (event.kind === 'balances') {
      for (const { asset, balance } of event.balances) balances.set(asset, balance);
    }
    for (const wake of waiting) wake();
  });
  const when = async (holds: () => boolean): Promise<void> => {
    while (!holds()) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const wake = (): void => {
        waiting.delete(wake);
        resolve(undefined);
      };
      waiting.add(wake);
      await promise;
    }
  };
  await when(() => isLive);
  if ((balances.get('ecoin') ?? 0) === 0) {
    await wallet.issueMore({ asset: 'energy', raw: 1_000n });
    await client.requestEcoin(sure(toAmount(100_000)));
    await when(() => balances.get('energy') === 1_000 && balances.get('ecoin') === 100_000);
  }
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await participant.close();
  };
  ends.push(close);
  const until: Bot['until'] = async (order, isSo) => {
    await when(() => {
      const own = orders.get(order);
      return own !== undefined && isSo(own);
    });
    return sure(orders.get(order));
  };
  return { participant, client, notes, until, close };
}

const price = (value: number) => sure(toPrice(value));
const lots = (value: number) => sure(toLots(value));

async function place(client: TradingClient, change: Partial<OrderWish>): Promise<OrderId> {
  const outcome = await client.placeOrder({
    clientOrderId: randomUUID(),
    symbol: defaultTerms.symbol,
    side: 'ask',
    price: price(150),
    volume: lots(5),
    timeInForce: 'gtc',
    postOnly: false,
    ...change,
  });
  if (outcome.kind !== 'yes') throw new Error(JSON.stringify(outcome));
  return outcome.value.order;
}

const isOpen = ({ status }: OwnOrder): boolean => status === 'open';
const isSettled = ({ status, trades }: OwnOrder): boolean =>
  status === 'done' && trades.every(({ settlement }) => settlement === 'settled');

test('an order is amended up and down in price and volume, and settles at what it became', async () => {
  const seller = await openBot('seller');
  const buyer = await openBot('buyer');
  const order = await place(seller.client, {});
  await seller.until(order, isOpen);
  for (const [at, volume] of [
    [160, 5],
    [140, 8],
    [140, 4],
    [141, 6],
  ] as const) {
    const change = { price: price(at), volume: lots(volume) };
    expect(await seller.client.amendOrder(order, change)).toEqual({ kind: 'yes', value: null });
    const own = await seller.until(order, (one) => isOpen(one) && one.price === at);
    expect(own.volume).toBe(volume);
  }
  const bought = await place(buyer.client, {
    side: 'bid',
    type: 'market',
    price: price(200),
    volume: lots(6),
    timeInForce: 'ioc',
  });
  const { trades } = await buyer.until(bought, isSettled);
  expect(trades.map((trade) => [trade.price, trade.volume])).toEqual([[141, 6]]);
  await seller.until(order, isSettled);
  const refusals = seller.notes.filter(
    ({ kind, text }) => kind === 'refused' && !/amend/.test(text),
  );
  expect(refusals.filter(({ text }) => !text.includes('more lots'))).toEqual([]);
});

test('fill or kill, expiry and cancelling all end orders as they say', async () => {
  const { client, until } = await openBot('bot');
  const killed = await place(client, { timeInForce: 'fok' });
  expect((await until(killed, ({ status }) => status === 'done')).reason).toBe(
    'not_filled_at_once',
  );
  const expiresAt = sure(toInstant((Date.now() + 1_500) * 1_000));
  const short = await place(client, { timeInForce: 'gtd', expiresAt });
  expect(await until(short, isOpen)).toMatchObject({ expiresAt, timeInForce: 'gtd' });
  const long = await place(client, { price: price(170) });
  await until(long, isOpen);
  expect((await until(short, ({ status }) => status === 'done')).reason).toBe('expired');
  expect(await client.cancelAll(defaultTerms.symbol)).toEqual({ kind: 'yes', value: null });
  expect((await until(long, ({ status }) => status === 'done')).reason).toBe('requested');
  const last = await place(client, {});
  expect(await client.cancelAllAfter(1)).toEqual({ kind: 'yes', value: null });
  expect((await until(last, ({ status }) => status === 'done')).reason).toBe('cancel_all_after');
});

/** A program that trades for the same account and has no agent: its orders are nowhere noted. */
async function stranger({ participant }: Bot): Promise<TradingClient> {
  const { wallet } = participant;
  const client = connect({
    url: exchange.url,
    signer: {
      address: wallet.address,
      signMessage: (text) => Promise.resolve(wallet.signMessage(text)),
      name: 'stranger',
    },
  });
  ends.push(() => client.close());
  for await (const event of client.events()) {
    if (event.kind === 'connection' && event.state === 'live') break;
  }
  return client;
}

test('an order placed elsewhere is signed for within the allowance, and not beyond it', async () => {
  const bot = await openBot('bot', ['sell >= 140, 12 lots']);
  const other = await openBot('other');
  const elsewhere = await stranger(bot);
  const order = await place(elsewhere, {});
  await bot.until(order, isOpen);
  // Amended elsewhere too, by itself and beyond what is allowed.
  await elsewhere.amendOrder(order, { price: price(145), volume: lots(8) });
  await bot.until(order, (own) => isOpen(own) && own.price === 145);
  const dear = await place(elsewhere, { side: 'bid', price: price(100) });
  const cheap = await place(elsewhere, { price: price(139) });
  const much = await place(elsewhere, { price: price(150) });
  // Each goes when its offers do not come.
  const bought = await place(other.client, { side: 'bid', volume: lots(8) });
  await bot.until(order, isSettled);
  expect((await other.until(bought, isSettled)).trades[0]?.price).toBe(145);
  const refused = new Set(
    bot.notes.flatMap(({ kind, order: of }) => (kind === 'refused' ? [of] : [])),
  );
  expect(refused).toEqual(new Set([dear, cheap, much]));
  const signed = new Set(
    bot.notes.flatMap(({ kind, order: of }) => (kind === 'offered' ? [of] : [])),
  );
  expect(signed).toEqual(new Set([order]));
});

test('what was adopted is signed for by an agent that was restarted', async () => {
  const first = await openBot('bot', ['buy <= 160, 5 lots']);
  const elsewhere = await stranger(first);
  const order = await place(elsewhere, { side: 'bid' });
  await first.until(order, isOpen);
  await first.close();
  const bot = await openBot('bot', ['buy <= 160, 5 lots']);
  await elsewhere.amendOrder(order, { price: price(155) });
  await bot.until(order, (own) => isOpen(own) && own.price === 155);
  const seller = await openBot('seller');
  const sold = await place(seller.client, { price: price(155), timeInForce: 'fok' });
  await seller.until(sold, isSettled);
  expect((await bot.until(order, isSettled)).trades[0]?.volume).toBe(5);
});
test('an order that is all or none settles as one output, at a smaller volume too', async () => {
  const seller = await openBot('seller');
  const buyer = await openBot('buyer');
  const order = await place(seller.client, { whole: true, volume: lots(7) });
  expect(await seller.until(order, isOpen)).toMatchObject({ whole: true });
  await seller.client.amendOrder(order, { volume: lots(6) });
  await seller.until(order, (own) => isOpen(own) && own.volume === 6);
  // Too small for it: passed by.
  const small = await place(buyer.client, { side: 'bid', volume: lots(5), timeInForce: 'ioc' });
  const passed = await buyer.until(small, ({ status }) => status === 'done');
  expect(passed.filled).toBe(0);
  const bought = await place(buyer.client, { side: 'bid', volume: lots(6), timeInForce: 'fok' });
  const { trades } = await buyer.until(bought, isSettled);
  expect(trades.map((trade) => [trade.price, trade.volume, trade.lots.length])).toEqual([
    [150, 6, 1],
  ]);
  await seller.until(order, isSettled);
});

test('a whole order that comes in, and one that fires while it rests, settle in full', async () => {
  const seller = await openBot('seller');
  const buyer = await openBot('buyer');
  const first = await place(seller.client, { volume: lots(4) });
  await seller.until(first, isOpen);
  const whole = await place(buyer.client, { side: 'bid', whole: true, volume: lots(6) });
  await buyer.until(whole, isOpen);
  const second = await place(seller.client, { volume: lots(2), price: price(149) });
  await seller.until(second, isSettled);
  await seller.until(first, isSettled);
  const { trades, filled } = await buyer.until(whole, isSettled);
  expect([filled, trades.length]).toEqual([6, 2]);
});
