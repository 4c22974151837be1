/** For tests: an exchange in memory behind the client's interface (price, then time; every trade settles at once). */
import { toAddress, toOrderId, toTradeId } from '@wattlot/core';
import type { Address, Asset, Lots, OrderId, Price, Side } from '@wattlot/core';
import type { Clock } from '../clock.ts';
import type {
  ClientEvent,
  ConnectionState,
  ExchangeClient,
  OrderWish,
  Outcome,
  OwnBalance,
  OwnOrder,
  OwnTrade,
} from '../events.ts';
import type { Level } from '../frames/checksum.ts';
import { amount, assets, instant, instrument, lots, sure } from '../testing.ts';
import type { Meter } from './meter.ts';

/** What one participant has. Amounts in the assets' smallest units. */
export interface FakeAccount {
  readonly address: Address;
  energy: number;
  ecoin: number;
  readonly listeners: Set<(event: ClientEvent) => void>;
  readonly orders: Map<OrderId, OwnOrder>;
  state: ConnectionState;
}

export interface FakeParticipant {
  readonly client: ExchangeClient;
  readonly meter: Meter;
  readonly account: FakeAccount;
  close(): Promise<void>;
}

function heldOf({ orders }: FakeAccount): { readonly energy: number; readonly ecoin: number } {
  let energy = 0;
  let ecoin = 0;
  for (const { side, remaining, price } of orders.values()) {
    if (side === 'ask') energy += remaining * instrument.lot;
    else ecoin += remaining * price;
  }
  return { energy, ecoin };
}

function balanceOf(asset: Asset, balance: number, hold: number): OwnBalance {
  return { asset, balance: amount(balance), hold: amount(hold) };
}

function levelOf({ price, remaining }: OwnOrder): Level {
  return { price, volume: remaining };
}

function tell(account: FakeAccount, event: ClientEvent): void {
  if (account.state === 'live') for (const listener of account.listeners) listener(event);
}

const lost = { kind: 'unknown', reason: 'connection lost' } as const;

/** The exchange and its ledger. */
export class FakeMarket {
  readonly trades: { readonly price: Price; readonly volume: Lots }[] = [];
  readonly accounts: FakeAccount[] = [];
  /** Raw energy issued and retired, and ecoin given out. */
  readonly supply = { issued: 0, retired: 0, ecoin: 0 };
  /** Called before each order is looked at. */
  watch: (account: FakeAccount, wish: OrderWish) => void = () => undefined;
  readonly #time: Clock;
  readonly #owners = new Map<OrderId, FakeAccount>();
  #live = true;

  constructor(time: Clock) {
    this.#time = time;
  }

  participant(name: string): FakeParticipant {
    const account: FakeAccount = {
      address: sure(toAddress(name)),
      energy: 0,
      ecoin: 0,
      listeners: new Set(),
      orders: new Map(),
      state: this.#live ? 'live' : 'stale',
    };
    this.accounts.push(account);
    const client = this.#clientOf(account);
    return { account, client, meter: this.#meterOf(account), close: () => client.close() };
  }

  /** Takes the exchange away from everybody, or brings it back. */
  connect(live: boolean): void {
    this.#live = live;
    for (const account of this.accounts) {
      account.state = live ? 'live' : 'stale';
      for (const listener of account.listeners) {
        listener({ kind: 'connection', state: account.state });
      }
      this.#hello(account);
    }
  }

  /** The live orders of one side, best first, or of both. */
  book(side?: Side): readonly OwnOrder[] {
    const all = this.accounts.flatMap(({ orders }) => [...orders.values()]);
    return all
      .filter((order) => side === undefined || order.side === side)
      .toSorted(
        (one, other) =>
          (side === 'bid' ? other.price - one.price : one.price - other.price) ||
          Number(one.order.slice(1)) - Number(other.order.slice(1)),
      );
  }

  #hello(account: FakeAccount): void {
    tell(account, { kind: 'instruments', instruments: [instrument] });
    tell(account, { kind: 'orders', orders: [...account.orders.values()], snapshot: true });
    this.#tellBalances(account);
    this.#tellBook();
  }

  #tellBalances(account: FakeAccount): void {
    const held = heldOf(account);
    const energy = balanceOf(assets.energy, account.energy, held.energy);
    const ecoin = balanceOf(assets.ecoin, account.ecoin, held.ecoin);
    tell(account, { kind: 'balances', balances: [energy, ecoin] });
  }

  #tellBook(): void {
    const book = {
      symbol: instrument.symbol,
      asks: this.book('ask').map(levelOf),
      bids: this.book('bid').map(levelOf),
      seq: this.#owners.size,
      at: instant(this.#time.now()),
    };
    for (const account of this.accounts) tell(account, { kind: 'book', book });
  }

  #put(account: FakeAccount, order: OwnOrder): void {
    if (order.status === 'done') account.orders.delete(order.order);
    else account.orders.set(order.order, order);
    tell(account, { kind: 'orders', orders: [order], snapshot: false });
    this.#tellBalances(account);
  }

  #fill(account: FakeAccount, order: OwnOrder, volume: Lots, price: Price): OwnOrder {
    const sign = order.side === 'bid' ? 1 : -1;
    account.energy += sign * volume * instrument.lot;
    account.ecoin -= sign * volume * price;
    const remaining = lots(order.remaining - volume);
    const trade: OwnTrade = {
      trade: sure(toTradeId(`T${this.trades.length}`)),
      price,
      volume,
      resting: false,
      lots: [],
      settlement: 'settled',
      at: instant(this.#time.now()),
    };
    const filled: OwnOrder = {
      ...order,
      filled: lots(order.filled + volume),
      remaining,
      status: remaining === 0 ? 'done' : 'open',
      trades: [...order.trades, trade],
    };
    this.#put(account, filled);
    return filled;
  }

  #match(account: FakeAccount, incoming: OwnOrder): OwnOrder {
    let order = incoming;
    for (const resting of this.book(order.side === 'ask' ? 'bid' : 'ask')) {
      const { price } = resting;
      const crosses = order.side === 'bid' ? price <= order.price : price >= order.price;
      if (!crosses || order.remaining === 0) break;
      const volume = lots(Math.min(order.remaining, resting.remaining));
      this.trades.push({ price, volume });
      this.#fill(sure(this.#owners.get(resting.order)), resting, volume, price);
      order = this.#fill(account, order, volume, price);
      const { trade, at } = sure(order.trades.at(-1));
      const tick = { symbol: order.symbol, trade, side: order.side, price, volume, at };
      for (const one of this.accounts) {
        tell(one, { kind: 'trades', trades: [tick], snapshot: false });
      }
    }
    return order;
  }

  #place(account: FakeAccount, wish: OrderWish): Outcome<{ readonly order: OrderId }> {
    if (account.state !== 'live') return lost;
    this.watch(account, wish);
    const held = heldOf(account);
    const free = wish.side === 'ask' ? account.energy - held.energy : account.ecoin - held.ecoin;
    const needed = wish.volume * (wish.side === 'ask' ? instrument.lot : wish.price);
    if (needed > free) return { kind: 'no', error: 'EOrder:Insufficient funds' };
    const order = sure(toOrderId(`O${this.#owners.size + 1}`));
    this.#owners.set(order, account);
    const placed = this.#match(account, {
      ...wish,
      order,
      filled: lots(0),
      cancelled: lots(0),
      remaining: wish.volume,
      trades: [],
      status: 'open',
      at: instant(this.#time.now()),
    });
    if (placed.status !== 'done') this.#put(account, placed);
    this.#tellBook();
    return { kind: 'yes', value: { order } };
  }

  #cancel(account: FakeAccount, id: OrderId): Outcome<null> {
    if (account.state !== 'live') return lost;
    const order = account.orders.get(id);
    if (order === undefined) return { kind: 'no', error: 'EOrder:Unknown order' };
    const cancelled = order.remaining;
    this.#put(account, { ...order, cancelled, remaining: lots(0), status: 'done' });
    this.#tellBook();
    return { kind: 'yes', value: null };
  }

  #clientOf(account: FakeAccount): ExchangeClient {
    return {
      participant: account.address,
      get state() {
        return account.state;
      },
      listen: (listener) => {
        account.listeners.add(listener);
        queueMicrotask(() => {
          this.#hello(account);
        });
        return () => {
          account.listeners.delete(listener);
        };
      },
      placeOrder: async (wish) => this.#place(account, wish),
      // No household here changes an order.
      amendOrder: async () => ({ kind: 'no', error: 'EOrder:Unknown order' }),
      cancelOrder: async (id) => this.#cancel(account, id),
      followQueue: () => undefined,
      requestEcoin: async (wanted) => {
        if (account.state !== 'live') return lost;
        account.ecoin += wanted;
        this.supply.ecoin += wanted;
        this.#tellBalances(account);
        return { kind: 'yes', value: null };
      },
      ecoinRequests: async () => ({ kind: 'yes', value: [] }),
      close: async () => {
        account.state = 'closed';
      },
    };
  }

  #meterOf(account: FakeAccount): Meter {
    return {
      issue: async (raw) => {
        account.energy += raw;
        this.supply.issued += raw;
        this.#tellBalances(account);
      },
      retire: async (raw) => {
        if (raw > account.energy - heldOf(account).energy) throw new Error('not enough energy');
        account.energy -= raw;
        this.supply.retired += raw;
        this.#tellBalances(account);
      },
    };
  }
}
