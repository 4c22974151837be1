/**
 * A market's life from a seed, as entries of a journal: what the journal's tests, the golden journal and the measurement of a restart are made of. It asks
 * the core what is open, so that nearly all that it does makes sense, and some of it does not.
 */
import { apply, createState, toAddress, toAmount, toOutput, toPrice, toTxid } from '@wattlot/core';
import type {
  Address,
  Amount,
  Asset,
  Command,
  Event,
  LedgerAdvance,
  LotOffer,
} from '@wattlot/core';
import type { OrderId, OrderView, State, TradeId, TradeView } from '@wattlot/core';
import { exactInstant, exactLots, exactSeq, sure } from '../exact.ts';
import type { Applied } from '../sequencer.ts';
import { defaultTerms } from '../terms.ts';

/** How a flow goes. */
export interface FlowOptions {
  /** Equal seeds make equal flows. */
  readonly seed: number;
  readonly participants: number;
  /** Lots of an order, at most. */
  readonly volume: number;
  /** Cancels, amendments, late agents, lost outputs and nonsense too; or a calm market of orders, offers and settlements. */
  readonly isWild: boolean;
}

interface Asked {
  readonly view: OrderView;
  readonly lots: readonly number[];
}

/** Among so many of the newest orders one is chosen for what happens to an order. */
const recentOrders = 200;

type Chance = readonly [weight: number, make: () => Command];

/** A market that goes on for ever. */
export class Flow {
  readonly state: State = createState();
  readonly #options: FlowOptions;
  readonly #everybody: readonly Address[];
  readonly #next: Command[] = [];
  readonly #asked = new Map<OrderId, Asked>();
  readonly #trades = new Map<TradeId, TradeView>();
  /** The newest, in a ring. */
  readonly #orders: OrderView[] = [];
  #orderCount = 0;
  #random: number;
  #at = 1_700_000_000_000_000;
  #seq = 0;
  #height = -1;
  #made = 0;
  #sinceBlock = 0;

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#random = options.seed;
    this.#everybody = Array.from({ length: options.participants }, (_, index) =>
      sure(toAddress(`1flow${String(index).padStart(4, '0')}${'x'.repeat(29)}`), 'address'),
    );
    this.#next.push({ kind: 'market.open', terms: defaultTerms });
    for (const [index, participant] of this.#everybody.entries()) {
      this.#next.push({ kind: 'participant.admit', participant, name: `house-${index}` });
    }
    this.#next.push(this.#funding());
  }

  /** The next entry and what it does. */
  next(): Applied {
    const command = this.#next.shift() ?? this.#choose();
    this.#seq += 1;
    this.#at += 1 + this.#below(2_000);
    const entry = { seq: exactSeq(this.#seq), at: exactInstant(this.#at), command };
    const events = apply(this.state, entry);
    for (const event of events) this.#note(event);
    return { entry, events };
  }

  #note(event: Event): void {
    if (event.kind === 'offers.requested') this.#asked.set(event.view.order, event);
    else if (event.kind === 'order.opened') this.#asked.delete(event.view.order);
    else if (event.kind === 'trade.made') this.#trades.set(event.trade.trade, event.trade);
    else if (event.kind === 'trade.updated') {
      if (event.final) this.#trades.delete(event.trade.trade);
      else this.#trades.set(event.trade.trade, event.trade);
    } else if (event.kind === 'ledger.advanced') this.#height = event.height;
    else if (event.kind === 'order.placed') {
      this.#orders[this.#orderCount % recentOrders] = event.view;
      this.#orderCount += 1;
    } else if (event.kind === 'refused' && event.code === 'too_many_open_orders') {
      const { participant } = event;
      if (participant !== undefined) this.#next.push({ kind: 'order.cancel_all', participant });
    }
    if ('view' in event && event.view.status === 'done') this.#asked.delete(event.view.order);
    if (event.kind === 'trade.made' && event.incoming.status === 'done') {
      this.#asked.delete(event.incoming.order);
    }
  }

  /** A whole number from 0 up to `end`, which is not reached. */
  #below(end: number): number {
    // Mulberry32: any seed is a good one.
    this.#random = (this.#random + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  }

  #pick<T>(list: readonly T[]): T {
    return sure(list[this.#below(list.length)], 'a pick');
  }

  #choose(): Command {
    this.#sinceBlock += 1;
    if (this.#sinceBlock > 60) return this.#block();
    if (this.#asked.size > 0 && this.#below(100) < 60) return this.#answer();
    const order = this.#orders[this.#below(recentOrders)];
    if (order === undefined) return this.#place();
    const { participant } = order;
    const calm: readonly Chance[] = [
      [80, () => this.#place()],
      [20, () => ({ kind: 'order.cancel', participant, order: order.order })],
    ];
    const wild: readonly Chance[] = [
      [60, () => this.#place()],
      [10, () => ({ kind: 'order.cancel', participant, order: order.order })],
      [10, () => this.#amend(order)],
      [5, () => this.#submit()],
      [2, () => this.#pass()],
      [1, () => ({ kind: 'order.cancel_all', participant })],
      [
        2,
        () => ({ kind: 'order.cancel_all_after', participant, timeout: this.#below(3) * 400_000 }),
      ],
      [1, () => ({ kind: 'participant.admit', participant, name: `again ${this.#seq}` })],
    ];
    const chances = this.#options.isWild ? wild : calm;
    let left = this.#below(chances.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, make] of chances) {
      left -= weight;
      if (left < 0) return make();
    }
    return this.#place();
  }

  /** Lets deadlines fall. */
  #pass(): Command {
    this.#at += this.#below(20) * 1_000_000;
    return { kind: 'time.tick' };
  }

  #place(): Command {
    const { isWild, volume } = this.#options;
    const side = this.#below(2) === 0 ? 'ask' : 'bid';
    const price = sure(toPrice((side === 'ask' ? 143 : 140) + this.#below(10)), 'price');
    const special = isWild ? this.#below(20) : 20;
    const expiry = special === 0 ? exactInstant(this.#at + 3_000_000) : undefined;
    return {
      kind: 'order.place',
      participant: this.#pick(this.#everybody),
      clientOrderId: `flow-${this.#seq}`,
      market: defaultTerms.symbol,
      side,
      price,
      volume: exactLots(1 + this.#below(volume)),
      timeInForce: special === 0 ? 'gtd' : this.#below(4) === 0 ? 'ioc' : 'gtc',
      ...(expiry === undefined ? {} : { expiresAt: expiry }),
      postOnly: special === 1,
      ...(special === 2 ? { whole: true } : {}),
      ...(special === 3 ? { selfTrade: 'cancel_resting' as const } : {}),
    };
  }

  #amend({ participant, order, price }: OrderView): Command {
    if (this.#below(2) === 0) {
      const next = sure(toPrice(price + this.#below(5) + 1), 'price');
      return { kind: 'order.amend', participant, order, price: next };
    }
    const volume = exactLots(1 + this.#below(this.#options.volume));
    return { kind: 'order.amend', participant, order, volume };
  }

  /** What the agent of the order that has waited longest does. */
  #answer(): Command {
    const [asked] = this.#asked.values();
    const { view, lots } = sure(asked, 'an order that waits');
    this.#asked.delete(view.order);
    const { participant, order } = view;
    if (this.#options.isWild && this.#below(20) === 0) {
      return { kind: 'offers.decline', participant, order, reason: 'flow' };
    }
    return {
      kind: 'offers.deliver',
      participant,
      order,
      lots: lots.map((lot) => this.#offer(lot)),
    };
  }

  #offer(lot: number): LotOffer {
    const txid = this.#txid();
    return { lot, output: sure(toOutput(`${txid}:0`), 'output'), offer: txid.repeat(7) };
  }

  #txid(): NonNullable<ReturnType<typeof toTxid>> {
    this.#made += 1;
    return sure(toTxid(this.#made.toString(16).padStart(64, '0')), 'txid');
  }

  /** An agent tells what it sent to the ledger. */
  #submit(): Command {
    const [first] = this.#trades.values();
    if (first === undefined) return { kind: 'time.tick' };
    const { participant } = first.incoming;
    const lots = first.lots.map(({ lot }) => ({ lot, txid: this.#txid() }));
    return { kind: 'settlement.submit', participant, trade: first.trade, lots };
  }

  #funding(): LedgerAdvance {
    const moves = this.#everybody.flatMap((address) => [
      { address, asset: defaultTerms.energy, amount: amountOf(10_000_000_000) },
      { address, asset: defaultTerms.ecoin, amount: amountOf(100_000_000_000) },
    ]);
    return { kind: 'ledger.advance', height: 0, moves, settled: [], lost: [] };
  }

  /** A block that settles what has been matched; a wild one leaves some of it, and spends some outputs otherwise. */
  #block(): LedgerAdvance {
    this.#sinceBlock = 0;
    const settled: LedgerAdvance['settled'][number][] = [];
    const lost: LedgerAdvance['lost'][number][] = [];
    const sums = new Map<string, { address: Address; asset: Asset; amount: number }>();
    const move = (address: Address, asset: Asset, amount: number): void => {
      const sum = sums.get(`${address} ${asset}`) ?? { address, asset, amount: 0 };
      sums.set(`${address} ${asset}`, sum);
      sum.amount += amount;
    };
    for (const { trade, lots, side, price, resting, incoming } of this.#trades.values()) {
      const [seller, buyer] = side === 'bid' ? [resting, incoming] : [incoming, resting];
      for (const { lot, volume, state } of lots) {
        if (state === 'settled' || state === 'released') continue;
        const fate = this.#options.isWild ? this.#below(10) : 9;
        const txid = this.#txid();
        if (fate === 0) lost.push({ order: resting.order, lot, txid });
        if (fate < 4) continue;
        settled.push({ order: resting.order, lot, trade, txid });
        move(seller.participant, defaultTerms.energy, 0 - defaultTerms.lot * volume);
        move(buyer.participant, defaultTerms.energy, defaultTerms.lot * volume);
        move(buyer.participant, defaultTerms.ecoin, 0 - price * volume);
        move(seller.participant, defaultTerms.ecoin, price * volume);
      }
    }
    const moves = [...sums.values()]
      .filter(({ amount }) => amount !== 0)
      .map(({ address, asset, amount }) => ({ address, asset, amount: amountOf(amount) }));
    return { kind: 'ledger.advance', height: this.#height + 1, moves, settled, lost };
  }
}

function amountOf(value: number): Amount {
  return sure(toAmount(value), `amount ${value}`);
}
