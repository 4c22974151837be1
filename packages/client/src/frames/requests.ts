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
      Type.Literal('trade'),
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
    token: Type.Optional(Token),
  }),
});

export const AddOrderRequest = Type.Object({
  method: Type.Literal('add_order'),
  req_id: RequestId,
  params: Type.Object({
    token: Token,
    order_type: Type.Literal('limit'),
    side: Type.Union([Type.Literal('buy'), Type.Literal('sell')]),
    symbol: Symbol,
    order_qty: Type.Number(),
    limit_price: Type.Number(),
    time_in_force: Type.Optional(Type.Union([Type.Literal('gtc'), Type.Literal('ioc')])),
    post_only: Type.Optional(Type.Boolean()),
    cl_ord_id: Type.Optional(ClientOrderId),
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
  cancel_order: CancelOrderRequest,
  'offers.delivered': OffersDeliveredRequest,
  'offers.declined': OffersDeclinedRequest,
  'settlement.submitted': SettlementSubmittedRequest,
  'ladder.delivered': LadderDeliveredRequest,
} as const;

export type PingRequest = Static<typeof PingRequest>;
export type SubscribeRequest = Static<typeof SubscribeRequest>;
export type AddOrderRequest = Static<typeof AddOrderRequest>;
export type CancelOrderRequest = Static<typeof CancelOrderRequest>;
export type OffersDeliveredRequest = Static<typeof OffersDeliveredRequest>;
export type OffersDeclinedRequest = Static<typeof OffersDeclinedRequest>;
export type SettlementSubmittedRequest = Static<typeof SettlementSubmittedRequest>;
export type LadderDeliveredRequest = Static<typeof LadderDeliveredRequest>;
export type Request =
  | PingRequest
  | SubscribeRequest
  | AddOrderRequest
  | CancelOrderRequest
  | OffersDeliveredRequest
  | OffersDeclinedRequest
  | SettlementSubmittedRequest
  | LadderDeliveredRequest;
export type ChannelName = SubscribeRequest['params']['channel'];
