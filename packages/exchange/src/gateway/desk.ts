/**
 * Answers requests: checks who asks against the session, turns the wire's words into commands, and the events into replies. Knows no socket.
 */
import {
  gatewayErrors,
  lotsOfQty,
  priceOfWire,
  refusalErrors,
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
  LadderDeliveredRequest,
  OffersDeclinedRequest,
  OffersDeliveredRequest,
  Request,
  SettlementSubmittedRequest,
} from '@wattlot/client/frames';
import type {
  Address,
  Command,
  Event,
  Instant,
  OrderId,
  OrderPlace,
  Output,
  Phase,
  TradeId,
  Txid,
} from '@wattlot/core';
import { LRUCache } from 'lru-cache';
import { ExchangeError } from '../errors.ts';
import type { Feed } from '../feed/feed.ts';
import type { OrderRecord } from '../feed/orders.ts';
import { pairStatusOf } from '../feed/system.ts';
import {
  accountsLimitedMax,
  agentWordsBurst,
  agentWordsPerSecond,
  cancelsBurst,
  cancelsPerSecond,
  ordersBurst,
  ordersPerSecond,
} from '../limits.ts';
import type { Deliveries } from '../offers.ts';
import type { Applied, Sequencer } from '../sequencer.ts';
import { createBucket, take } from './bucket.ts';
import type { Bucket } from './bucket.ts';
import { isTooLate, placementOf } from './placement.ts';
import type { OrderWords } from './placement.ts';
import type { Sessions } from './sessions.ts';

/** What becomes of a request. */
export type Outcome =
  | {
      readonly result: unknown;
      /** Of `batch_cancel`, where the dialect has it. */ readonly orders_cancelled?: number;
    }
  | { readonly error: string };

/** Takes each answer to a request: one, but for a request that names several orders. */
export type Respond = (outcome: Outcome) => void;

/** What the desk works with. */
export interface DeskOptions {
  readonly sequencer: Sequencer;
  readonly feed: Feed;
  readonly sessions: Sessions;
  readonly deliveries: Deliveries;
  /** Milliseconds on a clock that never runs backwards. */
  readonly now: () => number;
  /** The wall clock: senders' deadlines are instants on it. */
  readonly wallNow: () => Instant;
  /** A new id for an order whose sender gave none. */
  readonly newId: () => string;
}

/** Requests that change something; the others are the connection's own. */
export type DeskRequest = Exclude<Request, { method: 'ping' | 'subscribe' | 'unsubscribe' }>;

interface AccountBuckets {
  readonly orders: Bucket;
  readonly cancels: Bucket;
  readonly agentWords: Bucket;
}

/** One desk serves all connections. */
export class Desk {
  readonly #options: DeskOptions;
  readonly #buckets = new LRUCache<Address, AccountBuckets>({ max: accountsLimitedMax });

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Whose token it is; undefined for a token that is no good. */
  participantOf(token: string | undefined): Address | undefined {
    return token === undefined ? undefined : this.#options.sessions.find(token);
  }

  /** Answers one request, at once or when its command is on disk. */
  handle(request: DeskRequest, respond: Respond): void {
    const participant = this.participantOf(request.params.token);
    if (participant === undefined) return respond({ error: gatewayErrors.invalidToken });
    // The core would say so too, in an entry of the journal: whoever can make up addresses must not fill the disk.
    if (!this.#options.feed.isAdmitted(participant)) {
      return respond({ error: gatewayErrors.permissionDenied });
    }
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
      case 'offers.delivered':
        return this.#deliver(participant, request.params, respond);
      case 'offers.declined':
        return this.#decline(participant, request.params, respond);
      case 'settlement.submitted':
        return this.#submitted(participant, request.params, respond);
      case 'ladder.delivered':
        return this.#takeRungs(participant, request.params, respond);
    }
  }

  #addOrder(participant: Address, params: AddOrderRequest['params'], respond: Respond): void {
    if (!this.#take(participant, 'orders')) return respond({ error: gatewayErrors.rateLimited });
    const commands = this.#placements(participant, params, [params]);
    if (typeof commands === 'string') return respond({ error: commands });
    for (const command of commands) this.#place(command, respond);
  }

  /** All of a batch are looked at before any is placed; one answer lists what became of each. */
  #addOrders(participant: Address, params: BatchAddRequest['params'], respond: Respond): void {
    for (const _ of params.orders) {
      if (!this.#take(participant, 'orders')) return respond({ error: gatewayErrors.rateLimited });
    }
    const commands = this.#placements(participant, params, params.orders);
    if (typeof commands === 'string') return respond({ error: commands });
    gather(
      commands.map((command) => (done: Respond) => this.#place(command, done)),
      (outcomes) => {
        const placed = outcomes.some((outcome) => 'result' in outcome);
        const [first] = outcomes;
        if (!placed && first !== undefined) return respond(first);
        respond({
          result: outcomes.map((outcome, index) =>
            'result' in outcome
              ? outcome.result
              : { error: outcome.error, cl_ord_id: commands[index]?.clientOrderId },
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

  #place(command: OrderPlace, respond: Respond): void {
    this.#post(command, respond, ({ events }) => {
      const order = orderIn(events);
      return order === undefined
        ? { error: gatewayErrors.unavailable }
        : { result: { order_id: order, cl_ord_id: command.clientOrderId } };
    });
  }

  #amendOrder(participant: Address, params: AmendOrderRequest['params'], respond: Respond): void {
    if (!this.#take(participant, 'orders')) return respond({ error: gatewayErrors.rateLimited });
    const { order_qty: qty, limit_price: wirePrice, deadline, cl_ord_id: own } = params;
    if (this.#isTooLate(deadline)) return respond({ error: gatewayErrors.deadlineElapsed });
    const record = this.#ownOrder(participant, { order: params.order_id, own });
    if (record === undefined) return respond({ error: gatewayErrors.unknownOrder });
    const { order, market } = record.view;
    const instrument = this.#options.feed.market(market)?.instrument;
    if (instrument === undefined) return respond({ error: gatewayErrors.unknownSymbol });
    const volume = qty === undefined ? undefined : lotsOfQty(instrument, qty);
    if (qty !== undefined && volume === undefined) {
      return respond({ error: gatewayErrors.invalidQuantity });
    }
    const price = wirePrice === undefined ? undefined : priceOfWire(instrument, wirePrice);
    if (wirePrice !== undefined && price === undefined) {
      return respond({ error: gatewayErrors.invalidPrice });
    }
    const command: Command = {
      kind: 'order.amend',
      participant,
      order,
      ...(price === undefined ? {} : { price }),
      ...(volume === undefined ? {} : { volume }),
    };
    this.#post(command, respond, ({ entry }) => ({
      result: {
        amend_id: `A${entry.seq}`,
        order_id: order,
        ...(own === undefined ? {} : { cl_ord_id: own }),
      },
    }));
  }

  /** An order by the exchange's id or, the newest, by its sender's. */
  #ownOrder(
    participant: Address,
    { order, own }: { readonly order: string | undefined; readonly own: string | undefined },
  ): OrderRecord | undefined {
    const records = this.#options.feed.ordersOf(participant);
    // The exchange's ids first: a sender may have made one of its own that reads like another order's.
    const found = records.find(({ view }) => view.order === order);
    return found ?? records.findLast(({ view }) => view.clientOrderId === own);
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
    if (!this.#take(participant, 'cancels')) return respond({ error: gatewayErrors.rateLimited });
    const command: Command = { kind: 'order.cancel', participant, order };
    this.#post(command, respond, () => ({ result: { order_id: order, ...named } }));
  }

  #cancelBatch(participant: Address, params: BatchCancelRequest['params'], respond: Respond): void {
    const ids = [...(params.orders ?? []), ...(params.cl_ord_id ?? [])];
    if (ids.length === 0) return respond({ error: `${gatewayErrors.invalidArguments}:orders` });
    const tasks = ids.map((id) => (done: Respond): void => {
      const record = this.#ownOrder(participant, { order: id, own: id });
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
    if (!this.#take(participant, 'cancels')) return respond({ error: gatewayErrors.rateLimited });
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
    this.#post(command, respond, ({ events }) => {
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
    if (!this.#take(participant, 'cancels')) return respond({ error: gatewayErrors.rateLimited });
    const timeout = params.timeout * 1_000_000;
    const command: Command = { kind: 'order.cancel_all_after', participant, timeout };
    this.#post(command, respond, ({ entry, events }) => {
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

  #deliver(participant: Address, params: OffersDeliveredRequest['params'], respond: Respond): void {
    const order = params.order_id as OrderId;
    const lots = params.lots.map(({ lot, output, offer }) => {
      return { lot, output: output as Output, offer };
    });
    const { deliveries } = this.#options;
    deliveries.whenSeen(participant, order, lots, (fault) => {
      if (fault !== undefined) return respond({ error: fault });
      const delivery = deliveries.take(participant, order, lots);
      if (delivery.kind === 'refused') return respond({ error: delivery.error });
      if (delivery.kind === 'partial') {
        return respond({ result: { order_id: order, missing: delivery.missing } });
      }
      this.#makeFirm({ kind: 'offers.deliver', participant, order, lots: delivery.lots }, respond);
    });
  }

  /** Puts offers in their place once their outputs are final. On a ledger where that takes long they are acknowledged before. */
  #makeFirm(command: Command & { kind: 'offers.deliver' }, respond: Respond): void {
    const { deliveries } = this.#options;
    const { order, lots } = command;
    const outcome: Outcome = { result: { order_id: order, missing: 0 } };
    if (deliveries.isSlow) respond(outcome);
    const later = deliveries.isSlow ? (): void => undefined : respond;
    deliveries.whenFinal(order, lots, (error) => {
      if (error !== undefined) later({ error });
      else this.#post(command, later, () => outcome);
    });
  }

  /** Rungs change nothing that has to be on disk: they are answered at once. */
  #takeRungs(
    participant: Address,
    params: LadderDeliveredRequest['params'],
    respond: Respond,
  ): void {
    if (!this.#take(participant, 'agentWords'))
      return respond({ error: gatewayErrors.rateLimited });
    const order = params.order_id as OrderId;
    const { deliveries } = this.#options;
    deliveries.whenRungsSeen(participant, order, params.rungs, (fault) => {
      if (fault !== undefined) return respond({ error: fault });
      const delivery = deliveries.takeRungs(participant, order, params.rungs);
      if (delivery.kind === 'refused') return respond({ error: delivery.error });
      respond({ result: { order_id: order, stored: delivery.stored } });
    });
  }

  #decline(participant: Address, params: OffersDeclinedRequest['params'], respond: Respond): void {
    if (!this.#take(participant, 'agentWords'))
      return respond({ error: gatewayErrors.rateLimited });
    const order = params.order_id as OrderId;
    const { reason } = params;
    const command: Command = { kind: 'offers.decline', participant, order, reason };
    this.#post(command, respond, () => ({ result: { order_id: order } }));
  }

  #submitted(
    participant: Address,
    params: SettlementSubmittedRequest['params'],
    respond: Respond,
  ): void {
    if (!this.#take(participant, 'agentWords'))
      return respond({ error: gatewayErrors.rateLimited });
    const trade = params.trade_id as TradeId;
    const lots = params.lots.map(({ lot, txid }) => ({ lot, txid: txid as Txid }));
    const command: Command = { kind: 'settlement.submit', participant, trade, lots };
    this.#post(command, respond, () => ({ result: { trade_id: trade } }));
  }

  /** Puts a command in its place and answers once it is on disk. After a failure of the disk nobody is answered any more. */
  #post(command: Command, respond: Respond, done: (applied: Applied) => Outcome): void {
    try {
      this.#options.sequencer.post(command, (applied) => {
        const refused = applied.events.find((event) => event.kind === 'refused');
        respond(refused === undefined ? done(applied) : { error: this.#errorOf(refused, command) });
      });
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      respond({ error: gatewayErrors.unavailable });
    }
  }

  /** The wire's error for a refusal; where a market's phase forbids something it names the phase. */
  #errorOf({ code }: Event & { kind: 'refused' }, command: Command): string {
    const { feed } = this.#options;
    if (code !== 'phase_forbids') return refusalErrors[code];
    let symbol: string | undefined;
    if ('market' in command) symbol = command.market;
    else if ('order' in command && 'participant' in command) {
      symbol = this.#ownOrder(command.participant, { order: command.order, own: undefined })?.view
        .market;
    }
    const phase = symbol === undefined ? undefined : feed.market(symbol)?.phase;
    return phase === undefined ? refusalErrors[code] : phaseError(phase);
  }

  #take(participant: Address, which: keyof AccountBuckets): boolean {
    const now = this.#options.now();
    let buckets = this.#buckets.get(participant);
    if (buckets === undefined) {
      buckets = {
        orders: createBucket(ordersBurst, ordersPerSecond, now),
        cancels: createBucket(cancelsBurst, cancelsPerSecond, now),
        agentWords: createBucket(agentWordsBurst, agentWordsPerSecond, now),
      };
      this.#buckets.set(participant, buckets);
    }
    return take(buckets[which], now);
  }
}

/** What the wire says where a market's phase forbids something. */
export function phaseError(phase: Phase): string {
  return `EService:Market in ${pairStatusOf(phase)} mode`;
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
