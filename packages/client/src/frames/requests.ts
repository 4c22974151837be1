/**
 * What a client may send on the socket: one schema that validates, types and documents. The words are Kraken's WebSocket v2 dialect; methods with
 * a dot are Wattlot's own, between a wallet agent and the exchange. Unknown fields are ignored, as stock clients add some.
 */
import { Type } from 'typebox';
import type { Static } from 'typebox';

const Token = Type.String({ minLength: 1, maxLength: 128 });
const Symbol = Type.String({ minLength: 1, maxLength: 32 });
const OrderIdText = Type.String({ pattern: '^O[1-9][0-9]{0,15}$' });
const TradeIdText = Type.String({ pattern: '^T[1-9][0-9]{0,15}$' });
const ClientOrderId = Type.String({ pattern: '^[!-~]{1,36}$' });
const LotIndex = Type.Integer({ minimum: 0, maximum: 100_000 });
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' });
const OutputText = Type.String({ pattern: '^[0-9a-f]{64}:[0-9]{1,9}$' });
const OfferHex = Type.String({ pattern: '^([0-9a-f]{2}){1,2000}$' });
const RequestId = Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }));

/** Lots in one `offers.delivered` or `settlement.submitted` frame: it stays below the frame limit; an order of more lots takes several frames. */
export const lotsPerFrameMax = 20;

/** Lots of one ladder: more are signed as several. As many as one transaction of the ledger settles. */
export const ladderRungsMax = 100;

/** Rungs in one `ladder.delivered` frame, at most 255 bytes each: it stays below the frame limit; a full ladder takes two frames. */
export const rungsPerFrameMax = 60;

/** A lot's signature for one place in a ladder. A bearer instrument like an offer. */
export const Rung = Type.Object({
  index: Type.Integer({ minimum: 0, maximum: ladderRungsMax - 1 }),
  /** Signature script of the leg: a signature and its key are at most 108 bytes. */
  script: Type.String({ pattern: '^([0-9a-f]{2}){1,108}$' }),
});

export const PingRequest = Type.Object({ method: Type.Literal('ping'), req_id: RequestId });

export const SubscribeRequest = Type.Object({
  method: Type.Union([Type.Literal('subscribe'), Type.Literal('unsubscribe')]),
  req_id: RequestId,
  params: Type.Object({
    channel: Type.Union([
      Type.Literal('instrument'),
      Type.Literal('book'),
      Type.Literal('level3'),
      Type.Literal('trade'),
      Type.Literal('ticker'),
      Type.Literal('ohlc'),
      Type.Literal('executions'),
      Type.Literal('balances'),
      Type.Literal('agent'),
    ]),
    symbol: Type.Optional(Type.Array(Symbol, { minItems: 1, maxItems: 100 })),
    depth: Type.Optional(
      Type.Union([
        Type.Literal(10),
        Type.Literal(25),
        Type.Literal(100),
        Type.Literal(500),
        Type.Literal(1000),
      ]),
    ),
    snapshot: Type.Optional(Type.Boolean()),
    /** Of `executions`: whether the first message has the orders, and whether it has where their trades stand; both as `snapshot` says, which is true. */
    snap_orders: Type.Optional(Type.Boolean()),
    snap_trades: Type.Optional(Type.Boolean()),
    /** Of `ohlc`: minutes of a candle. */
    interval: Type.Optional(
      Type.Union([
        Type.Literal(1),
        Type.Literal(5),
        Type.Literal(15),
        Type.Literal(30),
        Type.Literal(60),
        Type.Literal(240),
        Type.Literal(1440),
      ]),
    ),
    /** Of `ticker`: with each change of the best prices, or with each trade. */
    event_trigger: Type.Optional(Type.Union([Type.Literal('bbo'), Type.Literal('trades')])),
    token: Type.Optional(Token),
  }),
});

/** RFC 3339 in UTC, at most six decimals. */
const TimeText = Type.String({ minLength: 20, maxLength: 27 });

/** What an order is, whichever request carries it. */
const OrderFields = {
  order_type: Type.Union([Type.Literal('limit'), Type.Literal('market')]),
  side: Type.Union([Type.Literal('buy'), Type.Literal('sell')]),
  order_qty: Type.Number(),
  /** The worst price that it takes. A limit order has one; a market order is protected by one of the exchange's making when it has none. */
  limit_price: Type.Optional(Type.Number()),
  time_in_force: Type.Optional(
    Type.Union([
      Type.Literal('gtc'),
      Type.Literal('gtd'),
      Type.Literal('ioc'),
      Type.Literal('fok'),
    ]),
  ),
  /** There exactly with `gtd`. */
  expire_time: Type.Optional(TimeText),
  post_only: Type.Optional(Type.Boolean()),
  /** Wattlot's own: rests, and trades in full or not at all. */
  all_or_none: Type.Optional(Type.Boolean()),
  /** Which order is cancelled when two of one owner meet: the incoming one, the resting one, both. */
  stp_type: Type.Optional(
    Type.Union([
      Type.Literal('cancel_newest'),
      Type.Literal('cancel_oldest'),
      Type.Literal('cancel_both'),
    ]),
  ),
  cl_ord_id: Type.Optional(ClientOrderId),
};

/** Only look at it: say what would be refused, and change nothing. The answer names no order. */
const Validate = Type.Optional(Type.Boolean());

/** Orders in one `batch_add`, ids in one `batch_cancel`. */
export const batchMax = 15;
export const batchCancelMax = 50;

export const AddOrderRequest = Type.Object({
  method: Type.Literal('add_order'),
  req_id: RequestId,
  params: Type.Object({
    token: Token,
    symbol: Symbol,
    ...OrderFields,
    /** Refuse what arrives later. */
    deadline: Type.Optional(TimeText),
    validate: Validate,
  }),
});

/** Orders of one market. All are looked at before any is placed; then each is placed or refused by itself. */
export const BatchAddRequest = Type.Object({
  method: Type.Literal('batch_add'),
  req_id: RequestId,
  params: Type.Object({
    token: Token,
    symbol: Symbol,
    deadline: Type.Optional(TimeText),
    validate: Validate,
    orders: Type.Array(Type.Object(OrderFields), { minItems: 2, maxItems: batchMax }),
  }),
});

/** Changes a live order, named by one of its ids: `order_qty` counts what has been filled and cancelled. */
export const AmendOrderRequest = Type.Object({
  method: Type.Literal('amend_order'),
  req_id: RequestId,
  params: Type.Object({
    token: Token,
    order_id: Type.Optional(OrderIdText),
    cl_ord_id: Type.Optional(ClientOrderId),
    order_qty: Type.Optional(Type.Number()),
    limit_price: Type.Optional(Type.Number()),
    deadline: Type.Optional(TimeText),
    validate: Validate,
  }),
});

export const CancelOrderRequest = Type.Object({
  method: Type.Literal('cancel_order'),
  req_id: RequestId,
  params: Type.Object({
    token: Token,
    order_id: Type.Optional(Type.Array(OrderIdText, { minItems: 1, maxItems: 100 })),
    cl_ord_id: Type.Optional(Type.Array(ClientOrderId, { minItems: 1, maxItems: 100 })),
  }),
});

/** Ids of either kind in `orders`, or the sender's own in `cl_ord_id`. One answer for all. */
export const BatchCancelRequest = Type.Object({
  method: Type.Literal('batch_cancel'),
  req_id: RequestId,
  params: Type.Object({
    token: Token,
    orders: Type.Optional(
      Type.Array(Type.Union([OrderIdText, ClientOrderId]), {
        minItems: 1,
        maxItems: batchCancelMax,
      }),
    ),
    cl_ord_id: Type.Optional(Type.Array(ClientOrderId, { minItems: 1, maxItems: batchCancelMax })),
  }),
});

/** Cancels every live order; Wattlot's own: of one market only. */
export const CancelAllRequest = Type.Object({
  method: Type.Literal('cancel_all'),
  req_id: RequestId,
  params: Type.Object({ token: Token, symbol: Type.Optional(Symbol) }),
});

/** The dead man's switch: all orders are cancelled unless it is sent again within `timeout` seconds; 0 switches it off. */
export const CancelAllAfterRequest = Type.Object({
  method: Type.Literal('cancel_all_orders_after'),
  req_id: RequestId,
  params: Type.Object({
    token: Token,
    timeout: Type.Integer({ minimum: 0, maximum: 86_400 }),
  }),
});

/** The agent's offers for a pending order, in as many frames as it takes; the order is firm when all that were asked for have come. */
export const OffersDeliveredRequest = Type.Object({
  method: Type.Literal('offers.delivered'),
  req_id: RequestId,
  params: Type.Object({
    token: Token,
    order_id: OrderIdText,
    lots: Type.Array(Type.Object({ lot: LotIndex, output: OutputText, offer: OfferHex }), {
      minItems: 1,
      maxItems: lotsPerFrameMax,
    }),
  }),
});

export const OffersDeclinedRequest = Type.Object({
  method: Type.Literal('offers.declined'),
  req_id: RequestId,
  params: Type.Object({
    token: Token,
    order_id: OrderIdText,
    reason: Type.String({ maxLength: 200 }),
  }),
});

/** The incoming side's agent has handed these lots' transactions to the ledger. */
export const SettlementSubmittedRequest = Type.Object({
  method: Type.Literal('settlement.submitted'),
  req_id: RequestId,
  params: Type.Object({
    token: Token,
    trade_id: TradeIdText,
    lots: Type.Array(Type.Object({ lot: LotIndex, txid: Hash }), {
      minItems: 1,
      maxItems: lotsPerFrameMax,
    }),
  }),
});

/**
 * The agent's rungs for a ladder that it was asked for, in as many frames as it takes; with none it says that it cannot sign now. Nothing waits for them:
 * a lot without a rung settles by its offer. What is not asked for any more is passed over.
 */
export const LadderDeliveredRequest = Type.Object({
  method: Type.Literal('ladder.delivered'),
  req_id: RequestId,
  params: Type.Object({
    token: Token,
    order_id: OrderIdText,
    rungs: Type.Array(Type.Object({ lot: LotIndex, ...Rung.properties }), {
      maxItems: rungsPerFrameMax,
    }),
  }),
});

/** Every request by its method: the one registry of what the socket understands. */
export const requestSchemas = {
  ping: PingRequest,
  subscribe: SubscribeRequest,
  unsubscribe: SubscribeRequest,
  add_order: AddOrderRequest,
  amend_order: AmendOrderRequest,
  batch_add: BatchAddRequest,
  cancel_order: CancelOrderRequest,
  cancel_all: CancelAllRequest,
  batch_cancel: BatchCancelRequest,
  cancel_all_orders_after: CancelAllAfterRequest,
  'offers.delivered': OffersDeliveredRequest,
  'offers.declined': OffersDeclinedRequest,
  'settlement.submitted': SettlementSubmittedRequest,
  'ladder.delivered': LadderDeliveredRequest,
} as const;

export type PingRequest = Static<typeof PingRequest>;
export type SubscribeRequest = Static<typeof SubscribeRequest>;
export type AddOrderRequest = Static<typeof AddOrderRequest>;
export type AmendOrderRequest = Static<typeof AmendOrderRequest>;
export type BatchAddRequest = Static<typeof BatchAddRequest>;
export type CancelOrderRequest = Static<typeof CancelOrderRequest>;
export type CancelAllRequest = Static<typeof CancelAllRequest>;
export type BatchCancelRequest = Static<typeof BatchCancelRequest>;
export type CancelAllAfterRequest = Static<typeof CancelAllAfterRequest>;
export type OffersDeliveredRequest = Static<typeof OffersDeliveredRequest>;
export type OffersDeclinedRequest = Static<typeof OffersDeclinedRequest>;
export type SettlementSubmittedRequest = Static<typeof SettlementSubmittedRequest>;
export type LadderDeliveredRequest = Static<typeof LadderDeliveredRequest>;
export type Request =
  | PingRequest
  | SubscribeRequest
  | AddOrderRequest
  | AmendOrderRequest
  | BatchAddRequest
  | CancelOrderRequest
  | CancelAllRequest
  | BatchCancelRequest
  | CancelAllAfterRequest
  | OffersDeliveredRequest
  | OffersDeclinedRequest
  | SettlementSubmittedRequest
  | LadderDeliveredRequest;
export type ChannelName = SubscribeRequest['params']['channel'];
