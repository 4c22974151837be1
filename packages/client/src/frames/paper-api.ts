/** The paper's functions for whoever trades, under `/v1/` and the paper's names. They do what the dialect's do, for a session of a login instead of an API key. */
import { Type } from 'typebox';
import type { Static } from 'typebox';

const Text = Type.String();
const SymbolText = Type.String({ minLength: 1, maxLength: 65 });

/** `POST /v1/exchange_list`: the orders that rest on a market's book, best first, never whose they are. */
export const ExchangeListRequest = Type.Object({
  symbol: SymbolText,
  /** Orders a side; 100 unless said otherwise. */
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
});
const ListedOrder = Type.Object({ order_id: Text, limit_price: Text, order_qty: Text });
export const ExchangeListResult = Type.Object({
  symbol: Text,
  asks: Type.Array(ListedOrder),
  bids: Type.Array(ListedOrder),
});

/**
 * `POST /v1/register_ask` and `POST /v1/register_bid` (Bearer): a limit order that rests until it is filled or cancelled. Prices and quantities as on the socket. Another field is
 * refused: whoever sends one means another order.
 */
export const RegisterOrderRequest = Type.Object(
  {
    symbol: SymbolText,
    limit_price: Type.Number({ exclusiveMinimum: 0 }),
    order_qty: Type.Number({ exclusiveMinimum: 0 }),
    /** Makes it safe to repeat. */
    cl_ord_id: Type.Optional(Type.String({ pattern: '^[ -~]{1,36}$' })),
  },
  { additionalProperties: false },
);
export const RegisterOrderResult = Type.Object({ order_id: Text, cl_ord_id: Text });

export type ExchangeListRequest = Static<typeof ExchangeListRequest>;
export type ExchangeListResult = Static<typeof ExchangeListResult>;
export type RegisterOrderRequest = Static<typeof RegisterOrderRequest>;
export type RegisterOrderResult = Static<typeof RegisterOrderResult>;
