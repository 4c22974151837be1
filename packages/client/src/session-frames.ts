/** The frames that a session sends. */
import type { OrderId, SelfTrade } from '@wattlot/core';
import type { OrderWish } from './events.ts';
import { qtyOfLots, wireOfPrice } from './frames/instrument.ts';
import type { Instrument } from './frames/instrument.ts';
import type { Request, SubscribeRequest } from './frames/requests.ts';
import { timeText } from './frames/time.ts';
import { queueLevels } from './limits.ts';
import type { Amendment } from './open-changes.ts';
import type { Topic } from './subscriptions.ts';

type WithoutFrame<R> = R extends Request
  ? {
      readonly method: R['method'];
      readonly params: Omit<Extract<R, { params: unknown }>['params'], 'token'>;
    }
  : never;

/** A private request as its asker makes it: the session adds the token and the id. */
export type PrivateRequest = WithoutFrame<
  Exclude<Request, { method: 'ping' | 'subscribe' | 'unsubscribe' }>
>;

const selfTrades = {
  cancel_incoming: 'cancel_newest',
  cancel_resting: 'cancel_oldest',
  cancel_both: 'cancel_both',
} as const satisfies Record<SelfTrade, string>;

/** The request behind a wish. */
export function orderRequest(instrument: Instrument, wish: OrderWish): PrivateRequest {
  const { type = 'limit', expiresAt, whole = false, selfTrade } = wish;
  return {
    method: 'add_order',
    params: {
      order_type: type,
      side: wish.side === 'ask' ? 'sell' : 'buy',
      symbol: wish.symbol,
      order_qty: qtyOfLots(instrument, wish.volume),
      limit_price: wireOfPrice(instrument, wish.price),
      time_in_force: wish.timeInForce,
      post_only: wish.postOnly,
      ...(expiresAt === undefined ? {} : { expire_time: timeText(expiresAt) }),
      ...(whole ? { all_or_none: true } : {}),
      ...(selfTrade === undefined ? {} : { stp_type: selfTrades[selfTrade] }),
      cl_ord_id: wish.clientOrderId,
    },
  };
}

/** The request behind an amendment of an order in a market. */
export function amendRequest(
  instrument: Instrument,
  { order, change: { price, volume } }: Amendment,
): PrivateRequest {
  return {
    method: 'amend_order',
    params: {
      order_id: order,
      ...(volume === undefined ? {} : { order_qty: qtyOfLots(instrument, volume) }),
      ...(price === undefined ? {} : { limit_price: wireOfPrice(instrument, price) }),
    },
  };
}

export function cancelRequest(order: OrderId): PrivateRequest {
  return { method: 'cancel_order', params: { order_id: [order] } };
}

/** A private request as it is sent. */
export function requestFrame(
  { method, params }: PrivateRequest,
  { id, token }: { readonly id: number; readonly token: string },
): string {
  return JSON.stringify({ method, req_id: id, params: { ...params, token } });
}

export function pingFrame(id: number): string {
  return JSON.stringify({ method: 'ping', req_id: id });
}

/** Begins or ends a subscription; the token goes with private channels only. */
export function subscriptionFrame(
  method: SubscribeRequest['method'],
  { channel, symbol }: Topic,
  { id, depth, token }: { readonly id: number; readonly depth: number; readonly token?: string },
): string {
  const isPrivate = channel === 'executions' || channel === 'balances' || channel === 'agent';
  const params = {
    channel,
    ...(symbol === undefined ? {} : { symbol: [symbol] }),
    ...(channel === 'book' ? { depth } : {}),
    ...(channel === 'level3' ? { depth: queueLevels } : {}),
    ...(method === 'subscribe' ? { snapshot: true } : {}),
    ...(isPrivate ? { token } : {}),
  };
  return JSON.stringify({ method, req_id: id, params });
}
