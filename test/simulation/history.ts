/** What the entries of a journal have come to: each order and each trade as it is now, what happened to whose orders, and what participants asked for that was not refused. */
import type { Address, Entry, Event, OrderId, OrderView, TradeId, TradeView } from '@wattlot/core';

export class History {
  readonly orders = new Map<OrderId, OrderView>();
  readonly trades = new Map<TradeId, TradeView>();
  readonly #taken = new Map<Address, Entry[]>();
  readonly #events = new Map<Address, Event[]>();

  /** Takes in the next entry. */
  take(entry: Entry, events: readonly Event[]): void {
    for (const event of events) this.#note(event);
    const { command } = entry;
    if (!('participant' in command) || events.some(({ kind }) => kind === 'refused')) return;
    const own = this.#taken.get(command.participant);
    if (own === undefined) this.#taken.set(command.participant, [entry]);
    else own.push(entry);
  }

  /** Entries of a participant's that were not refused, after an entry, oldest first. */
  takenAfter(participant: Address, seq: number): readonly Entry[] {
    const own = this.#taken.get(participant) ?? [];
    return own.slice(own.findLastIndex((entry) => entry.seq <= seq) + 1);
  }

  /** What happened to the orders of a participant and to their trades, in order. */
  eventsOf(participant: Address): readonly Event[] {
    return this.#events.get(participant) ?? [];
  }

  #note(event: Event): void {
    switch (event.kind) {
      case 'trade.made':
        this.trades.set(event.trade.trade, event.trade);
        for (const view of [event.resting, event.incoming]) this.#noteOrder(event, view);
        return;
      case 'trade.updated':
        this.trades.set(event.trade.trade, event.trade);
        for (const side of [event.trade.resting, event.trade.incoming]) {
          this.#noteEvent(event, side.participant);
        }
        return;
      case 'order.placed':
      case 'order.opened':
      case 'order.amended':
      case 'order.cancelled':
      case 'lots.returned':
        return this.#noteOrder(event, event.view);
      default:
    }
  }

  #noteOrder(event: Event, view: OrderView): void {
    this.orders.set(view.order, view);
    this.#noteEvent(event, view.participant);
  }

  #noteEvent(event: Event, participant: Address): void {
    const own = this.#events.get(participant);
    if (own === undefined) this.#events.set(participant, [event]);
    else own.push(event);
  }
}
