/**
 * The whole market in one process: an exchange with its chain, and participants that know nothing of it but its url. What is checked is what people
 * rely on: a trade settles on the chain, nothing is made or lost, and a restart changes nothing.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { audit, stateHash, toAmount, toLots, toMarketSymbol, toPrice } from '@wattlot/core';
import type { Amount, Lots, MarketSymbol, Price } from '@wattlot/core';
import { connect, openParticipant } from '@wattlot/client';
import type {
  BookView,
  ClientEvent,
  Clock,
  ExchangeClient,
  OwnOrder,
  Participant,
} from '@wattlot/client';
import { defaultTerms, systemClock } from '@wattlot/exchange';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openExchange } from '../packages/exchange/src/exchange.ts';
import type { Exchange } from '../packages/exchange/src/exchange.ts';
import { emptyFolder } from './run-wattlot.ts';

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

const lots = (count: number): Lots => sure(toLots(count));
const price = (value: number): Price => sure(toPrice(value));
const amount = (value: number): Amount => sure(toAmount(value));
const symbol: MarketSymbol = sure(toMarketSymbol('KWH/ECOIN'));

interface Running {
  readonly exchange: Exchange;
  readonly url: string;
  readonly port: number;
}

let folder = '';
let remove = async (): Promise<void> => undefined;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  ({ folder, remove } = await emptyFolder());
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await remove();
});

async function start(port = 0): Promise<Running> {
  const exchange = await openExchange({
    folder: `${folder}/exchange`,
    policy: 'open',
    clock: systemClock(),
    terms: defaultTerms,
    log: () => undefined,
    failed: (error) => {
      throw error;
    },
    version: 'test',
  });
  ends.push(() => exchange.close());
  const url = await exchange.app.listen({ host: '127.0.0.1', port });
  return { exchange, url, port: Number(new URL(url).port) };
}

function hashOf({ state }: Exchange): string {
  return stateHash(state, (text) => createHash('sha256').update(text).digest('hex'));
}

/** A participant, and all that its client told. */
class House {
  readonly participant: Participant;
  readonly orders = new Map<string, OwnOrder>();
  /** Every order id ever told for a client order id. */
  readonly names = new Map<string, Set<string>>();
  readonly balances = new Map<string, number>();
  book: BookView | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(participant: Participant) {
    this.participant = participant;
    participant.client.listen((event) => {
      this.#hear(event);
      for (const look of this.#waiting) look();
    });
  }

  get client(): ExchangeClient {
    return this.participant.client;
  }

  #hear(event: ClientEvent): void {
    if (event.kind === 'orders') {
      for (const order of event.orders) {
        this.orders.set(order.clientOrderId, order);
        const names = this.names.get(order.clientOrderId) ?? new Set();
        this.names.set(order.clientOrderId, names.add(order.order));
      }
    } else if (event.kind === 'balances') {
      for (const { asset, balance } of event.balances) this.balances.set(asset, balance);
    } else if (event.kind === 'book') this.book = event.book;
  }

  /** Done when what was told makes `isSo` true. */
  until(isSo: (house: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo(this)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  isLive(): boolean {
    return this.client.state === 'live';
  }

  async place(
    id: string,
    side: 'ask' | 'bid',
    [volume, at]: readonly [number, number],
    timeInForce: 'gtc' | 'ioc' = 'gtc',
  ): Promise<void> {
    const outcome = await this.client.placeOrder({
      clientOrderId: id,
      symbol,
      side,
      price: price(at),
      volume: lots(volume),
      timeInForce,
      postOnly: false,
    });
    expect(outcome).toMatchObject({ kind: 'yes' });
  }

  /** True when every lot of every trade of the order has settled, and so many have. */
  hasSettled(id: string, volume: number): boolean {
    const order = this.orders.get(id);
    const settled = (order?.trades ?? []).filter(({ settlement }) => settlement === 'settled');
    return settled.reduce((sum, trade) => sum + trade.volume, 0) === volume;
  }
}

/** Waits of a client between its attempts are a tenth, so that a test does not wait. */
const impatient: Clock = {
  now: () => performance.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms / 10);
    return () => {
      clearTimeout(timer);
    };
  },
};

async function house(url: string, name: string): Promise<House> {
  const participant = await openParticipant({
    url,
    keyFile: `${folder}/${name}.key`,
    name,
    meter: 'own',
    clock: impatient,
  });
  ends.push(() => participant.close());
  const made = new House(participant);
  await made.until((one) => one.isLive());
  return made;
}

/** A seller with 1 kWh and a buyer with 100 ecoin. */
async function neighbours(url: string): Promise<{ seller: House; buyer: House }> {
  const [seller, buyer] = await Promise.all([house(url, 'seller'), house(url, 'buyer')]);
  await seller.participant.wallet.issueMore({ asset: 'energy', raw: 1000n });
  expect(await buyer.client.requestEcoin(amount(10_000))).toMatchObject({ kind: 'yes' });
  await seller.until(({ balances }) => balances.get('energy') === 1000);
  await buyer.until(({ balances }) => balances.get('ecoin') === 10_000);
  return { seller, buyer };
}

async function holdings({ participant }: House): Promise<Record<string, bigint>> {
  const balances = await participant.wallet.balances();
  return Object.fromEntries(balances.map(({ asset, raw }) => [asset, raw]));
}

test('five lots trade, settle on the chain, and a restart by replay gives the same state', async () => {
  const { exchange, url, port } = await start();
  const { seller, buyer } = await neighbours(url);
  await seller.place('ask-1', 'ask', [8, 149]);
  await buyer.until(({ book }) => book?.asks[0]?.volume === 8);
  await buyer.place('bid-1', 'bid', [5, 150]);
  await buyer.until((one) => one.hasSettled('bid-1', 5));
  await seller.until((one) => one.hasSettled('ask-1', 5));

  const bid = sure(buyer.orders.get('bid-1'));
  expect(bid).toMatchObject({ status: 'done', filled: 5, remaining: 0 });
  expect(bid.trades[0]).toMatchObject({ price: 149, volume: 5, resting: false });
  const txids = sure(bid.trades[0]).lots.map(({ txid }) => sure(txid));
  for (const txid of txids) expect(exchange.chain?.transaction(txid)).toBeDefined();
  expect(await holdings(seller)).toEqual({ energy: 950n, ecoin: 745n });
  expect(await holdings(buyer)).toEqual({ energy: 50n, ecoin: 9_255n });
  await buyer.until(({ balances }) => balances.get('ecoin') === 9_255);
  expect(buyer.balances.get('energy')).toBe(50);
  expect(audit(exchange.state)).toEqual([]);

  await exchange.close();
  const before = hashOf(exchange);
  const again = await start(port);
  expect(hashOf(again.exchange)).toBe(before);
  // The three lots that were left rest as before, and trade with nobody's help from their owner.
  await seller.participant.close();
  await buyer.until((one) => one.isLive() && one.book?.asks[0]?.volume === 3);
  await buyer.place('bid-2', 'bid', [3, 149]);
  await buyer.until((one) => one.hasSettled('bid-2', 3));
  expect(await holdings(buyer)).toEqual({ energy: 80n, ecoin: 9_255n - 447n });
  expect(audit(again.exchange.state)).toEqual([]);
});

test('orders that cross on their way to the book, both sides, keep every balance', async () => {
  const { exchange, url } = await start();
  const { seller, buyer } = await neighbours(url);
  await seller.participant.wallet.pay({
    asset: 'energy',
    raw: 500n,
    to: buyer.participant.wallet.address,
  });
  await seller.client.requestEcoin(amount(10_000));
  await seller.until(({ balances }) => balances.get('ecoin') === 10_000);
  await buyer.until(({ balances }) => balances.get('energy') === 500);
  // All at once: some match at once, some on their way to the book, some rest.
  await Promise.all([
    seller.place('s1', 'ask', [7, 140]),
    buyer.place('b1', 'bid', [5, 150]),
    seller.place('s2', 'bid', [4, 120]),
    buyer.place('b2', 'ask', [6, 118]),
    seller.place('s3', 'ask', [3, 145]),
    buyer.place('b3', 'bid', [6, 146]),
  ]);
  const isOver = (one: House): boolean =>
    one.orders.size === 3 &&
    [...one.orders.values()].every(
      ({ status, trades }) =>
        status !== 'pending' && trades.every(({ settlement }) => settlement === 'settled'),
    );
  await Promise.all([seller, buyer].map((one) => one.until(isOver)));
  await Promise.all([seller, buyer].map(({ participant }) => participant.agent.idle()));
  const [one, other] = [await holdings(seller), await holdings(buyer)];
  expect((one['energy'] ?? 0n) + (other['energy'] ?? 0n)).toBe(1000n);
  expect((one['ecoin'] ?? 0n) + (other['ecoin'] ?? 0n)).toBe(20_000n);
  expect(audit(exchange.state)).toEqual([]);
  const traded = [...buyer.orders.values()].reduce((sum, { filled }) => sum + filled, 0);
  expect(traded).toBeGreaterThan(0);
});

test('clients come back to an exchange that was away, and cancelled offers are worthless', async () => {
  const first = await start();
  const { seller, buyer } = await neighbours(first.url);
  await seller.place('ask-1', 'ask', [4, 149]);
  await buyer.until(({ book }) => book?.asks[0]?.volume === 4);
  const order = sure(seller.orders.get('ask-1')).order;
  const lost = seller.until((one) => !one.isLive());
  await first.exchange.close();
  await lost;
  expect(await seller.client.cancelOrder(order)).toMatchObject({ kind: 'no' });

  const again = await start(first.port);
  await Promise.all([seller, buyer].map((one) => one.until((each) => each.isLive())));
  expect(buyer.book?.asks).toEqual([{ price: 149, volume: 4 }]);
  expect(await seller.client.cancelOrder(order)).toMatchObject({ kind: 'yes' });
  await seller.until(({ orders }) => orders.get('ask-1')?.status === 'done');
  await seller.participant.agent.idle();
  const balances = await seller.participant.wallet.balances();
  expect(balances).toContainEqual(
    expect.objectContaining({ asset: 'energy', raw: 1000n, locked: 0n }),
  );
  expect(audit(again.exchange.state)).toEqual([]);
});

test('a public client sees the same book and tape as everybody', async () => {
  const { url } = await start();
  const { seller, buyer } = await neighbours(url);
  await seller.place('ask-1', 'ask', [5, 149]);
  await buyer.until(({ book }) => book?.asks[0]?.volume === 5);
  await buyer.place('bid-1', 'bid', [2, 149], 'ioc');
  await buyer.until(({ book }) => book?.asks[0]?.volume === 3);

  const watcher = connect({ url });
  ends.push(() => watcher.close());
  const events: ClientEvent[] = [];
  await new Promise<void>((resolve) => {
    watcher.listen((event) => {
      events.push(event);
      if (event.kind === 'connection' && event.state === 'live') resolve();
    });
  });
  expect(events.find(({ kind }) => kind === 'book')).toMatchObject({ book: buyer.book });
  expect(events.find(({ kind }) => kind === 'trades')).toMatchObject({
    snapshot: true,
    trades: [{ trade: 'T1', side: 'bid', price: 149, volume: 2 }],
  });
  expect(events.some(({ kind }) => kind === 'orders' || kind === 'tasks')).toBe(false);
});

interface ExchangeProcess {
  readonly url: string;
  readonly port: string;
  kill(): Promise<void>;
}

/** An exchange in a process of its own. */
async function startProcess(port = '0'): Promise<ExchangeProcess> {
  const program = fileURLToPath(new URL('exchange-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, `${folder}/exchange`, port], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  ends.push(kill);
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (part: Buffer) => {
      text += part.toString();
      if (text.endsWith('\n')) resolve(text.trim());
    });
    child.once('exit', () => {
      reject(new Error('the exchange ended before it listened'));
    });
  });
  return { url, port: new URL(url).port, kill };
}

test('an exchange killed while orders are on their way doubles none, loses none, and settles', async () => {
  let exchange = await startProcess();
  const { seller, buyer } = await neighbours(exchange.url);
  const unknown = new Set<string>();
  for (const one of [seller, buyer]) {
    one.client.listen((event) => {
      if (event.kind !== 'reconciled') return;
      expect(event.outcome.kind).toBe('yes');
      unknown.delete(event.clientOrderId);
    });
  }
  const place = async (one: House, id: string, side: 'ask' | 'bid', at: number): Promise<void> => {
    const { kind } = await one.client.placeOrder({
      clientOrderId: id,
      symbol,
      side,
      price: price(at),
      volume: lots(2),
      timeInForce: 'gtc',
      postOnly: false,
    });
    if (kind === 'unknown') unknown.add(id);
  };
  for (const round of [1, 2]) {
    const placed: Promise<void>[] = [];
    for (let count = 0; count < 12; count += 1) {
      placed.push(place(seller, `s-${round}-${count}`, 'ask', 100 + count));
      placed.push(place(buyer, `b-${round}-${count}`, 'bid', 104 + count));
    }
    // Some have been answered by now, some are on their way.
    await placed[3 * round];
    await exchange.kill();
    await Promise.all(placed);
    exchange = await startProcess(exchange.port);
    await Promise.all([seller, buyer].map((one) => one.until((each) => each.isLive())));
  }
  const isQuiet = (one: House): boolean =>
    unknown.size === 0 &&
    one.isLive() &&
    [...one.orders.values()].every(
      ({ status, trades }) =>
        status !== 'pending' &&
        trades.every(({ settlement }) => settlement === 'settled' || settlement === 'released'),
    );
  await Promise.all([seller, buyer].map((one) => one.until(isQuiet)));
  for (const one of [seller, buyer]) {
    for (const names of one.names.values()) expect(names.size).toBe(1);
    await one.participant.agent.idle();
  }
  const [one, other] = [await holdings(seller), await holdings(buyer)];
  expect((one['energy'] ?? 0n) + (other['energy'] ?? 0n)).toBe(1000n);
  expect((one['ecoin'] ?? 0n) + (other['ecoin'] ?? 0n)).toBe(10_000n);
  const settled = [...buyer.orders.values()].flatMap(({ trades }) =>
    trades.filter(({ settlement }) => settlement === 'settled'),
  );
  const bought = settled.reduce((sum, { volume }) => sum + volume, 0);
  const paid = settled.reduce((sum, trade) => sum + trade.volume * trade.price, 0);
  expect(bought).toBeGreaterThan(0);
  expect(other['energy']).toBe(BigInt(bought * 10));
  expect(other['ecoin']).toBe(10_000n - BigInt(paid));
});
