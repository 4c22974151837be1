/** The requests about orders: place, amend, cancel, and the switch that cancels for whoever is gone. */
import {
  gatewayErrors,
  lotsOfQty,
  priceOfWire,
  refusalErrors,
  socketError,
  timeText,
} from '@wattlot/client/frames';
import type {
  AddOrderRequest,
  AmendOrderRequest,
  BatchAddRequest,
  BatchCancelRequest,
  CancelAllAfterRequest,
  CancelAllRequest,
  CancelOrderRequest,
} from '@wattlot/client/frames';
import type {
  Address,
  Command,
  Event,
  Instant,
  OrderAmend,
  OrderId,
  OrderPlace,
} from '@wattlot/core';
import type { AccountRates } from './account-rates.ts';
import { isTooLate, placementOf } from './placement.ts';
import type { OrderWords } from './placement.ts';
import { check, ownOrder, post } from './posting.ts';
import type { Outcome, Posting, Respond } from './posting.ts';

/** A request about orders. */
export type OrderRequest =
  | AddOrderRequest
  | AmendOrderRequest
  | BatchAddRequest
  | BatchCancelRequest
  | CancelAllAfterRequest
  | CancelAllRequest
  | CancelOrderRequest;

/** What the desk for orders works with. */
export interface OrderDeskOptions extends Posting {
  readonly rates: AccountRates;
  /** The wall clock: senders' deadlines are instants on it. */
  readonly wallNow: () => Instant;
  /** A new id for an order whose sender gave none. */
  readonly newId: () => string;
}

/** Answers requests about orders of participants who have been let in. */
export class OrderDesk {
  readonly #options: OrderDeskOptions;

  constructor(options: OrderDeskOptions) {
    this.#options = options;
  }

  /** Answers one request, at once or when its command is on disk. */
  handle(participant: Address, request: OrderRequest, respond: Respond): void {
    switch (request.method) {
      case 'add_order':
        return this.#addOrder(participant, request.params, respond);
      case 'amend_order':
        return this.#amendOrder(participant, request.params, respond);
      case 'batch_add':
        return this.#addOrders(participant, request.params, respond);
      case 'cancel_order':
        return this.#cancelOrders(participant, request.params, respond);
      case 'cancel_all':
        return this.#cancelAll(participant, request.params, respond);
      case 'batch_cancel':
        return this.#cancelBatch(participant, request.params, respond);
      case 'cancel_all_orders_after':
        return this.#cancelAllAfter(participant, request.params, respond);
    }
  }

  #addOrder(participant: Address, params: AddOrderRequest['params'], respond: Respond): void {
    if (!this.#options.rates.take(participant, 'orders'))
      return respond({ error: gatewayErrors.rateLimited });
    const commands = this.#placements(participant, params, [params]);
    if (typeof commands === 'string') return respond({ error: commands });
    const { validate = false } = params;
    for (const command of commands) this.#place(command, { words: params, validate }, respond);
  }

  /** All of a batch are looked at before any is placed; one answer lists what became of each. It counts as its orders do, or not at all when they are too many. */
  #addOrders(participant: Address, params: BatchAddRequest['params'], respond: Respond): void {
    if (!this.#options.rates.take(participant, 'orders', params.orders.length))
      return respond({ error: gatewayErrors.rateLimited });
    const commands = this.#placements(participant, params, params.orders);
    if (typeof commands === 'string') return respond({ error: commands });
    const { orders, validate = false } = params;
    gather(
      commands.map((command, index) => (done: Respond) => {
        this.#place(command, { words: orders[index], validate }, done);
      }),
      (outcomes) => {
        const placed = outcomes.some((outcome) => 'result' in outcome);
        const [first] = outcomes;
        if (!placed && first !== undefined) return respond(first);
        respond({
          result: outcomes.map((outcome, index) =>
            'result' in outcome
              ? outcome.result
              : { error: socketError(outcome.error), cl_ord_id: commands[index]?.clientOrderId },
          ),
        });
      },
    );
  }

  /** The commands for these orders of one market, or what is wrong with the first that is wrong. */
  #placements(
    participant: Address,
    { symbol, deadline }: { readonly symbol: string; readonly deadline?: string },
    orders: readonly OrderWords[],
  ): readonly OrderPlace[] | string {
    const market = this.#options.feed.market(symbol);
    if (market === undefined) return gatewayErrors.unknownSymbol;
    if (this.#isTooLate(deadline)) return gatewayErrors.deadlineElapsed;
    const { instrument, mirror } = market;
    const { newId } = this.#options;
    const commands: OrderPlace[] = [];
    for (const words of orders) {
      const command = placementOf(words, { participant, instrument, mirror, newId });
      if (typeof command === 'string') return command;
      commands.push(command);
    }
    return commands;
  }

  #isTooLate(deadline: string | undefined): boolean {
    return isTooLate(deadline, this.#options.wallNow());
  }

  #place(
    command: OrderPlace,
    { words, validate }: { readonly words: OrderWords | undefined; readonly validate: boolean },
    respond: Respond,
  ): void {
    if (validate) {
      const own = words?.cl_ord_id;
      const result = own === undefined ? {} : { cl_ord_id: own };
      return check(this.#options, command, respond, () => ({ result }));
    }
    post(this.#options, command, respond, ({ events }) => {
      const order = orderIn(events);
      return order === undefined
        ? { error: gatewayErrors.unavailable }
        : { result: { order_id: order, cl_ord_id: command.clientOrderId } };
    });
  }

  #amendOrder(participant: Address, params: AmendOrderRequest['params'], respond: Respond): void {
    if (!this.#options.rates.take(participant, 'orders'))
      return respond({ error: gatewayErrors.rateLimited });
    const { order_qty: qty, limit_price: wirePrice, deadline, cl_ord_id: own } = params;
    if (this.#isTooLate(deadline)) return respond({ error: gatewayErrors.deadlineElapsed });
    const record = ownOrder(this.#options.feed, participant, { order: params.order_id, own });
    if (record === undefined) return respond({ error: gatewayErrors.unknownOrder });
    const { order, market } = record.view;
    const instrument = this.#options.feed.market(market)?.instrument;
    if (instrument === undefined) return respond({ error: gatewayErrors.unknownSymbol });
    const volume = qty === undefined ? undefined : lotsOfQty(instrument, qty);
    if (qty !== undefined && volume === undefined) {
      return respond({ error: gatewayErrors.invalidQuantity });
    }
    if (volume !== undefined && volume > instrument.volumeMax) {
      return respond({ error: gatewayErrors.quantityTooLarge });
    }
    const price = wirePrice === undefined ? undefined : priceOfWire(instrument, wirePrice);
    if (wirePrice !== undefined && price === undefined) {
      return respond({ error: gatewayErrors.invalidPrice });
    }
    const command: OrderAmend = {
      kind: 'order.amend',
      participant,
      order,
      ...(price === undefined ? {} : { price }),
      ...(volume === undefined ? {} : { volume }),
    };
    const named = { order_id: order, ...(own === undefined ? {} : { cl_ord_id: own }) };
    if (params.validate === true) {
      return check(this.#options, command, respond, () => ({ result: named }));
    }
    post(this.#options, command, respond, ({ entry }) => ({
      result: { amend_id: `A${entry.seq}`, ...named },
    }));
  }

  #cancelOrders(
    participant: Address,
    params: CancelOrderRequest['params'],
    respond: Respond,
  ): void {
    const { order_id: orders = [], cl_ord_id: own = [] } = params;
    if (orders.length + own.length === 0) {
      return respond({ error: `${gatewayErrors.invalidArguments}:order_id` });
    }
    // The shape of an id was checked; whose it is, the core checks.
    for (const order of orders) this.#cancel(participant, order as OrderId, {}, respond);
    for (const clientOrderId of own) {
      const records = this.#options.feed.ordersOf(participant);
      const found = records.findLast(({ view }) => view.clientOrderId === clientOrderId);
      if (found === undefined) respond({ error: refusalErrors.unknown_order });
      else this.#cancel(participant, found.view.order, { cl_ord_id: clientOrderId }, respond);
    }
  }

  #cancel(participant: Address, order: OrderId, named: object, respond: Respond): void {
    if (!this.#options.rates.take(participant, 'cancels'))
      return respond({ error: gatewayErrors.rateLimited });
    const command: Command = { kind: 'order.cancel', participant, order };
    post(this.#options, command, respond, () => ({ result: { order_id: order, ...named } }));
  }

  #cancelBatch(participant: Address, params: BatchCancelRequest['params'], respond: Respond): void {
    const ids = [...(params.orders ?? []), ...(params.cl_ord_id ?? [])];
    if (ids.length === 0) return respond({ error: `${gatewayErrors.invalidArguments}:orders` });
    const tasks = ids.map((id) => (done: Respond): void => {
      const record = ownOrder(this.#options.feed, participant, { order: id, own: id });
      if (record === undefined) done({ error: gatewayErrors.unknownOrder });
      else this.#cancel(participant, record.view.order, {}, done);
    });
    gather(tasks, (outcomes) => {
      const count = outcomes.filter((outcome) => 'result' in outcome).length;
      const [first] = outcomes;
      if (count === 0 && first !== undefined) respond(first);
      else respond({ result: { count }, orders_cancelled: count });
    });
  }

  #cancelAll(participant: Address, params: CancelAllRequest['params'], respond: Respond): void {
    if (!this.#options.rates.take(participant, 'cancels'))
      return respond({ error: gatewayErrors.rateLimited });
    const market =
      params.symbol === undefined ? undefined : this.#options.feed.market(params.symbol);
    if (params.symbol !== undefined && market === undefined) {
      return respond({ error: gatewayErrors.unknownSymbol });
    }
    const command: Command = {
      kind: 'order.cancel_all',
      participant,
      ...(market === undefined ? {} : { market: market.instrument.symbol }),
    };
    post(this.#options, command, respond, ({ events }) => {
      const count = events.filter(
        (event) => event.kind === 'order.cancelled' && event.reason === 'requested',
      ).length;
      return { result: { count } };
    });
  }

  #cancelAllAfter(
    participant: Address,
    params: CancelAllAfterRequest['params'],
    respond: Respond,
  ): void {
    if (!this.#options.rates.take(participant, 'cancels'))
      return respond({ error: gatewayErrors.rateLimited });
    const timeout = params.timeout * 1_000_000;
    const command: Command = { kind: 'order.cancel_all_after', participant, timeout };
    post(this.#options, command, respond, ({ entry, events }) => {
      const set = events.find((event) => event.kind === 'cancel_all_after.set');
      const due = set?.deadline;
      return {
        result: {
          currentTime: timeText(entry.at),
          triggerTime: due === undefined ? '0' : timeText(due),
        },
      };
    });
  }
}

/** Starts all and calls back once with what became of each, in their order. */
function gather(
  tasks: readonly ((done: Respond) => void)[],
  done: (outcomes: readonly Outcome[]) => void,
): void {
  const outcomes: Outcome[] = [];
  let left = tasks.length;
  for (const [index, task] of tasks.entries()) {
    task((outcome) => {
      outcomes[index] = outcome;
      left -= 1;
      if (left === 0) done(outcomes);
    });
  }
}

/** The order that a placement made, or had made before. */
function orderIn(events: readonly Event[]): OrderId | undefined {
  for (const event of events) {
    if (event.kind === 'order.placed') return event.view.order;
    if (event.kind === 'order.repeated') return event.order;
  }
  return undefined;
}
