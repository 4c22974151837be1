/**
 * Answers requests: checks who asks against the session, turns the wire's words into commands, and the events into replies. Knows no socket.
 */
import { gatewayErrors, lotsOfQty, priceOfWire, refusalErrors } from '@wattlot/client/frames';
import type {
  AddOrderRequest,
  CancelOrderRequest,
  LadderDeliveredRequest,
  OffersDeclinedRequest,
  OffersDeliveredRequest,
  Request,
  SettlementSubmittedRequest,
} from '@wattlot/client/frames';
import type { Address, Command, Event, OrderId, Output, TradeId, Txid } from '@wattlot/core';
import { LRUCache } from 'lru-cache';
import { ExchangeError } from '../errors.ts';
import type { Feed } from '../feed/feed.ts';
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
import type { Sequencer } from '../sequencer.ts';
import { createBucket, take } from './bucket.ts';
import type { Bucket } from './bucket.ts';
import type { Sessions } from './sessions.ts';

/** What becomes of a request. */
export type Outcome = { readonly result: unknown } | { readonly error: string };

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
      case 'cancel_order':
        return this.#cancelOrders(participant, request.params, respond);
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
    const market = this.#options.feed.market(params.symbol);
    if (market === undefined) return respond({ error: gatewayErrors.unknownSymbol });
    const { instrument } = market;
    const volume = lotsOfQty(instrument, params.order_qty);
    if (volume === undefined) return respond({ error: gatewayErrors.invalidQuantity });
    const price = priceOfWire(instrument, params.limit_price);
    if (price === undefined) return respond({ error: gatewayErrors.invalidPrice });
    const clientOrderId = params.cl_ord_id ?? this.#options.newId();
    const command: Command = {
      kind: 'order.place',
      participant,
      clientOrderId,
      market: instrument.symbol,
      side: params.side === 'sell' ? 'ask' : 'bid',
      price,
      volume,
      timeInForce: params.time_in_force ?? 'gtc',
      postOnly: params.post_only ?? false,
    };
    this.#post(command, respond, (events) => {
      const order = orderIn(events);
      return order === undefined
        ? { error: gatewayErrors.unavailable }
        : { result: { order_id: order, cl_ord_id: clientOrderId } };
    });
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

  #deliver(participant: Address, params: OffersDeliveredRequest['params'], respond: Respond): void {
    const order = params.order_id as OrderId;
    const lots = params.lots.map(({ lot, output, offer }) => {
      return { lot, output: output as Output, offer };
    });
    const delivery = this.#options.deliveries.take(participant, order, lots);
    if (delivery.kind === 'refused') return respond({ error: delivery.error });
    if (delivery.kind === 'partial') {
      return respond({ result: { order_id: order, missing: delivery.missing } });
    }
    const command: Command = { kind: 'offers.deliver', participant, order, lots: delivery.lots };
    this.#options.deliveries.whenOnDisk(delivery.lots, (error) => {
      if (error !== undefined) respond({ error });
      else this.#post(command, respond, () => ({ result: { order_id: order, missing: 0 } }));
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
    const delivery = this.#options.deliveries.takeRungs(participant, order, params.rungs);
    if (delivery.kind === 'refused') return respond({ error: delivery.error });
    respond({ result: { order_id: order, stored: delivery.stored } });
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
  #post(command: Command, respond: Respond, done: (events: readonly Event[]) => Outcome): void {
    try {
      this.#options.sequencer.post(command, ({ events }) => {
        const refused = events.find((event) => event.kind === 'refused');
        respond(refused === undefined ? done(events) : { error: refusalErrors[refused.code] });
      });
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      respond({ error: gatewayErrors.unavailable });
    }
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

/** The order that a placement made, or had made before. */
function orderIn(events: readonly Event[]): OrderId | undefined {
  for (const event of events) {
    if (event.kind === 'order.placed') return event.view.order;
    if (event.kind === 'order.repeated') return event.order;
  }
  return undefined;
}
