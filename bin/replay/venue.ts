/** A market of the core in which shares are lots: places, changes and trades orders through `apply`, each made firm and settled at once. */
import {
  apply,
  audit,
  createState,
  depthOf,
  orderOf,
  toMarketSymbol,
  toOrderId,
} from '@wattlot/core';
import type { DepthLevel, Event, MarketSymbol, Side, State } from '@wattlot/core';

/** Live orders that one participant is given: below what a participant may have. */
const ordersEach = 150;
const funds = 1e13;
const taker = 'taker';

interface Holder {
  readonly address: string;
  live: number;
}

/** What a trade took from whom. */
export interface Hit {
  readonly order: string;
  readonly lots: number;
}

/** The market. Instants are microseconds and never run backwards. */
export class Venue {
  readonly state: State = createState();
  /** Placements, amendments, cancels and takings carried out. */
  orders = 0;
  readonly #symbol: MarketSymbol;
  readonly #holders: Holder[] = [];
  readonly #holderOf = new Map<string, Holder>();
  #at = 1;
  #outputs = 0;

  constructor(terms: { readonly tick: number; readonly cap: number; readonly volumeMax: number }) {
    const symbol = toMarketSymbol('SHARE/USD');
    if (symbol === undefined) throw new Error('the symbol is none');
    this.#symbol = symbol;
    this.#give({
      kind: 'market.open',
      terms: {
        symbol,
        energy: 'share',
        ecoin: 'usd',
        lot: 1,
        tick: terms.tick,
        priceFloor: terms.tick,
        priceCap: terms.cap,
        volumeMax: terms.volumeMax,
        offersTimeout: 60_000_000,
        settlementTimeout: 60_000_000,
      },
    });
    this.#admit(taker);
  }

  /** The instant of what comes next. */
  set now(at: number) {
    this.#at = Math.max(this.#at, at);
  }

  #give(command: object): readonly Event[] {
    const { seq } = this.state;
    const entry = JSON.parse(JSON.stringify({ seq: seq + 1, at: this.#at, command }));
    const events = apply(this.state, entry);
    const refused = events.find((event) => event.kind === 'refused');
    if (refused !== undefined)
      throw new Error(`the core refused ${refused.command}: ${refused.code}`);
    return events;
  }

  #admit(address: string): void {
    this.#give({ kind: 'participant.admit', participant: address, name: '' });
    const moves = ['share', 'usd'].map((asset) => ({ address, asset, amount: funds }));
    this.#advance(moves, []);
  }

  #advance(moves: readonly object[], settled: readonly object[]): void {
    const height = this.state.height + 1;
    this.#give({ kind: 'ledger.advance', height, moves, settled, lost: [] });
  }

  #holder(): Holder {
    const known = this.#holders.find(({ live }) => live < ordersEach);
    if (known !== undefined) return known;
    const holder = { address: `holder-${this.#holders.length + 1}`, live: 0 };
    this.#holders.push(holder);
    this.#admit(holder.address);
    return holder;
  }

  /** Rests an order. @returns its id, and what it traded on the way to the book. */
  place(
    side: Side,
    price: number,
    lots: number,
  ): { readonly order: string; readonly hits: readonly Hit[] } {
    const holder = this.#holder();
    this.orders += 1;
    const { address: participant } = holder;
    const placed = this.#place({ participant, side, price, volume: lots, timeInForce: 'gtc' });
    const first = placed.find((event) => event.kind === 'order.placed');
    if (first === undefined) throw new Error('an order was not placed');
    const { order } = first.view;
    const events = [...placed];
    const asked = placed.find((event) => event.kind === 'offers.requested');
    if (asked !== undefined) {
      const offers = asked.lots.map((lot) => ({ lot, output: this.#output(), offer: '00' }));
      events.push(...this.#give({ kind: 'offers.deliver', participant, order, lots: offers }));
      holder.live += 1;
      this.#holderOf.set(order, holder);
    }
    return { order, hits: this.#settle(events) };
  }

  #place(order: object): readonly Event[] {
    const clientOrderId = String(this.state.seq);
    const market = this.#symbol;
    return this.#give({ kind: 'order.place', clientOrderId, market, postOnly: false, ...order });
  }

  #output(): string {
    this.#outputs += 1;
    return `${this.#outputs.toString(16).padStart(64, '0')}:0`;
  }

  /** Takes from the other side of `side` at `price` or better. @returns from whom, in order. */
  take(side: Side, price: number, lots: number): readonly Hit[] {
    this.orders += 1;
    const order = { participant: taker, side, price, volume: lots, timeInForce: 'ioc' };
    return this.#settle(this.#place(order));
  }

  /** Settles every trade among the events. */
  #settle(events: readonly Event[]): readonly Hit[] {
    const hits: Hit[] = [];
    for (const event of events) {
      if (event.kind !== 'trade.made') continue;
      const { trade, resting, incoming, side, price, volume, lots } = event.trade;
      hits.push({ order: resting.order, lots: volume });
      const [seller, buyer] = side === 'bid' ? [resting, incoming] : [incoming, resting];
      const [give, pay] = [volume, volume * price];
      const txid = trade.slice(1).padStart(64, '0');
      this.#advance(
        [
          { address: seller.participant, asset: 'share', amount: 0 - give },
          { address: buyer.participant, asset: 'share', amount: give },
          { address: buyer.participant, asset: 'usd', amount: 0 - pay },
          { address: seller.participant, asset: 'usd', amount: pay },
        ],
        lots.map(({ lot }) => ({ order: resting.order, lot, trade, txid })),
      );
      if (event.resting.status === 'done') this.#forget(resting.order);
    }
    return hits;
  }

  #forget(order: string): void {
    const holder = this.#holderOf.get(order);
    if (holder !== undefined) holder.live -= 1;
    this.#holderOf.delete(order);
  }

  /** What rests of an order. */
  remaining(order: string): number {
    const id = toOrderId(order);
    return id === undefined ? 0 : (orderOf(this.state, id)?.remaining ?? 0);
  }

  /** Takes lots off an order, which keeps its place; all of them cancel it. */
  reduce(order: string, lots: number): void {
    const holder = this.#holderOf.get(order);
    const id = toOrderId(order);
    const view = id === undefined ? undefined : orderOf(this.state, id);
    if (holder === undefined || view === undefined) throw new Error(`${order} does not rest`);
    this.orders += 1;
    const participant = holder.address;
    if (lots < view.remaining) {
      this.#give({ kind: 'order.amend', participant, order, volume: view.volume - lots });
      return;
    }
    this.#give({ kind: 'order.cancel', participant, order });
    this.#forget(order);
  }

  /** The best levels of a side. */
  depth(side: Side, levels: number): readonly DepthLevel[] {
    return depthOf(this.state, this.#symbol, side, levels);
  }

  /** What of the core's promises does not hold. */
  audit(): readonly string[] {
    return audit(this.state);
  }
}
