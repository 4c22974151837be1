/**
 * One market by the rules of docs/matching.md and nothing else: every order ever placed in one list that is filtered and sorted for each question. An
 * ordinary matcher of partial fills, in which lots only have names. It shares no code with the core; funds, ids and outputs it does not know.
 */
import type { Command, OrderAmend, OrderPlace } from '../command.ts';
import { RuleBook } from './rule-book.ts';
import type { RuleDeadline, RuleEvent, RuleOrder, RuleTerms, RuleTrade } from './rules.ts';

/** One market and everybody in it. */
export class Oracle {
  readonly book = new RuleBook();
  phase = 'continuous';
  readonly #terms: RuleTerms;
  readonly #suspended = new Set<string>();
  #trades: RuleTrade[] = [];
  #deadlines: RuleDeadline[] = [];
  #places = 0;
  #floor: number;
  #cap: number;
  #reference: number | undefined;
  #at = 0;
  #told: RuleEvent[] = [];

  constructor(terms: RuleTerms) {
    this.#terms = terms;
    this.#floor = terms.priceFloor;
    this.#cap = terms.priceCap;
    if (terms.delivery !== undefined) this.#await(terms.delivery.gate, 'gate', 'the market');
  }

  /** What the command leads to at this instant, everything that falls due before it included. */
  take(command: Command, at: number): readonly RuleEvent[] {
    this.#told = [];
    this.#at = at;
    this.#letFall();
    const code = this.#carryOut(command);
    if (code !== undefined) this.#told.push({ what: 'refused', code });
    this.#fire();
    return this.#told;
  }

  #carryOut(command: Command): string | undefined {
    switch (command.kind) {
      case 'order.place':
        return this.#placeOrder(command);
      case 'order.amend':
        return this.#amend(command);
      case 'order.cancel':
        return this.#cancel(command.order, command.participant);
      case 'order.cancel_all':
        if (command.market !== undefined && ['halted', 'closed'].includes(this.phase))
          return 'phase_forbids';
        if (!['halted', 'closed'].includes(this.phase))
          this.#cancelAll(command.participant, 'requested');
        return undefined;
      case 'order.cancel_all_after':
        this.#drop('switch', command.participant);
        if (command.timeout > 0) this.#await(command.timeout, 'switch', command.participant);
        return undefined;
      case 'offers.deliver':
        return this.#deliver(command.order);
      case 'offers.decline':
        return this.#decline(command.order);
      case 'market.cancel_all':
        this.#cancelAll(undefined, 'requested');
        return undefined;
      case 'market.phase':
        return this.#changePhase(command.phase, command.reference);
      case 'market.band':
        if (this.phase === 'closed') return 'phase_forbids';
        [this.#floor, this.#cap] = [command.floor, command.cap];
        return undefined;
      case 'participant.admit':
        if (command.owner !== undefined) this.book.owners.set(command.participant, command.owner);
        return undefined;
      case 'participant.suspend':
        if (this.#suspended.has(command.participant) === command.suspended) return undefined;
        if (!command.suspended) this.#suspended.delete(command.participant);
        else {
          this.#suspended.add(command.participant);
          this.#cancelAll(command.participant, 'suspended');
        }
        return undefined;
      case 'ledger.advance':
        this.#block(command);
        return undefined;
      default:
        return undefined;
    }
  }

  // Time.

  #await(after: number, kind: RuleDeadline['kind'], whose: string): void {
    this.#deadlines.push({ at: this.#at + after, kind, whose });
  }

  #drop(kind: RuleDeadline['kind'], whose: string): void {
    this.#deadlines = this.#deadlines.filter((one) => one.kind !== kind || one.whose !== whose);
  }

  #letFall(): void {
    const due = this.#deadlines.filter(({ at }) => at <= this.#at).toSorted((a, b) => a.at - b.at);
    for (const deadline of due) {
      if (!this.#deadlines.includes(deadline)) continue;
      this.#drop(deadline.kind, deadline.whose);
      const order = this.book.orders.find(({ name }) => name === deadline.whose);
      if (deadline.kind === 'gate') this.#changePhase('closed', undefined);
      else if (deadline.kind === 'switch') this.#cancelAll(deadline.whose, 'cancel_all_after');
      else if (order === undefined) throw new Error('a deadline is nobody’s');
      else if (deadline.kind === 'expiry') this.#end(order, 'expired');
      else this.#loseBare(order, 'offers_late');
    }
  }

  // Ends.

  #done(order: RuleOrder): void {
    if (order.remaining > 0) return;
    order.bare = [];
    this.#drop('offers', order.name);
    this.#drop('expiry', order.name);
  }

  /** Cancels all that remains. */
  #end(order: RuleOrder, reason: string): void {
    const { remaining: volume, name } = order;
    [order.firm, order.bare, order.remaining] = [[], [], 0];
    order.cancelled += volume;
    order.ended = reason;
    this.#done(order);
    this.#told.push({ what: 'cancelled', order: name, volume, reason });
  }

  #loseBare(order: RuleOrder, reason: string): void {
    const volume = this.book.isWhole(order) ? order.remaining : order.bare.length;
    order.bare = [];
    order.remaining -= volume;
    order.cancelled += volume;
    this.#drop('offers', order.name);
    this.#done(order);
    this.#told.push({ what: 'cancelled', order: order.name, volume, reason });
  }

  #cancelAll(who: string | undefined, reason: string): void {
    for (const order of this.book.live()) {
      if (who === undefined || order.who === who) this.#end(order, reason);
    }
  }

  #cancel(name: string, who: string): string | undefined {
    const order = this.book.orders.find((one) => one.name === name && one.who === who);
    if (order === undefined) return 'unknown_order';
    if (order.remaining === 0) {
      if (order.ended !== 'requested') return 'order_done';
      this.#told.push({ what: 'repeated', order: name });
      return undefined;
    }
    if (['halted', 'closed'].includes(this.phase)) return 'phase_forbids';
    this.#end(order, 'requested');
    return undefined;
  }

  // Arrivals.

  #placeOrder(terms: OrderPlace): string | undefined {
    const rests = terms.timeInForce === 'gtc' || terms.timeInForce === 'gtd';
    const isWhole = terms.whole === true;
    if (this.#suspended.has(terms.participant)) return 'participant_suspended';
    const allowed: Readonly<Record<string, boolean>> = {
      continuous: true,
      pre_open: rests && !isWhole,
      post_only: rests,
    };
    if (allowed[this.phase] !== true) return 'phase_forbids';
    if ((terms.timeInForce === 'gtd') !== (terms.expiresAt !== undefined))
      return 'order_contradictory';
    if (rests ? terms.type === 'market' : terms.postOnly || isWhole) return 'order_contradictory';
    if (terms.volume < 1 || terms.volume > this.#terms.volumeMax) return 'volume_out_of_bounds';
    const wrong = this.#wrongPrice(terms.price);
    if (wrong !== undefined) return wrong;
    if (terms.expiresAt !== undefined && terms.expiresAt <= this.#at) return 'expiry_passed';
    const wholes = this.book.live().filter((one) => this.book.isWhole(one));
    if (isWhole && wholes.filter(({ who }) => who === terms.participant).length >= 8)
      return 'too_many_whole_orders';
    const order = this.#accept(terms);
    if (this.#isBarred(order) && this.book.wouldTrade(order, order.remaining)) {
      this.book.orders.pop();
      return 'would_trade';
    }
    this.#told.push({ what: 'placed', order: order.name });
    if (terms.expiresAt !== undefined)
      this.#await(terms.expiresAt - this.#at, 'expiry', order.name);
    this.#arrive(order);
    return undefined;
  }

  #wrongPrice(price: number): string | undefined {
    if (price % this.#terms.tick !== 0) return 'price_off_tick';
    if (price < this.#floor || price > this.#cap) return 'price_out_of_band';
    return undefined;
  }

  #isBarred(order: RuleOrder): boolean {
    if (this.phase === 'pre_open') return false;
    return order.terms.postOnly || this.phase !== 'continuous';
  }

  #accept(terms: OrderPlace): RuleOrder {
    const order: RuleOrder = {
      name: `O${this.book.orders.length + 1}`,
      who: terms.participant,
      side: terms.side,
      terms,
      price: terms.price,
      volume: terms.volume,
      filled: 0,
      cancelled: 0,
      remaining: terms.volume,
      firm: [],
      bare: [],
      place: 0,
      joinsBack: true,
      named: 0,
      ended: undefined,
    };
    this.book.orders.push(order);
    return order;
  }

  #arrive(order: RuleOrder): void {
    if (this.phase === 'continuous') this.#match(order, order.remaining);
    if (order.remaining === 0) return;
    if (order.terms.timeInForce === 'ioc' || order.terms.timeInForce === 'fok') {
      this.#end(order, 'not_filled_at_once');
      return;
    }
    this.#nameBare(order);
    this.#ask(order);
  }

  /** New names for all that does not rest. */
  #nameBare(order: RuleOrder): void {
    const count = this.book.isWhole(order) ? 1 : order.remaining - order.firm.length;
    order.bare = Array.from({ length: count }, (_, index) => order.named + index);
    order.named += count;
    order.joinsBack = true;
  }

  #ask(order: RuleOrder): void {
    this.#drop('offers', order.name);
    this.#await(this.#terms.offersTimeout, 'offers', order.name);
    this.#told.push({ what: 'asked', order: order.name, lots: [...order.bare] });
  }

  #waiting(name: string): RuleOrder | string {
    const order = this.book.orders.find((one) => one.name === name);
    if (order === undefined) return 'unknown_order';
    if (order.remaining === 0) return 'order_done';
    return order.bare.length === 0 ? 'not_pending' : order;
  }

  #decline(name: string): string | undefined {
    const order = this.#waiting(name);
    if (typeof order === 'string') return order;
    this.#loseBare(order, 'offers_declined');
    return undefined;
  }

  #deliver(name: string): string | undefined {
    const order = this.#waiting(name);
    if (typeof order === 'string') return order;
    this.#drop('offers', name);
    const volume = this.book.isWhole(order) ? order.remaining : order.bare.length;
    if (this.#isBarred(order) && this.book.wouldTrade(order, volume)) {
      this.#loseBare(order, 'would_trade');
      return undefined;
    }
    let arriving = [...order.bare];
    if (this.phase === 'continuous') {
      const traded = this.#match(order, volume);
      if (order.remaining === 0) return undefined;
      arriving = traded === volume ? [] : arriving.slice(0, arriving.length - traded);
    }
    order.bare = [];
    if (arriving.length === 0) return undefined;
    const rested = order.firm.length > 0;
    order.firm = [...order.firm, ...arriving].toSorted((a, b) => a - b);
    if (order.joinsBack || (!rested && order.place === 0)) order.place = this.#places += 1;
    this.#told.push({ what: 'opened', order: name, lots: arriving });
    return undefined;
  }

  // Trades.

  /** @returns how many lots traded. */
  #match(order: RuleOrder, volume: number): number {
    const all = this.book.isWhole(order) || order.terms.timeInForce === 'fok';
    if (all && !this.book.wouldFill(order, volume)) return 0;
    let left = volume;
    let stopped = false;
    for (const other of this.book.facing(order)) {
      if (left === 0) break;
      const there = this.book.resting(other);
      if (this.book.isWhole(other) && there > left) continue;
      if (this.book.sameOwner(order, other)) {
        const mode = this.book.mode(order);
        if (mode !== 'cancel_incoming') this.#end(other, 'self_trade');
        if (mode === 'cancel_resting') continue;
        stopped = true;
        break;
      }
      const taken = Math.min(left, there);
      left -= taken;
      this.#trade(other, order, taken, other.price);
    }
    if (stopped && order.remaining > 0) this.#end(order, 'self_trade');
    return volume - left;
  }

  #trade(resting: RuleOrder, incoming: RuleOrder, volume: number, price: number): void {
    const each = this.book.isWhole(resting) ? volume : 1;
    const lots = resting.firm.slice(0, volume / each);
    resting.firm = resting.firm.slice(volume / each);
    for (const order of [resting, incoming]) {
      order.remaining -= volume;
      order.filled += volume;
      this.#done(order);
    }
    this.#reference = price;
    const open = new Map(lots.map((lot) => [lot, each]));
    const overdueAt = this.#at + this.#terms.settlementTimeout;
    this.#trades.push({ resting, incoming, price, overdueAt, open });
    const names = { resting: resting.name, incoming: incoming.name };
    this.#told.push({ what: 'trade', ...names, price, volume, lots });
  }

  #fire(): void {
    if (this.phase !== 'continuous') return;
    for (;;) {
      const ready = this.book.orders
        .filter((order) => this.book.isWhole(order) && order.firm.length > 0)
        .toSorted((a, b) => a.place - b.place)
        .find((order) => this.book.wouldFill(order, order.remaining));
      if (ready === undefined) return;
      ready.firm = [];
      this.#match(ready, ready.remaining);
    }
  }

  // Changes.

  #amend({ order: name, participant, price, volume }: OrderAmend): string | undefined {
    const order = this.book.orders.find((one) => one.name === name && one.who === participant);
    if (order === undefined) return 'unknown_order';
    if (order.remaining === 0) return 'order_done';
    const [newPrice, newVolume] = [price ?? order.price, volume ?? order.volume];
    const open = newVolume - order.filled - order.cancelled;
    const smaller = newPrice === order.price && open <= order.remaining;
    if (['halted', 'closed'].includes(this.phase)) return 'phase_forbids';
    if (this.phase === 'cancel_only' && !smaller) return 'phase_forbids';
    if (open < 0 || newVolume > this.#terms.volumeMax) return 'volume_out_of_bounds';
    const wrong = newPrice === order.price ? undefined : this.#wrongPrice(newPrice);
    if (wrong !== undefined) return wrong;
    if (
      open > 0 &&
      this.phase !== 'pre_open' &&
      this.phase !== 'cancel_only' &&
      this.#isBarred(order)
    ) {
      if (this.book.wouldTrade({ ...order, price: newPrice }, open)) return 'would_trade';
    }
    if (open === 0) {
      this.#end(order, 'amended');
      return undefined;
    }
    this.#change(order, newPrice, newVolume, open);
    return undefined;
  }

  #change(order: RuleOrder, price: number, volume: number, open: number): void {
    const repriced = price !== order.price;
    const before = order.remaining;
    [order.price, order.volume, order.remaining] = [price, volume, open];
    const tell = (): void => {
      this.#told.push({ what: 'amended', order: order.name, price, volume });
    };
    if (repriced) {
      [order.firm, order.bare] = [[], []];
      this.#drop('offers', order.name);
      tell();
      this.#arrive(order);
    } else if (open === before) tell();
    else if (this.book.isWhole(order)) {
      const keeps = open < before && (order.firm.length > 0 || !order.joinsBack);
      order.firm = [];
      tell();
      this.#nameBare(order);
      order.joinsBack = !keeps;
      this.#ask(order);
    } else if (open < before) this.#shrink(order, before - open, tell);
    else {
      const added = Array.from({ length: open - before }, (_, index) => order.named + index);
      order.named += added.length;
      order.bare = [...order.bare, ...added];
      order.joinsBack = true;
      if (order.firm.length > 0) order.place = this.#places += 1;
      tell();
      this.#ask(order);
    }
  }

  #shrink(order: RuleOrder, by: number, tell: () => void): void {
    const all = [...order.firm, ...order.bare].toSorted((a, b) => a - b);
    const kept = new Set(all.slice(0, all.length - by));
    order.firm = order.firm.filter((lot) => kept.has(lot));
    order.bare = order.bare.filter((lot) => kept.has(lot));
    if (order.bare.length === 0) this.#drop('offers', order.name);
    tell();
    if (order.bare.length > 0) this.#ask(order);
  }

  // Phases.

  #changePhase(phase: string, reference: number | undefined): string | undefined {
    if (this.phase === 'closed') return 'phase_forbids';
    const wrong = reference === undefined ? undefined : this.#wrongPrice(reference);
    if (wrong !== undefined) return wrong;
    if (reference !== undefined) this.#reference = reference;
    if (phase === this.phase) return undefined;
    this.phase = phase;
    this.#told.push({ what: 'phase', phase });
    if (phase === 'continuous' || phase === 'post_only') while (this.#auction());
    if (phase !== 'closed') return undefined;
    this.#drop('gate', 'the market');
    this.#cancelAll(undefined, 'market_closed');
    return undefined;
  }

  /** @returns false when nothing crosses. */
  #auction(): boolean {
    const best = this.book.auctionAt(this.#terms.tick, this.#reference);
    if (best === undefined) return false;
    this.#told.push({ what: 'auction', ...best });
    this.#uncross(best.price);
    return true;
  }

  #uncross(price: number): void {
    for (;;) {
      const [bid] = this.book.queue('bid').filter((order) => !this.book.isWhole(order));
      const [ask] = this.book.queue('ask').filter((order) => !this.book.isWhole(order));
      if (bid === undefined || ask === undefined || bid.price < price || ask.price > price) return;
      const [earlier, later] = bid.place < ask.place ? [bid, ask] : [ask, bid];
      if (this.book.sameOwner(bid, ask)) {
        const mode = this.book.mode(later);
        if (mode !== 'cancel_incoming') this.#end(earlier, 'self_trade');
        if (mode !== 'cancel_resting') this.#end(later, 'self_trade');
        continue;
      }
      const volume = Math.min(bid.firm.length, ask.firm.length);
      later.firm = later.firm.slice(0, later.firm.length - volume);
      this.#trade(earlier, later, volume, price);
    }
  }

  // The ledger.

  #block({ settled, lost }: Extract<Command, { kind: 'ledger.advance' }>): void {
    for (const { order, lot } of settled) this.#openTrade(order, lot)?.open.delete(lot);
    const losses = new Map<string, { order: RuleOrder; volume: number; reason: string }>();
    const lose = (order: RuleOrder, volume: number, reason: string): void => {
      const key = `${order.name} ${reason}`;
      const known = losses.get(key) ?? { order, volume: 0, reason };
      losses.set(key, { ...known, volume: known.volume + volume });
    };
    const returned = new Map<RuleOrder, number[]>();
    for (const { order: name, lot } of lost) {
      const trade = this.#openTrade(name, lot);
      const order = this.book.orders.find((one) => one.name === name);
      if (trade !== undefined) this.#release(trade, lot, lose, returned);
      else if (order?.firm.includes(lot) === true) {
        const volume = this.book.isWhole(order) ? order.remaining : 1;
        order.firm = order.firm.filter((one) => one !== lot);
        order.remaining -= volume;
        order.cancelled += volume;
        this.#done(order);
        lose(order, volume, 'output_spent');
      }
    }
    this.#trades = this.#trades.filter(({ open }) => open.size > 0);
    for (const [order, lots] of returned) {
      this.#told.push({
        what: 'returned',
        order: order.name,
        lots: lots.toSorted((a, b) => a - b),
      });
    }
    const inOrder = [...new Set([...losses.values()].map(({ order }) => order))];
    for (const order of inOrder) {
      for (const loss of losses.values()) {
        const { volume, reason } = loss;
        if (loss.order === order)
          this.#told.push({ what: 'cancelled', order: order.name, volume, reason });
      }
    }
    for (const order of returned.keys()) this.#ask(order);
  }

  #openTrade(order: string, lot: number): RuleTrade | undefined {
    return this.#trades.find(({ resting, open }) => resting.name === order && open.has(lot));
  }

  #release(
    trade: RuleTrade,
    lot: number,
    lose: (order: RuleOrder, volume: number, reason: string) => void,
    returned: Map<RuleOrder, number[]>,
  ): void {
    const { resting, incoming, open, overdueAt } = trade;
    const volume = open.get(lot) ?? 0;
    open.delete(lot);
    const isLate = overdueAt <= this.#at;
    resting.filled -= volume;
    const { expiresAt } = resting.terms;
    let ending = isLate ? resting.ended : 'output_spent';
    if (isLate && ending === undefined && this.phase === 'closed') ending = 'market_closed';
    if (isLate && ending === undefined && this.#suspended.has(resting.who)) ending = 'suspended';
    if (isLate && ending === undefined && expiresAt !== undefined && expiresAt <= this.#at)
      ending = 'expired';
    if (ending === undefined) {
      if (resting.remaining === 0 && expiresAt !== undefined) {
        this.#await(expiresAt - this.#at, 'expiry', resting.name);
      }
      resting.remaining += volume;
      if (resting.bare.length === 0) resting.joinsBack = false;
      resting.bare = [...resting.bare, lot].toSorted((a, b) => a - b);
      returned.set(resting, [...(returned.get(resting) ?? []), lot]);
    } else {
      resting.cancelled += volume;
      lose(resting, volume, ending);
    }
    incoming.filled -= volume;
    incoming.cancelled += volume;
    lose(incoming, volume, isLate ? 'not_settled' : 'output_spent');
  }
}
