import { gatewayErrors, refusalErrors } from '@wattlot/client/frames';
import { expect, test } from 'vitest';
import { instrument, ownOrder, ownTrade } from '../testing/market.ts';
import { newsOf } from '../fold/notices.ts';
import { orderState, refusalText, settlementOf } from './words.ts';

const wording = { instrument, isDiscreet: false, language: 'en' } as const;

test.each([...new Set([...Object.values(refusalErrors), ...Object.values(gatewayErrors)])])(
  '%s has plain words',
  (error) => {
    const text = refusalText(error);
    expect(text).not.toBe(error);
    expect(text).not.toMatch(/^E[A-Z]/);
  },
);

test('an error that nobody knows is shown as it came, made harmless', () => {
  expect(refusalText('EOrder:\u001b[2JNew')).toBe('EOrder:�[2JNew');
});

test.each([
  [
    'more ecoin than is issued unasked:10000',
    'a household may hold 10000 ecoin here: ask for less',
  ],
  ['the operator refuses:no meter', 'the operator refuses: no meter'],
  ['something new', 'not allowed: something new'],
])('what is denied for "%s" reads "%s"', (detail, text) => {
  expect(refusalText(`EGeneral:Permission denied:${detail}`)).toBe(text);
});

test.each([
  [{ timeInForce: 'ioc' }, 'IOC: nobody took the rest'],
  [{ timeInForce: 'fok' }, 'FOK: not all of it could trade at once'],
  [{ timeInForce: 'ioc', type: 'market' }, 'market: nobody took the rest'],
  [{ timeInForce: 'ioc', whole: true }, 'nobody took the rest at once'],
] as const)('what may not wait and ends as %j says "%s"', (kind, reason) => {
  const after = ownOrder(5, 'bid', 900, 96, {
    ...kind,
    cancelled: 900,
    status: 'done',
    reason: 'not_filled_at_once',
  });
  expect(newsOf(wording, undefined, after).map(({ text }) => text)).toEqual([
    `Cancelled 900 lots of your bid at 96: ${reason}`,
  ]);
});

test('an order is in one word where it is', () => {
  const settled = [ownTrade(7, 149, 6, 'settled')];
  const words = [
    ownOrder(1, 'bid', 10, 149, { status: 'pending' }),
    ownOrder(1, 'bid', 10, 149),
    ownOrder(1, 'bid', 10, 149, { filled: 6 }),
    ownOrder(1, 'bid', 6, 149, {
      filled: 6,
      status: 'done',
      trades: [ownTrade(7, 149, 6, 'submitted')],
    }),
    ownOrder(1, 'bid', 6, 149, {
      filled: 6,
      status: 'done',
      trades: [ownTrade(7, 149, 6, 'overdue')],
    }),
    ownOrder(1, 'bid', 6, 149, { filled: 6, status: 'done', trades: settled }),
    ownOrder(1, 'bid', 10, 149, { filled: 6, cancelled: 4, status: 'done', trades: settled }),
    ownOrder(1, 'bid', 10, 149, { cancelled: 10, status: 'done' }),
  ].map(orderState);
  expect(words).toEqual([
    'signing',
    'open',
    'partly',
    'settling',
    'overdue',
    'settled',
    'cut short',
    'cancelled',
  ]);
});

test('the txid of a lot that was released is not the one of a settlement', () => {
  const order = ownOrder(1, 'bid', 2, 149, {
    filled: 1,
    trades: [ownTrade(7, 149, 1, 'settled'), ownTrade(8, 149, 1, 'released')],
  });
  expect(settlementOf(order)).toEqual({
    settled: 1,
    released: 1,
    overdue: 0,
    value: 149,
    txid: '0007'.repeat(16),
  });
});

test('an order tells its life in sentences', () => {
  const pending = ownOrder(5, 'bid', 20, 149, { status: 'pending' });
  const open = ownOrder(5, 'bid', 20, 149);
  const partly = ownOrder(5, 'bid', 20, 149, { filled: 12 });
  const settled = ownOrder(5, 'bid', 20, 149, {
    filled: 12,
    trades: [ownTrade(7, 149, 12, 'settled')],
  });
  const gone = {
    ...settled,
    ...ownOrder(5, 'bid', 20, 149, {
      filled: 12,
      cancelled: 8,
      status: 'done',
      reason: 'requested',
      trades: settled.trades,
    }),
  };
  const told = [
    newsOf(wording, undefined, pending),
    newsOf(wording, pending, open),
    newsOf(wording, open, partly),
    newsOf(wording, partly, settled),
    newsOf(wording, settled, gone),
  ].flatMap((news) => news.map(({ tone, text }) => `${tone}: ${text}`));
  expect(told).toEqual([
    'plain: On the book: bid 20 lots at 149',
    'good: Filled 12 lots of your bid, 8 still open; settling',
    'good: Settled 12 lots of your bid: 17.88 ecoin, on average 149, tx 000700070007…',
    'plain: Cancelled 8 lots of your bid at 149: as you asked',
  ]);
});

test('a trade told without its lots counts by its own settlement', () => {
  const bare = { ...ownTrade(7, 149, 6, 'settled'), lots: [] };
  const order = ownOrder(1, 'bid', 6, 149, { filled: 6, status: 'done', trades: [bare] });
  expect(settlementOf(order)).toEqual({ settled: 6, released: 0, overdue: 0, value: 894 });
  expect(orderState(order)).toBe('settled');
  const partly = ownOrder(1, 'bid', 6, 149, { filled: 5, cancelled: 1, status: 'done' });
  expect(settlementOf({ ...partly, trades: [bare] }).settled).toBe(5);
});

test('what was paid is said with the average price, of exactly the lots it is about', () => {
  const before = ownOrder(5, 'ask', 5, 160);
  const trades = [ownTrade(7, 162, 2, 'settled'), ownTrade(8, 164, 3, 'settled')];
  const after = ownOrder(5, 'ask', 5, 160, { filled: 5, status: 'done', trades });
  expect(newsOf(wording, before, after).map(({ text }) => text)).toEqual([
    'Filled 5 lots of your ask: 8.16 ecoin, on average 163.2; settling',
    'Settled all 5 lots of your ask: 8.16 ecoin, on average 163.2, tx 000800080008…',
  ]);
  const discreet = newsOf({ ...wording, isDiscreet: true }, before, after).map(({ text }) => text);
  expect(discreet[0]).toBe('Filled *** lots of your ask: *** ecoin; settling');
});

test('bad news comes last, so that the message line shows it', () => {
  const before = ownOrder(5, 'ask', 3, 149, { filled: 3, status: 'done' });
  const after = ownOrder(5, 'ask', 3, 149, {
    filled: 2,
    trades: [
      ownTrade(7, 149, 1, 'settled'),
      ownTrade(8, 149, 1, 'overdue'),
      ownTrade(9, 149, 1, 'released'),
    ],
  });
  const tones = newsOf(wording, before, after).map(({ tone }) => tone);
  expect(tones.at(-1)).toBe('bad');
  expect(tones).toContain('good');
});
