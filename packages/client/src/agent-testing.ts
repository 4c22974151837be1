/** For tests of the wallet agent: households with real wallets on a chain of the test's, and the exchange as an agent sees it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerError, localChainPort, MARKET_ASSETS, openChain, openWallet } from '@wattlot/ledger';
import { newKeyPair, Operator } from '@wattlot/ledger';
import type { Chain, OpenWallet } from '@wattlot/ledger';
import { startAgent } from './agent.ts';
import type { AgentNote, AgentProgress, AgentWallet, WalletAgent } from './agent.ts';
import type { ExchangeClient, OrderWish, OwnOrder } from './events.ts';
import { FakeExchange, orderId } from './exchange-testing.ts';
import type { AgentTask, OffersRequested } from './frames/messages.ts';
import type { SettlementRequested } from './frames/messages.ts';
import type { PrivateRequest } from './session-frames.ts';
import { instant, instrument, lots, price, symbol, time } from './testing.ts';
import { openWishFile } from './wish-file.ts';
import type { WishFile } from './wish-file.ts';
import { rememberWishes } from './wishing-client.ts';

const now = 1_700_000_000_000;

/** One household: a real wallet on the test's chain, its wishes, its agent, and the exchange as it sees it. */
export interface House {
  readonly exchange: FakeExchange;
  readonly client: ExchangeClient;
  readonly opened: OpenWallet;
  readonly wishes: WishFile;
  readonly agent: WalletAgent;
  readonly notes: AgentNote[];
  readonly progress: AgentProgress[];
}

/** Fails as if the chain were away, while `isAway` says so. */
function shaky(wallet: AgentWallet, isAway: () => boolean): AgentWallet {
  const fail = (): void => {
    if (!isAway()) return;
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

/** The households of one test, on a chain of their own. */
export class Village {
  readonly folder: string;
  /** So many of the next calls to a wallet fail as if the chain were away. */
  failures = 0;
  readonly #chain: Chain;
  readonly #operator: Operator;
  readonly #houses: House[] = [];

  private constructor(folder: string, chain: Chain, operator: Operator) {
    this.folder = folder;
    this.#chain = chain;
    this.#operator = operator;
  }

  static async open(): Promise<Village> {
    const folder = await mkdtemp(join(tmpdir(), 'wattlot-agent-'));
    const key = newKeyPair(randomBytes);
    const chain = await openChain({
      folder: join(folder, 'chain'),
      name: 'test',
      operatorKey: key,
      now,
      random: randomBytes,
    });
    const port = localChainPort(chain);
    const operator = new Operator({ chain: 'test', port, key, now: () => now });
    await operator.ensureAsset(MARKET_ASSETS.energy);
    await operator.ensureAsset(MARKET_ASSETS.ecoin);
    return new Village(folder, chain, operator);
  }

  async openHouse(name: string): Promise<House> {
    const path = join(this.folder, name);
    const opened = await openWallet({
      path,
      chain: this.#chain.name,
      port: localChainPort(this.#chain),
      meter: false,
      random: randomBytes,
      now: () => now,
    });
    const wishes = await openWishFile(`${path}.wishes`);
    const exchange = new FakeExchange();
    const notes: AgentNote[] = [];
    const progress: AgentProgress[] = [];
    const client = rememberWishes(exchange, wishes);
    const isAway = (): boolean => {
      if (this.failures === 0) return false;
      this.failures -= 1;
      return true;
    };
    const agent = startAgent({
      client,
      link: exchange,
      wallet: shaky(opened.wallet, isAway),
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
    this.#houses.push(house);
    return house;
  }

  /** The household after a restart of its agent. */
  async reopen(house: House, name: string): Promise<House> {
    this.#houses.splice(this.#houses.indexOf(house), 1);
    await closeHouse(house);
    return this.openHouse(name);
  }

  /** Lets it in, and gives it units of both assets. */
  async endow({ opened }: House, energy: bigint, ecoin: bigint): Promise<void> {
    const to = opened.wallet.address;
    await this.#operator.admit(to);
    if (energy > 0n) await this.#operator.issueTo({ to, asset: 'energy', raw: energy });
    if (ecoin > 0n) await this.#operator.issueTo({ to, asset: 'ecoin', raw: ecoin });
    await this.block();
  }

  async block(): Promise<void> {
    await this.#chain.produceBlock(now);
  }

  /** A seller of five lots, and the offers that it has delivered. */
  async sellerWithOffers(): Promise<{
    seller: House;
    offers: Delivered['params']['lots'];
  }> {
    const seller = await this.openHouse('seller');
    await this.endow(seller, 1000n, 0n);
    await seller.client.placeOrder(wish());
    await give(seller, offersTask());
    const offers = delivered(seller);
    await this.block();
    return { seller, offers };
  }

  /** A seller of a hundred lots, five frames of offers, who has not been asked for them yet. */
  async largeSeller(): Promise<{ house: House; task: OffersRequested }> {
    const house = await this.openHouse('seller');
    await this.endow(house, 1000n, 0n);
    await house.client.placeOrder(wish({ volume: lots(100) }));
    const task = offersTask({ lots: Array.from({ length: 100 }, (_, lot) => lot) });
    return { house, task };
  }

  /** A buyer with ecoin and a bid for so many lots. */
  async buyer(volume = 5): Promise<House> {
    const house = await this.openHouse('buyer');
    await this.endow(house, 0n, 10_000n);
    await house.client.placeOrder(wish({ side: 'bid', price: price(150), volume: lots(volume) }));
    return house;
  }

  async close(): Promise<void> {
    for (const house of this.#houses.splice(0)) await closeHouse(house);
    await this.#chain.close();
    await rm(this.folder, { recursive: true });
  }
}

async function closeHouse({ agent, wishes, opened }: House): Promise<void> {
  await agent.close();
  await wishes.close();
  await opened.close();
}

export async function holdings({ opened }: House): Promise<Record<string, bigint>> {
  const balances = await opened.wallet.balances();
  return Object.fromEntries(balances.map(({ asset, raw }) => [asset, raw]));
}

export const wish = (change: Partial<OrderWish> = {}): OrderWish => ({
  clientOrderId: 'a1',
  symbol,
  side: 'ask',
  price: price(149),
  volume: lots(5),
  timeInForce: 'gtc',
  postOnly: false,
  ...change,
});

export const offersTask = (change: Partial<OffersRequested> = {}): OffersRequested => ({
  kind: 'offers.requested',
  order_id: 'O1',
  symbol,
  side: 'sell',
  price: 149,
  lots: [0, 1, 2, 3, 4],
  deadline: time,
  ...change,
});

export function ownOrder(change: Partial<OwnOrder> = {}): OwnOrder {
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

export async function give(house: House, ...tasks: readonly AgentTask[]): Promise<void> {
  house.exchange.emit({ kind: 'tasks', tasks });
  await house.agent.idle();
  // Attempts that were put off come right after.
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  await house.agent.idle();
}

export type Delivered = Extract<PrivateRequest, { method: 'offers.delivered' }>;

/** All lots that were delivered since the last look. */
export function delivered({ exchange }: House): Delivered['params']['lots'] {
  const all = exchange.asked
    .splice(0)
    .flatMap((request) => (request.method === 'offers.delivered' ? request.params.lots : []));
  return all;
}

export function settlementTask(
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

export function txids({ exchange }: House): readonly string[] {
  return exchange.asked
    .splice(0)
    .flatMap((request) =>
      request.method === 'settlement.submitted' ? request.params.lots.map(({ txid }) => txid) : [],
    );
}
