/**
 * What the exchange sends on the socket. Numbers are the wire's decimals; `instrument.ts` leads back to lots and prices. Each client-side message
 * is checked against these schemas before anything believes it.
 */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { Level3Message, OhlcMessage, TickerMessage } from './market-data.ts';
import { ladderRungsMax, Rung } from './requests.ts';

const Time = Type.String();
const WireSide = Type.Union([Type.Literal('buy'), Type.Literal('sell')]);
const Snapshot = Type.Union([Type.Literal('snapshot'), Type.Literal('update')]);
const LotStateText = Type.Union([
  Type.Literal('requested'),
  Type.Literal('submitted'),
  Type.Literal('overdue'),
  Type.Literal('settled'),
  Type.Literal('released'),
]);

/** The answer to each request: `error` where `success` is false. */
export const Reply = Type.Object({
  method: Type.String(),
  req_id: Type.Optional(Type.Integer()),
  success: Type.Boolean(),
  error: Type.Optional(Type.String()),
  /** Of a subscription that was refused: the symbol that it is about. */
  symbol: Type.Optional(Type.String()),
  result: Type.Optional(Type.Unknown()),
  time_in: Time,
  time_out: Time,
});

/** The answer to `ping`. */
export const Pong = Type.Object({
  method: Type.Literal('pong'),
  req_id: Type.Optional(Type.Integer()),
});

export const OrderReplyResult = Type.Object({
  order_id: Type.String(),
  cl_ord_id: Type.Optional(Type.String()),
});

export const StatusMessage = Type.Object({
  channel: Type.Literal('status'),
  type: Type.Literal('update'),
  data: Type.Array(
    Type.Object({
      system: Type.Union([
        Type.Literal('online'),
        Type.Literal('post_only'),
        Type.Literal('cancel_only'),
        Type.Literal('maintenance'),
      ]),
      version: Type.String(),
      api_version: Type.Literal('v2'),
      connection_id: Type.Integer(),
    }),
  ),
});

export const HeartbeatMessage = Type.Object({ channel: Type.Literal('heartbeat') });

export const PairDescription = Type.Object({
  symbol: Type.String(),
  base: Type.String(),
  quote: Type.String(),
  status: Type.String(),
  price_increment: Type.Number(),
  price_precision: Type.Integer({ minimum: 0, maximum: 8 }),
  qty_increment: Type.Number(),
  qty_precision: Type.Integer({ minimum: 0, maximum: 8 }),
  qty_min: Type.Number(),
  /** Wattlot's own: the lot, and the whole numbers behind the decimals (`instrument.ts` gives their meaning). */
  qty_max: Type.Number(),
  price_floor: Type.Number(),
  price_cap: Type.Number(),
  /** When a market with a delivery is delivered, and when it closes; all three or none. */
  delivery_start: Type.Optional(Time),
  delivery_end: Type.Optional(Time),
  gate_closure: Type.Optional(Time),
  lot: Type.Object({
    base_units: Type.Integer({ minimum: 1 }),
    qty_units: Type.Integer({ minimum: 1 }),
    price_units: Type.Integer({ minimum: 1 }),
    volume_max: Type.Integer({ minimum: 1 }),
    tick: Type.Integer({ minimum: 1 }),
    price_floor: Type.Integer({ minimum: 1 }),
    price_cap: Type.Integer({ minimum: 1 }),
  }),
});

export const AssetDescription = Type.Object({
  id: Type.String(),
  status: Type.String(),
  precision: Type.Integer({ minimum: 0, maximum: 8 }),
  precision_display: Type.Integer({ minimum: 0, maximum: 8 }),
  /** Wattlot's own: the ledger's id of the asset, 32 hexadecimal digits. */
  ledger_id: Type.String({ pattern: '^[0-9a-f]{32}$' }),
});

export const InstrumentMessage = Type.Object({
  channel: Type.Literal('instrument'),
  type: Snapshot,
  data: Type.Object({
    assets: Type.Array(AssetDescription),
    pairs: Type.Array(PairDescription),
  }),
});

const WireLevel = Type.Object({ price: Type.Number(), qty: Type.Number() });

/** `seq` is the journal's number of the newest entry inside; `prev_seq` the one of this symbol's message before, 0 in a snapshot. */
export const BookMessage = Type.Object({
  channel: Type.Literal('book'),
  type: Snapshot,
  data: Type.Array(
    Type.Object({
      symbol: Type.String(),
      bids: Type.Array(WireLevel),
      asks: Type.Array(WireLevel),
      checksum: Type.Integer({ minimum: 0, maximum: 0xffffffff }),
      timestamp: Time,
      seq: Type.Integer({ minimum: 0 }),
      prev_seq: Type.Integer({ minimum: 0 }),
    }),
  ),
});

export const TradeMessage = Type.Object({
  channel: Type.Literal('trade'),
  type: Snapshot,
  data: Type.Array(
    Type.Object({
      symbol: Type.String(),
      side: WireSide,
      price: Type.Number(),
      qty: Type.Number(),
      /** What the incoming order was. */
      ord_type: Type.String(),
      /** A whole number: the core's trade id without its letter. */
      trade_id: Type.Integer({ minimum: 1 }),
      timestamp: Time,
    }),
  ),
});

/**
 * One step in an order's life. A message holds either trades or states, never both. Wattlot's own: `settlement` and `lots` say where the lots of
 * one trade stand, with `exec_type: "status"` when that is the only news.
 */
export const ExecutionReport = Type.Object({
  exec_type: Type.Union([
    Type.Literal('pending_new'),
    Type.Literal('new'),
    Type.Literal('trade'),
    Type.Literal('filled'),
    Type.Literal('canceled'),
    Type.Literal('expired'),
    Type.Literal('amended'),
    Type.Literal('restated'),
    Type.Literal('status'),
  ]),
  exec_id: Type.String(),
  order_id: Type.String(),
  cl_ord_id: Type.String(),
  symbol: Type.String(),
  side: WireSide,
  order_type: Type.Union([Type.Literal('limit'), Type.Literal('market')]),
  order_qty: Type.Number(),
  limit_price: Type.Number(),
  time_in_force: Type.String(),
  post_only: Type.Boolean(),
  /** Of a `gtd` order. */
  expire_time: Type.Optional(Time),
  /** Wattlot's own: trades in full or not at all. */
  all_or_none: Type.Optional(Type.Boolean()),
  order_status: Type.Union([
    Type.Literal('pending_new'),
    Type.Literal('new'),
    Type.Literal('partially_filled'),
    Type.Literal('filled'),
    Type.Literal('canceled'),
    Type.Literal('expired'),
  ]),
  cum_qty: Type.Number(),
  cum_cost: Type.Number(),
  avg_price: Type.Number(),
  timestamp: Time,
  reason: Type.Optional(Type.String()),
  /** Of this order, lots that will never trade; `order_qty = cum_qty + cancelled_qty + what remains`. */
  cancelled_qty: Type.Number(),
  trade_id: Type.Optional(Type.Integer({ minimum: 1 })),
  last_qty: Type.Optional(Type.Number()),
  last_price: Type.Optional(Type.Number()),
  cost: Type.Optional(Type.Number()),
  liquidity_ind: Type.Optional(Type.Union([Type.Literal('m'), Type.Literal('t')])),
  fees: Type.Optional(Type.Array(Type.Unknown())),
  settlement: Type.Optional(
    Type.Union([
      Type.Literal('requested'),
      Type.Literal('submitted'),
      Type.Literal('overdue'),
      Type.Literal('settled'),
      Type.Literal('released'),
    ]),
  ),
  /** The first transaction of the settlement, once there is one. */
  txid: Type.Optional(Type.String()),
  lots: Type.Optional(
    Type.Array(
      Type.Object({
        lot_id: Type.String(),
        state: LotStateText,
        txid: Type.Optional(Type.String()),
      }),
    ),
  ),
});

/**
 * `sequence` counts the messages of this subscription from 1 without gaps. The snapshot is one message, with `sequence` 1, unless none is asked for: all orders that are open or
 * have lots not yet final, and the newest of the others; of each order its state first, then its trades. Then come updates.
 */
export const ExecutionsMessage = Type.Object({
  channel: Type.Literal('executions'),
  type: Snapshot,
  sequence: Type.Integer({ minimum: 1 }),
  data: Type.Array(ExecutionReport),
});

export const BalancesMessage = Type.Object({
  channel: Type.Literal('balances'),
  type: Snapshot,
  sequence: Type.Integer({ minimum: 1 }),
  data: Type.Array(
    Type.Object({
      asset: Type.String(),
      balance: Type.Number(),
      /** The one wallet that each participant has here, for clients that add them up. */
      wallets: Type.Optional(
        Type.Array(Type.Object({ type: Type.String(), id: Type.String(), balance: Type.Number() })),
      ),
      hold: Type.Number(),
    }),
  ),
});

const OrderIdText = Type.String({ pattern: '^O[1-9][0-9]{0,15}$' });
const TradeIdText = Type.String({ pattern: '^T[1-9][0-9]{0,15}$' });
const OutputText = Type.String({ pattern: '^[0-9a-f]{64}:[0-9]{1,10}$' });
const OfferHex = Type.String({ pattern: '^([0-9a-f]{2}){1,2000}$' });
const SymbolText = Type.String({ pattern: '^[!-~]{1,65}$' });
const AddressText = Type.String({ pattern: '^[!-~]{1,64}$' });

/** The lots named must be made firm before `deadline`: an output each, holding `give`, and an offer that asks `want` for it. */
export const OffersRequested = Type.Object({
  kind: Type.Literal('offers.requested'),
  order_id: OrderIdText,
  symbol: SymbolText,
  side: WireSide,
  price: Type.Integer({ minimum: 1 }),
  lots: Type.Array(Type.Integer({ minimum: 0 })),
  deadline: Time,
});

/** A trade to complete before `deadline`: the offers of the resting order's lots. Those whose rungs are for 0, 1, 2 … may be taken in one transaction, any other in one of its own. */
export const SettlementRequested = Type.Object({
  kind: Type.Literal('settlement.requested'),
  trade_id: TradeIdText,
  /** The receiver's own (incoming) order, its side, and the trade's price in ecoin's smallest units per lot. */
  order_id: OrderIdText,
  symbol: SymbolText,
  side: WireSide,
  price: Type.Integer({ minimum: 1 }),
  /** Who made the offers: the resting order's address on the ledger, where each offer has to pay. */
  owner: AddressText,
  deadline: Time,
  lots: Type.Array(
    Type.Object({
      lot: Type.Integer({ minimum: 0 }),
      output: OutputText,
      offer: OfferHex,
      /** How many lots it stands for, where it is not one: all of a resting order that is all or none. */
      volume: Type.Optional(Type.Integer({ minimum: 1 })),
      rung: Type.Optional(Rung),
    }),
  ),
});

/**
 * Lots of the receiver's resting order that could settle together: a rung is wanted of each, for its place in this list. Nothing waits for it, and it
 * gives away no more than the offers of the same outputs do.
 */
export const LadderRequested = Type.Object({
  kind: Type.Literal('ladder.requested'),
  order_id: OrderIdText,
  symbol: SymbolText,
  side: WireSide,
  price: Type.Integer({ minimum: 1 }),
  lots: Type.Array(Type.Object({ lot: Type.Integer({ minimum: 0 }), output: OutputText }), {
    minItems: 1,
    maxItems: ladderRungsMax,
  }),
});

/** The receiver's lots whose completed trade may still appear or not: spend these outputs to yourself, so that it is decided. */
export const RenewalRequested = Type.Object({
  kind: Type.Literal('renewal.requested'),
  order_id: OrderIdText,
  lots: Type.Array(Type.Object({ lot: Type.Integer({ minimum: 0 }), output: OutputText })),
});

/** The receiver's outputs that no order needs any more: free to be spent or split anew. */
export const OutputsReleased = Type.Object({
  kind: Type.Literal('outputs.released'),
  order_id: OrderIdText,
  outputs: Type.Array(OutputText),
});

export const AgentTask = Type.Union([
  OffersRequested,
  SettlementRequested,
  LadderRequested,
  RenewalRequested,
  OutputsReleased,
]);

export const AgentMessage = Type.Object({
  channel: Type.Literal('agent'),
  type: Snapshot,
  data: Type.Array(AgentTask),
});

/** Every message by its channel. */
export const messageSchemas = {
  status: StatusMessage,
  heartbeat: HeartbeatMessage,
  instrument: InstrumentMessage,
  book: BookMessage,
  level3: Level3Message,
  trade: TradeMessage,
  ticker: TickerMessage,
  ohlc: OhlcMessage,
  executions: ExecutionsMessage,
  balances: BalancesMessage,
  agent: AgentMessage,
} as const;

export type Reply = Static<typeof Reply>;
export type Pong = Static<typeof Pong>;
export type OrderReplyResult = Static<typeof OrderReplyResult>;
export type StatusMessage = Static<typeof StatusMessage>;
export type HeartbeatMessage = Static<typeof HeartbeatMessage>;
export type PairDescription = Static<typeof PairDescription>;
export type AssetDescription = Static<typeof AssetDescription>;
export type InstrumentMessage = Static<typeof InstrumentMessage>;
export type BookMessage = Static<typeof BookMessage>;
export type TradeMessage = Static<typeof TradeMessage>;
export type ExecutionReport = Static<typeof ExecutionReport>;
export type ExecutionsMessage = Static<typeof ExecutionsMessage>;
export type BalancesMessage = Static<typeof BalancesMessage>;
export type OffersRequested = Static<typeof OffersRequested>;
export type SettlementRequested = Static<typeof SettlementRequested>;
export type LadderRequested = Static<typeof LadderRequested>;
export type RenewalRequested = Static<typeof RenewalRequested>;
export type OutputsReleased = Static<typeof OutputsReleased>;
export type AgentTask = Static<typeof AgentTask>;
export type AgentMessage = Static<typeof AgentMessage>;
export type Message =
  | StatusMessage
  | HeartbeatMessage
  | InstrumentMessage
  | BookMessage
  | Level3Message
  | TradeMessage
  | ExecutionsMessage
  | BalancesMessage
  | AgentMessage;
