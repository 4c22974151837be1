import { hash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openParticipant } from '@wattlot/client';
import type { AgentNote, ClientEvent, ListedInstrument, OwnOrder } from '@wattlot/client';
import type { OwnTrade, Participant } from '@wattlot/client';
import { timeText } from '@wattlot/client/frames';
import { audit, stateHash, toAmount, toMarketSymbol, toPrice } from '@wattlot/core';
import type { Amount, MarketSymbol, OrderId, Price, Side } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { exactInstant, exactLots, sure } from './exact.ts';
import { openExchange } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { Person, startTestExchange } from './gateway/testing.ts';
import { startExchange } from './start.ts';
import type { RunningExchange } from './start.ts';
import { defaultTerms } from './terms.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-market-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function failed(error: Error): void {
  throw error;
}

function amount(value: number): Amount {
  return sure(toAmount(value), 'amount');
}

function price(value: number): Price {
  return sure(toPrice(value), 'price');
}

/** A household with its wallet and its agent, over the same wire as anybody. */
class Household {
  readonly orders = new Map<OrderId, OwnOrder>();
  readonly balances = new Map<string, { readonly balance: number; readonly hold: number }>();
  readonly markets = new Map<MarketSymbol, ListedInstrument>();
  readonly participant: Participant;
  /** `order settlement` for every state that a trade was ever told to be in. */
  readonly seen = new Set<string>();
  readonly #notes: AgentNote[];
  state = 'stale';
  #wake: () => void = () => undefined;

  private constructor(participant: Participant, notes: AgentNote[]) {
    this.participant = participant;
    this.#notes = notes;
    participant.client.listen((event) => this.#hear(event));
  }

  /** What the agent noted about ladders. */
  get ladders(): readonly string[] {
    return this.#notes.filter(({ kind }) => kind === 'laddered').map(({ text }) => text);
  }

  static async open(url: string, name: string, meter = false): Promise<Household> {
    const keyFile = join(folder, `${name}.key`);
    const meters = meter ? { meter: 'own' as const } : {};
    const notes: AgentNote[] = [];
    let noted = (): void => undefined;
    const onNote = (note: AgentNote): void => {
      notes.push(note);
      noted();
    };
    const options = { url, keyFile, name, onNote, ...meters };
    const household = new Household(await openParticipant(options), notes);
    noted = () => household.#wake();
    await household.until(() => household.state === 'live');
    return household;
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((wake) => (this.#wake = wake));
  }

  async place(
    side: Side,
    wish: { price: number; volume: number; symbol?: MarketSymbol },
  ): Promise<OrderId> {
    const outcome = await this.participant.client.placeOrder({
      clientOrderId: randomUUID(),
      symbol: wish.symbol ?? defaultTerms.symbol,
      side,
      price: price(wish.price),
      volume: exactLots(wish.volume),
      timeInForce: 'gtc',
      postOnly: false,
    });
    if (outcome.kind !== 'yes') throw new Error(`not placed: ${JSON.stringify(outcome)}`);
    return outcome.value.order;
  }

  async untilOrder(order: OrderId, holds: (own: OwnOrder) => boolean): Promise<OwnOrder> {
    await this.until(() => {
      const own = this.orders.get(order);
      return own !== undefined && holds(own);
    });
    return sure(this.orders.get(order), order);
  }

  #hear(event: ClientEvent): void {
    if (event.kind === 'connection') this.state = event.state;
    if (event.kind === 'instruments') {
      for (const one of event.instruments) this.markets.set(one.symbol, one);
    }
    if (event.kind === 'orders') {
      for (const own of event.orders) {
        this.orders.set(own.order, own);
        for (const { settlement } of own.trades) this.seen.add(`${own.order} ${settlement}`);
      }
    }
    if (event.kind === 'balances') {
      for (const own of event.balances) this.balances.set(own.asset, own);
    }
    this.#wake();
  }
}

/** The transactions that settled an order's lots. */
function txidsOf({ trades }: OwnOrder): readonly (string | undefined)[] {
  return [...new Set(trades.flatMap(({ lots }) => lots.map(({ txid }) => txid)))];
}

function isSettled({ trades }: OwnOrder): boolean {
  return trades.length > 0 && trades.every(({ settlement }: OwnTrade) => settlement === 'settled');
}

async function fund(seller: Household, buyer: Household): Promise<void> {
  await seller.participant.wallet.issueMore({ asset: 'energy', raw: 1_000n });
  await buyer.participant.client.requestEcoin(amount(100_000));
  await seller.until(() => seller.balances.get('energy')?.balance === 1_000);
  await buyer.until(() => buyer.balances.get('ecoin')?.balance === 100_000);
}

async function start(): Promise<RunningExchange> {
  const data = join(folder, 'exchange');
  return startExchange({ folder: data, host: '127.0.0.1', port: 0, policy: 'open', failed });
}

function open(): Promise<Exchange> {
  return openExchange({
    folder: join(folder, 'exchange'),
    policy: 'open',
    clock: systemClock(),
    terms: defaultTerms,
    log: () => undefined,
    failed,
    version: 'test',
  });
}

function digest(text: string): string {
  return hash('sha256', text);
}

test('two households trade energy for ecoin, and all lots of a trade settle in one transaction', async () => {
  const exchange = await start();
  const seller = await Household.open(exchange.url, 'seller', true);
  const buyer = await Household.open(exchange.url, 'buyer');
  await fund(seller, buyer);

  const ask = await seller.place('ask', { price: 120, volume: 25 });
  await seller.until(() => seller.ladders.length === 1);
  expect(seller.ladders).toEqual(['a ladder of 25 lots signed']);
  const bid = await buyer.place('bid', { price: 130, volume: 10 });
  const bought = await buyer.untilOrder(bid, isSettled);
  const sold = await seller.untilOrder(ask, isSettled);
  expect(bought).toMatchObject({ status: 'done', filled: 10, cancelled: 0 });
  expect(sold).toMatchObject({ status: 'open', filled: 10, remaining: 15 });
  expect(bought.trades[0]?.lots).toHaveLength(10);
  expect(txidsOf(bought)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  await buyer.until(() => buyer.balances.get('energy')?.balance === 100);
  await seller.until(() => seller.balances.get('ecoin')?.balance === 1_200);
  expect(buyer.balances.get('ecoin')).toMatchObject({ balance: 98_800, hold: 0 });
  expect(seller.balances.get('energy')).toMatchObject({ balance: 900, hold: 150 });

  // The other lots are signed for new places, and serve the next trade in the same way.
  await seller.until(() => seller.ladders.length === 2);
  expect(seller.ladders[1]).toBe('a ladder of 15 lots signed');
  const second = await buyer.place('bid', { price: 120, volume: 7 });
  const more = await buyer.untilOrder(second, isSettled);
  expect(txidsOf(more)).toHaveLength(1);
  expect(txidsOf(more)).not.toEqual(txidsOf(bought));
  await buyer.until(() => buyer.balances.get('energy')?.balance === 170);

  await seller.participant.client.cancelOrder(ask);
  await seller.untilOrder(ask, ({ status }) => status === 'done');
  expect(exchange.stats()).toMatchObject({
    orders: 3,
    trades: 2,
    lots: 17,
    settled: 2,
    lotsSettled: 17,
  });
  expect(exchange.stats().settleMs?.p50).toBeGreaterThan(0);
  await seller.participant.close();
  await buyer.participant.close();
  await exchange.close();
});

test('a bid on the book is firm while its owner is away, and the market goes on after a restart', async () => {
  const first = await start();
  const seller = await Household.open(first.url, 'seller', true);
  const buyer = await Household.open(first.url, 'buyer');
  await fund(seller, buyer);
  const bid = await buyer.place('bid', { price: 90, volume: 3 });
  await buyer.untilOrder(bid, ({ status }) => status === 'open');
  await buyer.participant.close();
  await seller.participant.close();
  await first.close();

  const second = await open();
  const url = await second.app.listen({ host: '127.0.0.1', port: 0 });
  expect(second.feed.participants.size).toBe(2);
  const again = await Household.open(url, 'seller', true);
  const ask = await again.place('ask', { price: 80, volume: 5 });
  const sold = await again.untilOrder(ask, isSettled);
  expect(sold.trades).toMatchObject([{ price: 90, volume: 3 }]);
  // The ladder was the first exchange's and is lost: lot by lot.
  expect(txidsOf(sold)).toHaveLength(3);
  await again.untilOrder(ask, ({ status, remaining }) => status === 'open' && remaining === 2);
  const back = await Household.open(url, 'buyer');
  const bought = await back.untilOrder(bid, isSettled);
  expect(bought).toMatchObject({ status: 'done', filled: 3 });
  expect(second.stats.read()).toMatchObject({ orders: 2, trades: 1, lots: 3, settled: 1 });
  await again.participant.close();
  await back.participant.close();
  await second.close();

  const third = await open();
  expect(audit(third.state)).toEqual([]);
  expect(stateHash(third.state, digest)).toBe(stateHash(second.state, digest));
  await third.close();
});

test('a trade that is overdue is decided by the owner’s renewal, and both sides are free again', async () => {
  // Short for whoever waits for it to pass, and long for the trade at the end, which has to settle within it.
  const terms = { ...defaultTerms, settlementTimeout: 4_000_000 };
  const { exchange, end } = await startTestExchange({ terms });
  const seller = await Household.open(exchange.url, 'seller', true);
  const buyer = await Household.open(exchange.url, 'buyer');
  await fund(seller, buyer);
  const ask = await seller.place('ask', { price: 100, volume: 2 });
  await seller.untilOrder(ask, ({ status }) => status === 'open');
  // The buyer's agent is gone when the trade is made.
  await buyer.participant.agent.close();
  const bid = await buyer.place('bid', { price: 100, volume: 1 });
  await buyer.until(() => buyer.seen.has(`${bid} overdue`));
  const released = await buyer.untilOrder(
    bid,
    ({ trades }) => trades[0]?.settlement === 'released',
  );
  expect(released).toMatchObject({
    status: 'done',
    filled: 0,
    cancelled: 1,
    reason: 'not_settled',
  });
  await buyer.until(() => buyer.balances.get('ecoin')?.hold === 0);
  // The lot is the seller's again, offered anew on the output that the renewal left.
  await seller.untilOrder(ask, ({ cancelled, remaining }) => cancelled === 0 && remaining === 2);
  const other = await Household.open(exchange.url, 'other');
  await other.participant.client.requestEcoin(amount(100_000));
  await other.until(() => other.balances.get('ecoin')?.balance === 100_000);
  const second = await other.place('bid', { price: 100, volume: 2 });
  await other.untilOrder(second, ({ trades }) => trades[0]?.settlement === 'settled');
  expect(other.balances.get('energy')).toMatchObject({ balance: 20 });
  await other.participant.close();
  await seller.participant.close();
  await buyer.participant.close();
  await end();
});

test('a market that the operator opens trades until its gate, and then neither keeps nor takes an order', async () => {
  const system = systemClock();
  let ahead = 0;
  const clock: Clock = { ...system, now: () => exactInstant(system.now() + ahead) };
  const { exchange, folder: data, end } = await startTestExchange({ clock });
  const operate = await (await Person.operator(exchange, data)).caller();
  const minute = 60_000_000;
  const gate = exactInstant(clock.now() + 10 * minute);
  const market = {
    symbol: 'HOUR/ECOIN',
    lot: 20,
    delivery_start: timeText(exactInstant(gate + 5 * minute)),
    delivery_end: timeText(exactInstant(gate + 65 * minute)),
    gate_closure: timeText(gate),
  };
  const seller = await Household.open(exchange.url, 'seller', true);
  expect(await operate('open_market', market)).toMatchObject({ status: 200 });
  const buyer = await Household.open(exchange.url, 'buyer');
  await fund(seller, buyer);
  const symbol = sure(toMarketSymbol(market.symbol), 'symbol');
  // One was there before the market, one came after it.
  const both = [seller, buyer].map((household) => household.markets.get(symbol)?.delivery?.gate);
  expect(both).toEqual([gate, gate]);

  const ask = await seller.place('ask', { symbol, price: 100, volume: 3 });
  await seller.untilOrder(ask, ({ status }) => status === 'open');
  const bid = await buyer.place('bid', { symbol, price: 100, volume: 1 });
  await buyer.untilOrder(bid, isSettled);
  await buyer.until(() => buyer.balances.get('energy')?.balance === 20);
  const elsewhere = await seller.place('ask', { price: 100, volume: 1 });
  await seller.untilOrder(elsewhere, ({ status }) => status === 'open');

  ahead = 10 * minute;
  await expect(buyer.place('bid', { symbol, price: 90, volume: 1 })).rejects.toThrow('EService');
  const left = await seller.untilOrder(ask, ({ status }) => status === 'done');
  expect(left).toMatchObject({ filled: 1, cancelled: 2, reason: 'market_closed' });
  await seller.until(() => seller.markets.get(symbol)?.phase === 'closed');
  expect(seller.orders.get(elsewhere)).toMatchObject({ status: 'open' });
  expect(seller.markets.get(defaultTerms.symbol)?.phase).toBe('continuous');
  await seller.participant.close();
  await buyer.participant.close();
  await end();
});
