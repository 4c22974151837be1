import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toAddress, toOutput, toTradeId } from '@wattlot/core';
import type { Address, Amount, OrderId } from '@wattlot/core';
import { LedgerError, localChainPort, MARKET_ASSETS, openChain, openWallet } from '@wattlot/ledger';
import { newKeyPair, Operator } from '@wattlot/ledger';
import type { Chain, OpenWallet } from '@wattlot/ledger';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startAgent } from './agent.ts';
import type { AgentNote, AgentProgress, AgentWallet, WalletAgent } from './agent.ts';
import { EventStreams } from './event-streams.ts';
import type { ClientEvent, ConnectionState, ExchangeClient, Outcome, OwnOrder } from './events.ts';
import type { OrderWish, TradingClient } from './events.ts';
import type { AgentTask, LadderRequested, OffersRequested } from './frames/messages.ts';
import type { SettlementRequested } from './frames/messages.ts';
import type { PrivateRequest } from './session-frames.ts';
import { assets, instant, instrument, lots, price, sure, symbol, time } from './testing.ts';
import { openWishFile } from './wish-file.ts';
import type { WishFile } from './wish-file.ts';
import { rememberWishes } from './wishing-client.ts';

/** The exchange as an agent sees it; what it answers and claims is the test's to say. */
class Exchange implements TradingClient {
  readonly participant: Address | undefined = undefined;
  state: ConnectionState = 'live';
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  readonly #streams = new EventStreams(this);
  readonly asked: PrivateRequest[] = [];
  answer: (request: PrivateRequest) => Outcome<unknown> = () => ({ kind: 'yes', value: null });
  #orders = 0;

  listen(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  ask(request: PrivateRequest): Promise<Outcome<unknown>> {
    this.asked.push(request);
    return Promise.resolve(this.answer(request));
  }

  placeOrder(): Promise<Outcome<{ readonly order: OrderId }>> {
    this.#orders += 1;
    return Promise.resolve({ kind: 'yes', value: { order: orderId(this.#orders) } });
  }

  cancelOrder(): Promise<Outcome<null>> {
    return Promise.resolve({ kind: 'yes', value: null });
  }

  amendOutcome: Outcome<null> = { kind: 'yes', value: null };
  amendOrder(): Promise<Outcome<null>> {
    return Promise.resolve(this.amendOutcome);
  }

  cancelAll(): Promise<Outcome<null>> {
    return Promise.resolve({ kind: 'yes', value: null });
  }

  cancelAllAfter(): Promise<Outcome<null>> {
    return Promise.resolve({ kind: 'yes', value: null });
  }

  createApiKey: TradingClient['createApiKey'] = () =>
    Promise.resolve({ kind: 'no', error: 'not here' });

  events = () => this.#streams.events();
  book: TradingClient['book'] = (market) => this.#streams.book(market);
  trades: TradingClient['trades'] = (market) => this.#streams.trades(market);

  followQueue(): void {}

  requestEcoin(): Promise<Outcome<null>> {
    return Promise.resolve({ kind: 'yes', value: null });
  }

  ecoinRequests(): Promise<Outcome<readonly never[]>> {
    return Promise.resolve({ kind: 'yes', value: [] });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const orderId = (count: number): OrderId => `O${count}` as OrderId;

/** One household: a real wallet on the test's chain, its wishes, its agent, and the exchange as it sees it. */
interface House {
  readonly exchange: Exchange;
  readonly client: ExchangeClient;
  readonly opened: OpenWallet;
  readonly wishes: WishFile;
  readonly agent: WalletAgent;
  readonly notes: AgentNote[];
  readonly progress: AgentProgress[];
}

let folder = '';
let chain: Chain;
let operator: Operator;
const houses: House[] = [];
/** Set by a test: the next calls to the wallet fail as if the chain were away. */
let failures = 0;

function shaky(wallet: AgentWallet): AgentWallet {
  const fail = (): void => {
    if (failures === 0) return;
    failures -= 1;
    throw new LedgerError('chain_unreachable', 'away', { retryable: true });
  };
  return {
    signOffers: (request) => wallet.signOffers(request),
    signLadder: (request) => wallet.signLadder(request),
    lock: (outputs) => wallet.lock(outputs),
    known: (outputs) => wallet.known(outputs),
    renew: (outputs) => wallet.renew(outputs),
    split: async (request) => {
      fail();
      return wallet.split(request);
    },
    completeTrade: async (request) => {
      fail();
      return wallet.completeTrade(request);
    },
  };
}

async function openHouse(name: string): Promise<House> {
  const path = join(folder, name);
  const port = localChainPort(chain);
  const opened = await openWallet({
    path,
    chain: chain.name,
    port,
    meter: false,
    random: randomBytes,
    now: () => 1_700_000_000_000,
  });
  const wishes = await openWishFile(`${path}.wishes`);
  const exchange = new Exchange();
  const notes: AgentNote[] = [];
  const progress: AgentProgress[] = [];
  const client = rememberWishes(exchange, wishes);
  const agent = startAgent({
    client,
    link: exchange,
    wallet: shaky(opened.wallet),
    wishes,
    clock: {
      now: () => 0,
      after: (_, action) => {
        queueMicrotask(action);
        return () => undefined;
      },
    },
    onNote: (note) => notes.push(note),
    onProgress: (told) => progress.push(told),
  });
  exchange.emit({ kind: 'instruments', instruments: [instrument] });
  const house = { exchange, client, opened, wishes, agent, notes, progress };
  houses.push(house);
  return house;
}

async function closeHouse({ agent, wishes, opened }: House): Promise<void> {
  await agent.close();
  await wishes.close();
  await opened.close();
}

async function reopen(house: House, name: string): Promise<House> {
  houses.splice(houses.indexOf(house), 1);
  await closeHouse(house);
  return openHouse(name);
}

async function endow({ opened }: House, energy: bigint, ecoin: bigint): Promise<void> {
  const to = opened.wallet.address;
  await operator.admit(to);
  if (energy > 0n) await operator.issueTo({ to, asset: 'energy', raw: energy });
  if (ecoin > 0n) await operator.issueTo({ to, asset: 'ecoin', raw: ecoin });
  await block();
}

async function block(): Promise<void> {
  await chain.produceBlock(1_700_000_000_000);
}

async function holdings({ opened }: House): Promise<Record<string, bigint>> {
  const balances = await opened.wallet.balances();
  return Object.fromEntries(balances.map(({ asset, raw }) => [asset, raw]));
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wattlot-agent-'));
  const key = newKeyPair(randomBytes);
  chain = await openChain({
    folder: join(folder, 'chain'),
    name: 'test',
    operatorKey: key,
    now: 1_700_000_000_000,
    random: randomBytes,
  });
  const port = localChainPort(chain);
  operator = new Operator({ chain: 'test', port, key, now: () => 1_700_000_000_000 });
  await operator.ensureAsset(MARKET_ASSETS.energy);
  await operator.ensureAsset(MARKET_ASSETS.ecoin);
  failures = 0;
});

afterEach(async () => {
  for (const house of houses.splice(0)) await closeHouse(house);
  await chain.close();
  await rm(folder, { recursive: true });
});

const wish = (change: Partial<OrderWish> = {}): OrderWish => ({
  clientOrderId: 'a1',
  symbol,
  side: 'ask',
  price: price(149),
  volume: lots(5),
  timeInForce: 'gtc',
  postOnly: false,
  ...change,
});

const offersTask = (change: Partial<OffersRequested> = {}): OffersRequested => ({
  kind: 'offers.requested',
  order_id: 'O1',
  symbol,
  side: 'sell',
  price: 149,
  lots: [0, 1, 2, 3, 4],
  deadline: time,
  ...change,
});

async function give(house: House, ...tasks: readonly AgentTask[]): Promise<void> {
  house.exchange.emit({ kind: 'tasks', tasks });
  await house.agent.idle();
  // Attempts that were put off come right after.
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  await house.agent.idle();
}

type Delivered = Extract<PrivateRequest, { method: 'offers.delivered' }>;

/** All lots that were delivered since the last look. */
function delivered({ exchange }: House): Delivered['params']['lots'] {
  const all = exchange.asked
    .splice(0)
    .flatMap((request) => (request.method === 'offers.delivered' ? request.params.lots : []));
  return all;
}

function settlementTask(
  seller: House,
  offers: Delivered['params']['lots'],
  change: Partial<SettlementRequested> = {},
): SettlementRequested {
  return {
    kind: 'settlement.requested',
    trade_id: 'T1',
    order_id: 'O1',
    symbol,
    side: 'buy',
    price: 149,
    owner: seller.opened.wallet.address,
    deadline: time,
    lots: offers,
    ...change,
  };
}

function txids({ exchange }: House): readonly string[] {
  return exchange.asked
    .splice(0)
    .flatMap((request) =>
      request.method === 'settlement.submitted' ? request.params.lots.map(({ txid }) => txid) : [],
    );
}

async function sellerWithOffers(): Promise<{
  seller: House;
  offers: Delivered['params']['lots'];
}> {
  const seller = await openHouse('seller');
  await endow(seller, 1000n, 0n);
  await seller.client.placeOrder(wish());
  await give(seller, offersTask());
  const offers = delivered(seller);
  await block();
  return { seller, offers };
}

async function buyer(volume = 5): Promise<House> {
  const house = await openHouse('buyer');
  await endow(house, 0n, 10_000n);
  await house.client.placeOrder(wish({ side: 'bid', price: price(150), volume: lots(volume) }));
  return house;
}

test('a trade of five lots goes from two wishes to the ledger', async () => {
  const { seller, offers } = await sellerWithOffers();
  expect(offers.map(({ lot }) => lot)).toEqual([0, 1, 2, 3, 4]);
  expect(new Set(offers.map(({ output }) => output)).size).toBe(5);
  const house = await buyer();
  await give(house, settlementTask(seller, offers));
  expect(txids(house)).toHaveLength(5);
  await block();
  expect(await holdings(seller)).toEqual({ energy: 950n, ecoin: 745n });
  expect(await holdings(house)).toEqual({ energy: 50n, ecoin: 9_255n });
});

/** A seller of a hundred lots, five frames of offers, who has not been asked for them yet. */
async function largeSeller(): Promise<{ house: House; task: OffersRequested }> {
  const house = await openHouse('seller');
  await endow(house, 1000n, 0n);
  await house.client.placeOrder(wish({ volume: lots(100) }));
  const task = offersTask({ lots: Array.from({ length: 100 }, (_, lot) => lot) });
  return { house, task };
}

test('how far a large order is is told, lot by lot as they are handed over', async () => {
  const { house, task } = await largeSeller();
  await give(house, task);
  expect(delivered(house)).toHaveLength(100);
  const working = [0, 20, 40, 60, 80, 100].map((count) => ({ lots: count, state: 'working' }));
  expect(house.progress.map(({ lots: count, state }) => ({ lots: count, state }))).toEqual([
    ...working,
    { lots: 100, state: 'done' },
  ]);
  expect(house.progress.every(({ order, of }) => order === 'O1' && of === 100)).toBe(true);
});

test('an order that is cancelled while its lots are signed is signed no further, and nothing of it is left', async () => {
  const { house, task } = await largeSeller();
  house.exchange.answer = (request) => {
    const isSecond = house.progress.at(-1)?.lots === 20;
    if (request.method === 'offers.delivered' && isSecond) {
      // The exchange's word comes while the second frame is on its way.
      const over = ownOrder({ volume: lots(100), cancelled: lots(100), remaining: lots(0) });
      const orders = [{ ...over, status: 'done', reason: 'requested' } as const];
      house.exchange.emit({ kind: 'orders', snapshot: false, orders });
    }
    return { kind: 'yes', value: null };
  };
  await give(house, task);
  expect(delivered(house)).toHaveLength(40);
  expect(house.progress.at(-1)).toMatchObject({ lots: 40, state: 'stopped' });
  expect(house.notes.filter(({ kind }) => kind === 'failed')).toEqual([]);
  await block();
  // All of it is free again, no offer of it can be taken any more, and the wish is forgotten.
  const [energy] = await house.opened.wallet.balances();
  expect(energy).toMatchObject({ raw: 1000n, locked: 0n });
  expect(house.wishes.book.byId('a1')).toBeUndefined();
});

const ladderTask = (
  offers: Delivered['params']['lots'],
  change: Partial<LadderRequested> = {},
): LadderRequested => ({
  kind: 'ladder.requested',
  order_id: 'O1',
  symbol,
  side: 'sell',
  price: 149,
  lots: offers.map(({ lot, output }) => ({ lot, output })),
  ...change,
});

type Rungs = Extract<PrivateRequest, { method: 'ladder.delivered' }>['params']['rungs'];

/** The frames of rungs since the last look. */
function rungsOf({ exchange }: House): readonly Rungs[] {
  return exchange.asked
    .splice(0)
    .flatMap((request) => (request.method === 'ladder.delivered' ? [request.params.rungs] : []));
}

/** The offers with the rungs that an agent delivered for them. */
function withRungs(offers: Delivered['params']['lots'], rungs: Rungs): SettlementRequested['lots'] {
  return offers.map((offer) => {
    const rung = rungs.find(({ lot }) => lot === offer.lot);
    return rung === undefined
      ? offer
      : { ...offer, rung: { index: rung.index, script: rung.script } };
  });
}

test('a ladder that one agent signs settles in one transaction of the other’s', async () => {
  const { seller, offers } = await sellerWithOffers();
  await give(seller, ladderTask(offers));
  const [rungs = []] = rungsOf(seller);
  expect(rungs.map(({ lot, index }) => [lot, index])).toEqual(
    [0, 1, 2, 3, 4].map((lot) => [lot, lot]),
  );
  const house = await buyer();
  const task = settlementTask(seller, offers, { lots: withRungs(offers, rungs) });
  await give(house, task);
  const first = txids(house);
  expect(first).toHaveLength(5);
  expect(new Set(first).size).toBe(1);
  // Asked for again, also after a crash: the same, and nothing is paid twice.
  const again = await reopen(house, 'buyer');
  await give(again, task);
  expect(txids(again)).toEqual(first);
  await block();
  expect(await holdings(seller)).toEqual({ energy: 950n, ecoin: 745n });
  expect(await holdings(again)).toEqual({ energy: 50n, ecoin: 9_255n });
});

test('a rung that is no good is noted, and its lot is taken by its offer', async () => {
  const { seller, offers } = await sellerWithOffers();
  await give(seller, ladderTask(offers.toReversed()));
  const [rungs = []] = rungsOf(seller);
  // Signed for the opposite places.
  const said = rungs.map(({ lot, script }) => ({ lot, index: lot, script }));
  const house = await buyer();
  await give(house, settlementTask(seller, offers, { lots: withRungs(offers, said) }));
  expect(new Set(txids(house)).size).toBe(5);
  expect(house.notes.find(({ kind }) => kind === 'failed')?.text).toBe(
    'the rung of lot 0 is no good: signature-wrong',
  );
});

test.each<[string, Partial<LadderRequested>]>([
  ['another price', { price: 148 }],
  ['the other side', { side: 'buy' }],
  ['an output that is not this order’s', { lots: [{ lot: 0, output: `${'a'.repeat(64)}:0` }] }],
])('a ladder at %s is not signed, and the exchange hears so', async (_, change) => {
  const { seller, offers } = await sellerWithOffers();
  await give(seller, ladderTask(offers, change));
  expect(rungsOf(seller)).toEqual([[]]);
  expect(seller.notes.at(-1)?.kind).toBe('refused');
});

test('a ladder is signed up to the first lot that is gone', async () => {
  const { seller, offers } = await sellerWithOffers();
  const house = await buyer();
  await give(house, settlementTask(seller, offers.slice(3, 4)));
  await give(seller, ladderTask(offers));
  expect(rungsOf(seller).map((frame) => frame.map(({ lot }) => lot))).toEqual([[0, 1, 2]]);
  await give(seller, ladderTask(offers.slice(3)));
  expect(rungsOf(seller)).toEqual([[]]);
});

test('no ladder is signed for an order that is over or not ours', async () => {
  const { seller, offers } = await sellerWithOffers();
  await give(seller, ladderTask(offers, { order_id: 'O9' }));
  expect(seller.exchange.asked).toEqual([]);
});

test('offers asked for again are the same offers, also by an agent that was restarted', async () => {
  const { seller, offers } = await sellerWithOffers();
  await give(seller, offersTask());
  expect(delivered(seller)).toEqual(offers);
  const again = await reopen(seller, 'seller');
  await give(again, offersTask());
  expect(delivered(again)).toEqual(offers);
  // The outputs are locked again: only what is not on offer can be spent.
  const balances = await again.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === assets.energy)?.locked).toBe(50n);
});

test('a settlement asked for again sends the same transactions, and nothing is paid twice', async () => {
  const { seller, offers } = await sellerWithOffers();
  const house = await buyer();
  await give(house, settlementTask(seller, offers));
  const first = txids(house);
  await give(house, settlementTask(seller, offers));
  expect(txids(house)).toEqual(first);
  const again = await reopen(house, 'buyer');
  await give(again, settlementTask(seller, offers));
  expect(txids(again)).toEqual(first);
  await block();
  expect(await holdings(again)).toEqual({ energy: 50n, ecoin: 9_255n });
});

test.each<[string, Partial<OffersRequested>]>([
  ['a lower price', { price: 148 }],
  ['a higher price', { price: 150 }],
  ['the other side', { side: 'buy' }],
  ['another market', { symbol: 'KWH/EURO' }],
  ['a lot beyond the order', { lots: [5] }],
  ['a lot twice', { lots: [0, 0] }],
  ['no lot', { lots: [] }],
])('offers for %s are declined, and nothing is signed or split', async (_, change) => {
  const house = await openHouse('seller');
  await endow(house, 1000n, 0n);
  await house.client.placeOrder(wish());
  await give(house, offersTask(change));
  expect(house.exchange.asked.map(({ method }) => method)).toEqual(['offers.declined']);
  const balances = await house.opened.wallet.balances();
  expect(balances).toEqual([expect.objectContaining({ asset: 'energy', raw: 1000n, locked: 0n })]);
});

test('nothing is signed for an order that was not placed here', async () => {
  const { seller, offers } = await sellerWithOffers();
  const house = await openHouse('buyer');
  await endow(house, 500n, 10_000n);
  await give(house, offersTask({ order_id: 'O9' }), settlementTask(seller, offers));
  expect(house.exchange.asked).toEqual([]);
  expect(house.notes.map(({ kind }) => kind)).toEqual(['refused', 'refused']);
  expect(await holdings(house)).toEqual({ energy: 500n, ecoin: 10_000n });
});

test('a task that comes before the answer to the order waits for it', async () => {
  const house = await openHouse('seller');
  await endow(house, 1000n, 0n);
  house.exchange.placeOrder = () => Promise.resolve({ kind: 'unknown', reason: 'lost' });
  await house.client.placeOrder(wish());
  await give(house, offersTask());
  expect(delivered(house)).toEqual([]);
  const outcome = { kind: 'yes', value: { order: orderId(1) } } as const;
  house.exchange.emit({ kind: 'reconciled', clientOrderId: 'a1', outcome });
  await house.agent.idle();
  expect(delivered(house)).toHaveLength(5);
});

test('an order that was refused is forgotten: no offers are signed for it later', async () => {
  const house = await openHouse('seller');
  await endow(house, 1000n, 0n);
  house.exchange.placeOrder = () => Promise.resolve({ kind: 'no', error: 'EOrder:Invalid price' });
  await house.client.placeOrder(wish());
  house.exchange.emit({ kind: 'orders', orders: [ownOrder({ status: 'open' })], snapshot: false });
  await give(house, offersTask());
  expect(delivered(house)).toEqual([]);
});

test.each<[string, Partial<SettlementRequested>]>([
  ['a price above the limit', { price: 151 }],
  ['the other side', { side: 'sell' }],
  ['another market', { symbol: 'KWH/EURO' }],
  ['a price that the offers do not ask', { price: 148 }],
])('a settlement at %s is not signed', async (_, change) => {
  const { seller, offers } = await sellerWithOffers();
  const house = await buyer();
  await give(house, settlementTask(seller, offers, change));
  expect(txids(house)).toEqual([]);
  await block();
  expect(await holdings(house)).toEqual({ ecoin: 10_000n });
});

test('no more lots are taken than were ordered, in however many trades', async () => {
  const { seller, offers } = await sellerWithOffers();
  const house = await buyer(3);
  await give(house, settlementTask(seller, offers));
  expect(txids(house)).toEqual([]);
  await give(house, settlementTask(seller, offers.slice(0, 2)));
  await give(house, settlementTask(seller, offers.slice(2, 4), { trade_id: 'T2' }));
  await give(house, settlementTask(seller, offers.slice(4), { trade_id: 'T3' }));
  await block();
  expect(await holdings(house)).toEqual({ energy: 30n, ecoin: 10_000n - 3n * 149n });
});

test('a lying exchange gets no payment for offers that give less than a lot', async () => {
  const liar = await openHouse('liar');
  await endow(liar, 1000n, 0n);
  // Outputs of one unit each, offered at the price of a lot of ten.
  const outputs = await liar.opened.wallet.split({ asset: 'energy', lotRaw: 1n, count: 2 });
  const signed = liar.opened.wallet.signOffers({ outputs, want: { asset: 'ecoin', raw: 149n } });
  await block();
  const offers = outputs.map(({ txid, vout }, lot) => {
    return { lot, output: `${txid}:${vout}`, offer: sure(signed[lot]) };
  });
  const house = await buyer();
  await give(house, settlementTask(liar, offers));
  expect(txids(house)).toEqual([]);
  expect(house.notes.filter(({ kind }) => kind === 'failed')).toHaveLength(2);
  expect(await holdings(house)).toEqual({ ecoin: 10_000n });
});

test('a lying exchange cannot change what a lot was when the order was placed', async () => {
  const house = await openHouse('seller');
  await endow(house, 1000n, 0n);
  await house.client.placeOrder(wish());
  const larger = { ...instrument, lot: 200 as Amount };
  house.exchange.emit({ kind: 'instruments', instruments: [larger] });
  await give(house, offersTask());
  expect(delivered(house)).toHaveLength(5);
  const balances = await house.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')?.locked).toBe(50n);
});

test('lots that traded at once wait until as many offers of the same order are dead', async () => {
  const { seller, offers } = await sellerWithOffers();
  const house = await buyer();
  const bid = offersTask({ side: 'buy', price: 150 });
  await give(house, bid);
  const own = delivered(house);
  expect(own).toHaveLength(5);
  // On its way to the book the order met two lots; its own offers 3 and 4 are not needed.
  await give(house, settlementTask(seller, offers.slice(0, 2)));
  expect(txids(house)).toEqual([]);
  const unused = own.slice(3).map(({ output }) => output);
  await give(house, { kind: 'outputs.released', order_id: 'O1', outputs: unused });
  expect(txids(house)).toHaveLength(2);
  await block();
  expect(await holdings(house)).toEqual({ energy: 20n, ecoin: 10_000n - 298n });
});

test('outputs that come back are spent to oneself: offers on them are worthless', async () => {
  const { seller, offers } = await sellerWithOffers();
  const outputs = offers.slice(0, 3).map(({ output }) => output);
  await give(seller, { kind: 'outputs.released', order_id: 'O1', outputs });
  await give(seller, {
    kind: 'renewal.requested',
    order_id: 'O1',
    lots: [{ lot: 3, output: sure(offers[3]).output }],
  });
  await block();
  const balances = await seller.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')).toMatchObject({
    raw: 1000n,
    locked: 10n,
  });
  const house = await buyer();
  await give(house, settlementTask(seller, offers));
  expect(txids(house)).toHaveLength(1);
});

test('an output that is offered for another order does not come back', async () => {
  const { seller, offers } = await sellerWithOffers();
  const [first] = offers;
  await give(seller, { kind: 'outputs.released', order_id: 'O2', outputs: [sure(first).output] });
  const balances = await seller.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')?.locked).toBe(50n);
});

test('offers that the exchange does not take die at once, and their outputs are free', async () => {
  const house = await openHouse('seller');
  await endow(house, 1000n, 0n);
  await house.client.placeOrder(wish());
  house.exchange.answer = () => ({ kind: 'no', error: 'EOrder:Offers not expected' });
  await give(house, offersTask());
  const balances = await house.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')).toMatchObject({
    raw: 1000n,
    locked: 0n,
  });
});

test('offers that could not be handed over for now stay good, and are handed over again', async () => {
  const house = await openHouse('seller');
  await endow(house, 1000n, 0n);
  await house.client.placeOrder(wish());
  let refusals = 2;
  house.exchange.answer = () => {
    if (refusals === 0) return { kind: 'yes', value: null };
    refusals -= 1;
    return { kind: 'no', error: 'EService:Unavailable: not connected' };
  };
  await give(house, offersTask());
  const outputs = delivered(house).map(({ output }) => output);
  expect(outputs).toHaveLength(15);
  expect(new Set(outputs).size).toBe(5);
});

test('offers of an order whose output is gone are not made anew: the old one may be worth something', async () => {
  const { seller, offers } = await sellerWithOffers();
  await seller.opened.wallet.renew([sure(toOutput(sure(offers[1]).output))]);
  await give(seller, offersTask());
  expect(seller.exchange.asked.map(({ method }) => method)).toEqual(['offers.declined']);
});

test('offers delivered twice for an order that is open by then stay good', async () => {
  const { seller } = await sellerWithOffers();
  seller.exchange.answer = () => ({ kind: 'no', error: 'EOrder:Offers not expected' });
  seller.exchange.emit({
    kind: 'orders',
    orders: [ownOrder({ status: 'open' })],
    snapshot: false,
  });
  await give(seller, offersTask());
  const balances = await seller.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')?.locked).toBe(50n);
});

test('an order that cannot be funded is declined with the reason', async () => {
  const house = await openHouse('seller');
  await endow(house, 20n, 0n);
  await house.client.placeOrder(wish());
  await give(house, offersTask());
  expect(house.exchange.asked).toEqual([
    {
      method: 'offers.declined',
      params: { order_id: 'O1', reason: expect.stringContaining('nsufficient funds') as string },
    },
  ]);
});

test('a ledger that is away for a moment is asked again', async () => {
  const { seller, offers } = await sellerWithOffers();
  const house = await buyer();
  failures = 2;
  await give(house, settlementTask(seller, offers));
  expect(txids(house)).toHaveLength(5);
});

function ownOrder(change: Partial<OwnOrder> = {}): OwnOrder {
  return {
    ...wish(),
    order: orderId(1),
    filled: lots(0),
    cancelled: lots(0),
    remaining: lots(5),
    status: 'pending',
    trades: [],
    at: instant(0),
    ...change,
  };
}

test('when an order is over, what nobody took comes back and nothing more is signed for it', async () => {
  const { seller } = await sellerWithOffers();
  const over = ownOrder({ status: 'done', remaining: lots(0), cancelled: lots(5) });
  seller.exchange.emit({ kind: 'orders', orders: [over], snapshot: false });
  await seller.agent.idle();
  const balances = await seller.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')).toMatchObject({
    raw: 1000n,
    locked: 0n,
  });
  expect(seller.wishes.book.size).toBe(0);
  await give(seller, offersTask({ lots: [0] }));
  expect(delivered(seller)).toEqual([]);
});

test('what the exchange does not list after a restart is over', async () => {
  const { seller } = await sellerWithOffers();
  const again = await reopen(seller, 'seller');
  expect(again.wishes.book.size).toBe(1);
  again.exchange.emit({ kind: 'orders', orders: [], snapshot: true });
  await again.agent.idle();
  expect(again.wishes.book.size).toBe(0);
  const balances = await again.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')?.locked).toBe(0n);
});

test('tasks with nonsense in them are refused and nothing breaks', async () => {
  const { seller, offers } = await sellerWithOffers();
  const house = await buyer();
  const task = settlementTask(seller, offers);
  await give(
    house,
    { ...task, trade_id: '\u001b[2J' },
    { ...task, trade_id: 'T2', owner: '' },
    { ...task, trade_id: 'T3', lots: [{ lot: 0, output: 'x', offer: 'zz' }] },
    { ...task, trade_id: 'T4', lots: [sure(task.lots[0]), sure(task.lots[0])] },
    { ...task, trade_id: 'T5', order_id: '__proto__' },
    { kind: 'outputs.released', order_id: 'O1', outputs: ['', '0:0', `${'0'.repeat(64)}:0`] },
  );
  expect(txids(house)).toEqual([]);
  expect(toAddress('')).toBeUndefined();
  expect(await holdings(house)).toEqual({ ecoin: 10_000n });
});

test('a task that has to wait is noted once, however often it is tried and asked for again', async () => {
  const { seller, offers } = await sellerWithOffers();
  const house = await buyer();
  const strange = settlementTask(seller, offers, { trade_id: 'T9', order_id: 'O9' });
  await give(house, strange);
  // Whatever is done tries it again.
  await give(house, offersTask({ side: 'buy', price: 150 }));
  await give(house, { kind: 'outputs.released', order_id: 'O1', outputs: [] });
  await give(house, strange);
  expect(house.notes.filter(({ order }) => order === 'O9')).toHaveLength(1);
});

test.each(['settled', 'released'] as const)(
  'a task of a trade that is %s is dropped without a word',
  async (settlement) => {
    const { seller, offers } = await sellerWithOffers();
    const house = await buyer();
    const trade = {
      trade: sure(toTradeId('T1')),
      price: price(149),
      volume: lots(5),
      resting: false,
      lots: [],
      settlement,
      at: instant(0),
    };
    const own = ownOrder({ side: 'bid', price: price(150), status: 'open', trades: [trade] });
    house.exchange.emit({ kind: 'orders', orders: [own], snapshot: true });
    await give(house, settlementTask(seller, offers));
    expect(txids(house)).toEqual([]);
    expect(house.notes).toEqual([]);
    // One that waited ends with its trade.
    await give(house, settlementTask(seller, offers, { trade_id: 'T2', order_id: 'O9' }));
    house.exchange.emit({
      kind: 'orders',
      orders: [
        ownOrder({ order: orderId(9), trades: [{ ...trade, trade: sure(toTradeId('T2')) }] }),
      ],
      snapshot: false,
    });
    await give(house, offersTask({ side: 'buy', price: 150, lots: [0] }));
    expect(house.notes.filter(({ order }) => order === 'O9')).toHaveLength(1);
  },
);

test('an order that is on its way when the exchange first lists the orders is not given up', async () => {
  const house = await openHouse('seller');
  await endow(house, 1000n, 0n);
  const answer = Promise.withResolvers<Outcome<{ readonly order: OrderId }>>();
  house.exchange.placeOrder = () => answer.promise;
  const placed = house.client.placeOrder(wish());
  house.exchange.emit({ kind: 'orders', orders: [], snapshot: true });
  answer.resolve({ kind: 'yes', value: { order: orderId(1) } });
  await placed;
  await give(house, offersTask());
  expect(delivered(house)).toHaveLength(5);
});

test('an order that an earlier run wished and never saw placed is given up', async () => {
  const house = await openHouse('seller');
  house.exchange.placeOrder = () => Promise.resolve({ kind: 'unknown', reason: 'lost' });
  await house.client.placeOrder(wish());
  const again = await reopen(house, 'seller');
  again.exchange.emit({ kind: 'orders', orders: [], snapshot: true });
  expect(again.wishes.book.size).toBe(0);
});

test('an order is in the file before it is sent', async () => {
  const house = await openHouse('seller');
  let known = '';
  house.exchange.placeOrder = () => {
    known = readFileSync(join(folder, 'seller.wishes'), 'utf8');
    return Promise.resolve({ kind: 'yes', value: { order: orderId(1) } });
  };
  await house.client.placeOrder(wish());
  expect(known).toContain('"clientOrderId":"a1"');
});

test('an order that cannot be written down is not sent', async () => {
  const house = await openHouse('seller');
  let sent = 0;
  house.exchange.placeOrder = () => {
    sent += 1;
    return Promise.resolve({ kind: 'yes', value: { order: orderId(1) } });
  };
  await house.wishes.close();
  expect(await house.client.placeOrder(wish())).toMatchObject({ kind: 'no' });
  expect(sent).toBe(0);
  house.wishes.close = () => Promise.resolve();
});
