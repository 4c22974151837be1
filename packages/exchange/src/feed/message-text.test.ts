import { gatewayErrors, socketError, timeText } from '@wattlot/client/frames';
import type { ExecutionReport, TradeMessage } from '@wattlot/client/frames';
import { toTxid } from '@wattlot/core';
import type { LotState, OrderView, TradeView } from '@wattlot/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactInstant, exactLots, sure } from '../exact.ts';
import { Flow } from '../journal/flow.ts';
import { defaultTerms } from '../terms.ts';
import { findAsset } from '../testing.ts';
import { instrumentOf } from './instrument.ts';
import { quoted, replyText, reportsText, tradesText } from './message-text.ts';
import { recordOf } from './orders.ts';
import { recordReports, stateReport, tradeReport } from './reports.ts';

const instrument = instrumentOf(
  defaultTerms,
  sure(findAsset('energy'), 'energy'),
  sure(findAsset('ecoin'), 'ecoin'),
);

/** Any text: control characters, halves of pairs and what JSON escapes among them. */
const anyText = fc.string({ unit: 'binary' });
const instant = fc.integer({ min: 0, max: 2_000_000_000_000_000 }).map(exactInstant);

test('a text is quoted as JSON quotes it', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.string()), (text) => {
      expect(quoted(text)).toBe(JSON.stringify(text));
    }),
    { numRuns: 1_000 },
  );
  for (let code = 0; code < 256; code += 1) {
    const text = String.fromCharCode(code);
    expect(quoted(text)).toBe(JSON.stringify(text));
  }
});

test('an answer has the bytes of its object', () => {
  const outcome = fc.oneof(
    fc.record({ result: fc.jsonValue(), orders_cancelled: fc.nat() }, { requiredKeys: ['result'] }),
    fc.constant({ result: undefined }),
    fc.record({ error: fc.oneof(anyText, fc.constant(socketError(gatewayErrors.notJson))) }),
  );
  const requestId = fc.option(fc.maxSafeNat(), { nil: undefined });
  fc.assert(
    fc.property(anyText, requestId, outcome, instant, (method, id, out, at) => {
      const object = {
        method,
        ...(id === undefined ? {} : { req_id: id }),
        success: 'result' in out,
        ...out,
        time_in: timeText(at),
        time_out: timeText(at),
      };
      const times = { timeIn: timeText(at), timeOut: timeText(at) };
      expect(replyText({ method, requestId: id, outcome: out, ...times })).toBe(
        JSON.stringify(object),
      );
    }),
  );
});

test('trades have the bytes of their objects', () => {
  const item = fc.record<TradeMessage['data'][number]>({
    symbol: anyText,
    side: fc.constantFrom('buy', 'sell'),
    price: fc.double({ noNaN: true, noDefaultInfinity: true }),
    qty: fc.double({ noNaN: true, noDefaultInfinity: true }),
    ord_type: fc.constant('limit'),
    trade_id: fc.maxSafeNat(),
    timestamp: instant.map(timeText),
  });
  fc.assert(
    fc.property(fc.constantFrom('snapshot', 'update'), fc.array(item), (type, data) => {
      expect(tradesText({ type, data })).toBe(JSON.stringify({ channel: 'trade', type, data }));
    }),
  );
});

test('reports of whatever happens have the bytes of their objects', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const reports = [...reportsOf(seed)];
      expect(reportsText(reports)).toBe(JSON.stringify(reports));
    }),
    { numRuns: 20 },
  );
});

test('reports of orders with every field have the bytes of their objects', () => {
  const txid = sure(toTxid('ab'.repeat(32)), 'txid');
  const states: readonly LotState[] = ['requested', 'submitted', 'settled'];
  let seen = 0;
  for (const { view, trade } of tradesOf(7)) {
    const lots = states.map((state, lot) => ({
      lot,
      volume: exactLots(1),
      state,
      ...(state === 'requested' ? {} : { txid }),
    }));
    const whole = { ...view, clientOrderId: '"\\é\u2028', expiresAt: view.placedAt, whole: true };
    const of = { instrument, view: whole, type: 'trade', at: view.placedAt, id: '1-1' } as const;
    const reports: ExecutionReport[] = [
      tradeReport(of, recordOf({ ...trade, lots })),
      tradeReport(of, recordOf(trade), []),
      stateReport({ ...of, type: 'canceled', reason: 'requested' }),
    ];
    expect(reportsText(reports)).toBe(JSON.stringify(reports));
    seen += 1;
  }
  expect(seen).toBeGreaterThan(0);
});

/** Orders with trades, from a market's life. */
function* tradesOf(seed: number): Generator<{ view: OrderView; trade: TradeView }> {
  const flow = new Flow({ seed, participants: 5, volume: 3, isWild: true });
  for (let count = 0; count < 300; count += 1) {
    for (const event of flow.next().events) {
      if (event.kind !== 'trade.made') continue;
      yield { view: event.resting, trade: event.trade };
      yield { view: event.incoming, trade: event.trade };
    }
  }
}

/** The reports of a market's life. */
function* reportsOf(seed: number): Generator<ExecutionReport> {
  const flow = new Flow({ seed, participants: 5, volume: 3, isWild: true });
  let id = 0;
  const idOf = (): string => `r-${(id += 1)}`;
  for (let count = 0; count < 300; count += 1) {
    const { entry, events } = flow.next();
    for (const event of events) {
      const { at } = entry;
      if (event.kind === 'order.cancelled') {
        const { view, reason } = event;
        yield stateReport({ instrument, view, type: 'canceled', at, id: idOf(), reason });
      } else if (event.kind === 'trade.updated') {
        const of = { instrument, type: 'status', at, id: idOf() } as const;
        const { trade, lots } = event;
        const view = tradesViews.get(trade.resting.order);
        if (view !== undefined) yield tradeReport({ ...of, view }, recordOf(trade), lots);
      } else if (event.kind === 'trade.made') {
        const { resting: view, trade } = event;
        tradesViews.set(view.order, view);
        const trades = new Map([[trade.trade, recordOf(trade)]]);
        yield* recordReports(instrument, { view, reason: undefined, at, trades }, idOf);
      } else if ('view' in event) {
        yield stateReport({ instrument, view: event.view, type: 'new', at, id: idOf() });
      }
    }
  }
}

const tradesViews = new Map<OrderView['order'], OrderView>();
