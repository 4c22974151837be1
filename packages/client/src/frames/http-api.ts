/**
 * The HTTP functions of the dialect, under `/0/`: what they take and what they give, in the one schema that validates and documents. Prices and quantities are
 * decimal text here. An answer is `{"error":[],"result":…}`, or `{"error":["…"]}` with an error string of `errors.ts`.
 */
import { Type } from 'typebox';
import type { Static, TSchema } from 'typebox';

export * from './api-keys.ts';

/** Markets named in one call at most. */
export const pairsPerCallMax = 100;

const Pair = Type.String({ minLength: 1, maxLength: 65 });
const Pairs = Type.String({ minLength: 1, maxLength: pairsPerCallMax * 66 });
const Whole = (digits: number): ReturnType<typeof Type.String> =>
  Type.String({ pattern: `^[0-9]{1,${digits}}$` });
const Decimal = Type.String({ pattern: '^[0-9]{1,15}([.][0-9]{1,8})?$', maxLength: 16 });
const ClientOrderId = Type.String({ pattern: '^[!-~]{1,36}$' });
const OrderIdText = Type.String({ pattern: '^O[1-9][0-9]{0,15}$' });
const Text = Type.String();
const Texts = (count: number): ReturnType<typeof Type.Array> =>
  Type.Array(Text, { minItems: count, maxItems: count });

/** A public function: parameters in the query. */
export interface PublicFunction {
  readonly summary: string;
  readonly query: TSchema;
  readonly result: TSchema;
}

/** A private function: parameters in the body, as a form or as JSON, `nonce` among them. */
export interface PrivateFunction {
  readonly summary: string;
  /** What the API key has to be good for. */
  readonly scope: 'read' | 'trade';
  readonly body: TSchema;
  readonly result: TSchema;
}

/** `GET /0/public/…` */
export const publicFunctions = {
  Time: {
    summary: 'The exchange’s clock.',
    query: Type.Object({}),
    result: Type.Object({ unixtime: Type.Integer(), rfc1123: Text }),
  },
  SystemStatus: {
    summary: 'What the exchange as a whole allows.',
    query: Type.Object({}),
    result: Type.Object({
      status: Type.Union([
        Type.Literal('online'),
        Type.Literal('post_only'),
        Type.Literal('cancel_only'),
        Type.Literal('maintenance'),
      ]),
      timestamp: Text,
    }),
  },
  Assets: {
    summary: 'The assets that are traded, by name.',
    query: Type.Object({}),
    result: Type.Record(
      Text,
      Type.Object({
        aclass: Text,
        altname: Text,
        decimals: Type.Integer(),
        display_decimals: Type.Integer(),
        status: Text,
      }),
    ),
  },
  AssetPairs: {
    summary:
      'The markets, under the names that were asked for: all, or those in `pair`, with commas between.',
    query: Type.Object({ pair: Type.Optional(Pairs) }),
    result: Type.Record(
      Text,
      Type.Object({
        altname: Text,
        wsname: Text,
        aclass_base: Text,
        base: Text,
        aclass_quote: Text,
        quote: Text,
        /** Wattlot's own: the assets' names on the ledger. */
        base_asset: Text,
        quote_asset: Text,
        pair_decimals: Type.Integer(),
        cost_decimals: Type.Integer(),
        lot_decimals: Type.Integer(),
        lot_multiplier: Type.Integer(),
        ordermin: Text,
        tick_size: Text,
        fees: Type.Array(Type.Array(Type.Number())),
        fees_maker: Type.Array(Type.Array(Type.Number())),
        status: Text,
        /** RFC 3339; there for a market with a delivery, all three or none. */
        delivery_start: Type.Optional(Text),
        delivery_end: Type.Optional(Text),
        gate_closure: Type.Optional(Text),
      }),
    ),
  },
  Depth: {
    summary:
      'The best levels of a book, 100 a side unless `count` says another number up to 500: price, quantity, seconds.',
    query: Type.Object({ pair: Pair, count: Type.Optional(Whole(3)) }),
    result: Type.Record(
      Text,
      Type.Object({
        asks: Type.Array(Type.Tuple([Text, Text, Type.Integer()])),
        bids: Type.Array(Type.Tuple([Text, Text, Type.Integer()])),
      }),
    ),
  },
  Trades: {
    summary:
      'The newest trades, oldest first, those after `since` (nanoseconds): price, quantity, seconds, `b` or `s`, `l`, nothing, id. `last` is the next `since`.',
    query: Type.Object({
      pair: Pair,
      since: Type.Optional(Whole(20)),
      count: Type.Optional(Whole(4)),
    }),
    result: Type.Record(
      Text,
      Type.Union([
        Type.Array(
          Type.Tuple([
            Text,
            Text,
            Type.Number(),
            Type.Union([Type.Literal('b'), Type.Literal('s')]),
            Text,
            Text,
            Type.Integer(),
          ]),
        ),
        Text,
      ]),
    ),
  },
  Ticker: {
    summary:
      'The best prices and the last 24 hours of all markets, or of those in `pair`. A price that there is none of is 0. The first of two figures is of today (UTC), the second of 24 hours.',
    query: Type.Object({ pair: Type.Optional(Pairs) }),
    result: Type.Record(
      Text,
      Type.Object({
        a: Texts(3),
        b: Texts(3),
        c: Texts(2),
        v: Texts(2),
        p: Texts(2),
        t: Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 }),
        l: Texts(2),
        h: Texts(2),
        o: Text,
      }),
    ),
  },
  OHLC: {
    summary:
      'Candles of `interval` minutes (1 unless said otherwise) that began after `since` (seconds): begin, open, high, low, close, average, volume, trades. An interval without a trade has none.',
    query: Type.Object({
      pair: Pair,
      interval: Type.Optional(Whole(5)),
      since: Type.Optional(Whole(12)),
    }),
    result: Type.Record(
      Text,
      Type.Union([
        Type.Array(
          Type.Tuple([Type.Integer(), Text, Text, Text, Text, Text, Text, Type.Integer()]),
        ),
        Type.Integer(),
      ]),
    ),
  },
} as const satisfies Record<string, PublicFunction>;

/** Strictly increasing for each key: milliseconds since 1970 do. */
const Nonce = Whole(19);

/** `POST /0/private/…`, with headers `API-Key` and `API-Sign`. */
export const privateFunctions = {
  GetWebSocketsToken: {
    summary: 'A token for the private channels and requests of the socket.',
    scope: 'read',
    body: Type.Object({ nonce: Nonce }),
    result: Type.Object({ token: Text, expires: Type.Integer() }),
  },
  Balance: {
    summary: 'What one owns, by asset; what orders hold is not taken off.',
    scope: 'read',
    body: Type.Object({ nonce: Nonce }),
    result: Type.Record(Text, Text),
  },
  BalanceEx: {
    summary: 'What one owns, by asset, and how much of it orders hold.',
    scope: 'read',
    body: Type.Object({ nonce: Nonce }),
    result: Type.Record(Text, Type.Object({ balance: Text, hold_trade: Text })),
  },
  OpenOrders: {
    summary: 'One’s pending and open orders, by id.',
    scope: 'read',
    body: Type.Object({ nonce: Nonce, cl_ord_id: Type.Optional(ClientOrderId) }),
    result: Type.Object({
      open: Type.Record(
        Text,
        Type.Object({
          refid: Type.Null(),
          userref: Type.Null(),
          cl_ord_id: Text,
          status: Type.Union([Type.Literal('pending'), Type.Literal('open')]),
          opentm: Type.Number(),
          starttm: Type.Number(),
          expiretm: Type.Number(),
          descr: Type.Object({
            pair: Text,
            type: Type.Union([Type.Literal('buy'), Type.Literal('sell')]),
            ordertype: Text,
            price: Text,
            price2: Text,
            leverage: Text,
            order: Text,
            close: Text,
          }),
          vol: Text,
          vol_exec: Text,
          cost: Text,
          fee: Text,
          price: Text,
          stopprice: Text,
          limitprice: Text,
          misc: Text,
          oflags: Text,
        }),
      ),
    }),
  },
  AddOrder: {
    summary: 'Places an order; the same as `add_order` on the socket.',
    scope: 'trade',
    body: Type.Object({
      nonce: Nonce,
      pair: Pair,
      type: Type.Union([Type.Literal('buy'), Type.Literal('sell')]),
      ordertype: Type.Union([Type.Literal('limit'), Type.Literal('market')]),
      volume: Decimal,
      price: Type.Optional(Decimal),
      timeinforce: Type.Optional(
        Type.Union([
          Type.Literal('GTC'),
          Type.Literal('GTD'),
          Type.Literal('IOC'),
          Type.Literal('FOK'),
        ]),
      ),
      /** Seconds since 1970, or with `+` from now; with GTD. */
      expiretm: Type.Optional(Type.String({ pattern: '^[+]?[0-9]{1,10}$' })),
      /** `post`, or flags about fees, of which there are none. */
      oflags: Type.Optional(Type.String({ pattern: '^(post|fcib|fciq)(,(post|fcib|fciq)){0,2}$' })),
      stptype: Type.Optional(
        Type.Union([
          Type.Literal('cancel-newest'),
          Type.Literal('cancel-oldest'),
          Type.Literal('cancel-both'),
        ]),
      ),
      cl_ord_id: Type.Optional(ClientOrderId),
      deadline: Type.Optional(Type.String({ maxLength: 27 })),
      /** Only look at it: the answer has no `txid`. */
      validate: Type.Optional(
        Type.Union([
          Type.Literal('true'),
          Type.Literal('1'),
          Type.Literal('false'),
          Type.Literal('0'),
        ]),
      ),
    }),
    result: Type.Object({
      descr: Type.Object({ order: Text }),
      txid: Type.Optional(Type.Array(Text, { minItems: 1, maxItems: 1 })),
    }),
  },
  CancelOrder: {
    summary: 'Takes an order back, by `txid` or `cl_ord_id`.',
    scope: 'trade',
    body: Type.Object({
      nonce: Nonce,
      txid: Type.Optional(OrderIdText),
      cl_ord_id: Type.Optional(ClientOrderId),
    }),
    result: Type.Object({ count: Type.Integer() }),
  },
  CancelAllOrdersAfter: {
    summary: 'The dead man’s switch, in seconds; 0 switches it off.',
    scope: 'trade',
    body: Type.Object({ nonce: Nonce, timeout: Whole(5) }),
    result: Type.Object({ currentTime: Text, triggerTime: Text }),
  },
} as const satisfies Record<string, PrivateFunction>;

export type PublicFunctionName = keyof typeof publicFunctions;
export type PrivateFunctionName = keyof typeof privateFunctions;
/** The parameters of a public function. */
export type PublicQuery<Name extends PublicFunctionName> = Static<
  (typeof publicFunctions)[Name]['query']
>;
/** The parameters of a private function. */
export type PrivateBody<Name extends PrivateFunctionName> = Static<
  (typeof privateFunctions)[Name]['body']
>;
