/** The paper's exchange_list, register_ask and register_bid: the same orders by the same way as those of the dialect, under the paper's names. */
import {
  ExchangeListRequest,
  gatewayErrors,
  RegisterOrderRequest,
  unitsText,
} from '@wattlot/client/frames';
import type { ExchangeListResult, RegisterOrderResult } from '@wattlot/client/frames';
import type { Side } from '@wattlot/core';
import type { Feed } from '../feed/feed.ts';
import type { MarketFeed } from '../feed/market-feed.ts';
import { depthDefault } from '../limits.ts';
import { participantOf, Refused, tokenOf } from './calls.ts';
import type { AddCall } from './calls.ts';
import type { Desk, DeskRequest } from './desk.ts';
import type { Outcome } from './posting.ts';
import { readRequest } from './request.ts';
import type { Sessions } from './sessions.ts';

/** What the functions work with. */
export interface PaperApiOptions {
  readonly feed: Feed;
  readonly desk: Desk;
  readonly sessions: Sessions;
}

/** Adds the functions. */
export function addPaperApi(call: AddCall, { feed, desk, sessions }: PaperApiOptions): void {
  call('/v1/exchange_list', ExchangeListRequest, ({ symbol, count = depthDefault }) => {
    const market = feed.market(symbol);
    if (market === undefined) throw new Refused(400, gatewayErrors.unknownSymbol);
    const asks = listOf(market, 'ask', count);
    const bids = listOf(market, 'bid', count);
    return { symbol, asks, bids } satisfies ExchangeListResult;
  });
  const ask = (params: object): Promise<Outcome> => {
    const read = readRequest(JSON.stringify({ method: 'add_order', params }));
    if (read.kind === 'refused') return Promise.resolve({ error: read.error });
    return new Promise((respond) => desk.handle(read.request as DeskRequest, respond));
  };
  for (const side of ['sell', 'buy'] as const) {
    const path = side === 'sell' ? '/v1/register_ask' : '/v1/register_bid';
    call(path, RegisterOrderRequest, async (order, request) => {
      participantOf(sessions, request);
      const token = tokenOf(request);
      const outcome = await ask({ ...order, side, order_type: 'limit', token });
      if (!('error' in outcome)) {
        const { order_id, cl_ord_id } = outcome.result as RegisterOrderResult;
        return { order_id, cl_ord_id } satisfies RegisterOrderResult;
      }
      throw new Refused(400, outcome.error);
    });
  }
}

function listOf(market: MarketFeed, side: Side, count: number): ExchangeListResult['asks'] {
  const { instrument } = market;
  const { priceUnitsPerStep, pricePrecision, qtyUnitsPerLot, qtyPrecision } = instrument;
  return market.level3.resting(side, count).map(({ order, price, volume }) => ({
    order_id: order,
    limit_price: unitsText(price * priceUnitsPerStep, pricePrecision),
    order_qty: unitsText(volume * qtyUnitsPerLot, qtyPrecision),
  }));
}
