/** Changes a market's book at a steady rate: orders come, shrink and go around the middle, now and then somebody takes, and what was taken settles. */
import { toTxid } from '@wattlot/core';
import type { Address, Event, OrderId, Side, TradeView } from '@wattlot/core';
import { alice, bob, carol, TestMarket } from '../../packages/exchange/src/testing.ts';

const middle = 150;
/** Prices on each side that are quoted: more than a ladder of 40 rows shows. */
const pricesEach = 24;
/** Orders of others that rest. */
const othersMost = 130;
/** One change in so many is a trade. */
const tradeEach = 10;
/** A trade settles after so many more changes. */
const settlesAfter = 3;
/** The household's orders, one at every third price on both sides, and their lots: a new one comes when one is done. */
const ownEach = 6;
const ownLots = 300;
/** A driver that fell behind by more goes on from now. In milliseconds. */
const behindMs = 250;

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

/** Chances of 0 up to 1. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Resting {
  readonly participant: Address;
  readonly order: OrderId;
  readonly lots: number;
}

/** Drives until its process ends. */
export class Driver {
  /** Changes of the book a second; 0 for none. */
  perSecond = 0;
  readonly market = new TestMarket();
  readonly #random: () => number;
  readonly #others = new Map<OrderId, Resting>();
  readonly #unsettled: TradeView[] = [];
  readonly #households: Address[] = [];
  #changes: Promise<unknown> = Promise.resolve();
  #dueAt = 0;

  constructor(seed: number) {
    this.#random = chance(seed);
  }

  /** Opens the market, fills its book and begins to drive. */
  async open(): Promise<void> {
    this.#setClock();
    await this.market.open();
    for (const participant of [alice, bob, carol]) await this.#fund(participant);
    while (this.#others.size < othersMost) await this.#place();
    this.#dueAt = performance.now();
    this.#beat();
  }

  /** Lets somebody in, with orders on the book. */
  async welcome(participant: Address): Promise<void> {
    if (this.#households.includes(participant)) return;
    this.#households.push(participant);
    await this.#inTurn(async () => {
      await this.market.submit({ kind: 'participant.admit', participant, name: 'household' });
      await this.#fund(participant);
      for (let index = 0; index < ownEach; index += 1) {
        for (const side of ['bid', 'ask'] as const) await this.#placeOwn(participant, side, index);
      }
    });
  }

  async #fund(participant: Address): Promise<void> {
    await this.market.fund(participant, 'energy', 1_000_000_000);
    await this.market.fund(participant, 'ecoin', 1_000_000_000);
  }

  #placeOwn(participant: Address, side: Side, index: number): Promise<readonly Event[]> {
    const away = 1 + 3 * index;
    const price = side === 'bid' ? middle - away : middle + away;
    return this.market.place(participant, side, { price, volume: ownLots });
  }

  /** One change ends before the next begins. */
  #inTurn(change: () => Promise<unknown>): Promise<unknown> {
    this.#changes = this.#changes.then(change);
    return this.#changes;
  }

  #setClock(): void {
    const now = Date.now() * 1000;
    this.market.clock.micros = Math.max(now, this.market.clock.micros + 1);
  }

  #beat(): void {
    const now = performance.now();
    if (this.perSecond === 0 || now - this.#dueAt > behindMs) this.#dueAt = now;
    else {
      while (this.#dueAt <= now) {
        this.#dueAt += 1000 / this.perSecond;
        void this.#inTurn(() => this.#change());
      }
    }
    const waitMs = Math.max(1, Math.min(50, this.#dueAt - performance.now()));
    setTimeout(() => {
      this.#beat();
    }, waitMs);
  }

  #whole(most: number): number {
    return Math.floor(this.#random() * most);
  }

  async #change(): Promise<void> {
    this.#setClock();
    if (this.#unsettled.length > settlesAfter) await this.#settle(sure(this.#unsettled.shift()));
    if (this.#whole(tradeEach) === 0) await this.#take();
    else if (this.#others.size < othersMost) await this.#place();
    else await this.#lessen();
  }

  async #place(): Promise<void> {
    const participant = this.#random() < 0.5 ? alice : bob;
    const side: Side = this.#random() < 0.5 ? 'bid' : 'ask';
    const away = 1 + Math.floor(this.#random() ** 1.5 * pricesEach);
    const price = side === 'bid' ? middle - away : middle + away;
    const lots = 1 + this.#whole(20);
    this.#hear(await this.market.place(participant, side, { price, volume: lots }));
  }

  /** Takes a lot off an order, or cancels it. */
  async #lessen(): Promise<void> {
    const chosen = sure([...this.#others.values()][this.#whole(this.#others.size)]);
    const { participant, order, lots } = chosen;
    const isCancelled = lots < 2 || this.#random() < 0.5;
    const command = isCancelled
      ? ({ kind: 'order.cancel', participant, order } as const)
      : ({ kind: 'order.amend', participant, order, volume: lots - 1 } as const);
    const { events } = await this.market.submit(JSON.parse(JSON.stringify(command)));
    this.#hear(events);
  }

  async #take(): Promise<void> {
    const side: Side = this.#random() < 0.5 ? 'bid' : 'ask';
    const price = side === 'bid' ? middle + pricesEach : middle - pricesEach;
    this.#hear(
      await this.market.place(carol, side, { price, volume: 1 + this.#whole(3), ioc: true }),
    );
  }

  /** Keeps what rests of others, and asks for a new order of a household's where one is done. */
  #hear(events: readonly Event[]): void {
    for (const event of events) {
      if (event.kind === 'trade.made') this.#unsettled.push(event.trade);
      const view = 'view' in event ? event.view : 'resting' in event ? event.resting : undefined;
      if (view === undefined || !('remaining' in view)) continue;
      const { participant, order, remaining, status, price, side } = view;
      const household = this.#households.includes(participant);
      if (participant === alice || participant === bob) {
        if (remaining === 0) this.#others.delete(order);
        else this.#others.set(order, { participant, order, lots: remaining });
      } else if (household && status === 'done') {
        const index = Math.round((Math.abs(price - middle) - 1) / 3);
        void this.#inTurn(() => this.#placeOwn(participant, side, index));
      }
    }
  }

  async #settle({ trade, resting, incoming, side, price, lots, volume }: TradeView): Promise<void> {
    const [seller, buyer] = side === 'bid' ? [resting, incoming] : [incoming, resting];
    const energy = volume * 10;
    const ecoin = volume * price;
    const txid = sure(toTxid(trade.slice(1).padStart(64, '0')));
    const block = {
      moves: [
        { address: seller.participant, asset: 'energy', amount: -energy },
        { address: buyer.participant, asset: 'energy', amount: energy },
        { address: buyer.participant, asset: 'ecoin', amount: -ecoin },
        { address: seller.participant, asset: 'ecoin', amount: ecoin },
      ],
      settled: lots.map(({ lot }) => ({ order: resting.order, lot, trade, txid })),
    };
    await this.market.advance(JSON.parse(JSON.stringify(block)));
  }
}
