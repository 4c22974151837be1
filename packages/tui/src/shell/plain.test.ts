import { expect, test } from 'vitest';
import { follow, linesOf, marketTable, printOnce } from './plain.ts';
import type { PlainOptions } from './plain.ts';
import { stillClock } from '../testing/clock.ts';
import type { ListedInstrument } from '@wattlot/client';
import { instant, instrument, live, noonMs, opening, sketchBook } from '../testing/market.ts';
import { symbolOf, trade } from '../testing/market.ts';
import { scriptedClient } from '../testing/scripted-client.ts';
import type { ScriptedClient } from '../testing/scripted-client.ts';
import { emptyView, foldEvent } from '../fold/view.ts';

const opened = opening.reduce((view, event) => foldEvent(view, event, 0), emptyView(''));

interface Plain {
  readonly options: PlainOptions;
  readonly script: ScriptedClient;
  readonly clock: ReturnType<typeof stillClock>;
  readonly printed: string[];
  readonly warned: string[];
  readonly end: () => void;
}

function plain(isJson: boolean): Plain {
  const script = scriptedClient();
  const clock = stillClock(noonMs);
  const printed: string[] = [];
  const warned: string[] = [];
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const options: PlainOptions = {
    client: script.client,
    isJson,
    clock,
    offsetMinutes: 0,
    print: (text) => printed.push(text),
    warn: (text) => warned.push(text),
    ended: promise.then(() => {}),
  };
  return { options, script, clock, printed, warned, end: () => resolve(undefined) };
}

test('the market is a table with straight columns', () => {
  expect(marketTable(opened, 0)).toEqual([
    'market               bid    lots     ask    lots    last    lots',
    'KWH/ECOIN            149      35     151      30     149      12',
  ]);
});

/** An hour of tomorrow, traded until half past two. */
const delivered: ListedInstrument = {
  ...instrument,
  symbol: symbolOf('KWH-0702-15/ECOIN'),
  phase: 'halted',
  delivery: {
    from: instant(Date.UTC(2026, 6, 2, 15)),
    to: instant(Date.UTC(2026, 6, 2, 16)),
    gate: instant(Date.UTC(2026, 6, 2, 14, 30)),
  },
};
const both = { kind: 'instruments', instruments: [instrument, delivered] } as const;

test('a market with a delivery has it and its gate in the table, in local time', () => {
  const [head, ...rows] = marketTable(foldEvent(opened, both, 0), 60);
  expect(head).toMatch(/ lots {2}delivery {11}gate$/);
  expect(rows[0]).toMatch(/^KWH\/ECOIN .*149 +12$/);
  expect(rows[1]).toMatch(/^KWH-0702-15\/ECOIN +- .*- {2}07-02 16:00-17:00 {2}07-02 15:30$/);
});

test('as JSON it has them in the words of the wire', () => {
  const after = foldEvent(opened, both, 0);
  const [line, ...others] = linesOf(opened, after, both, { isJson: true, offsetMinutes: 60 });
  expect(others).toEqual([]);
  expect(JSON.parse(line ?? '')).toEqual({
    event: 'market',
    market: 'KWH-0702-15/ECOIN',
    phase: 'halted',
    delivery_start: '2026-07-02T15:00:00.000000Z',
    delivery_end: '2026-07-02T16:00:00.000000Z',
    gate_closure: '2026-07-02T14:30:00.000000Z',
  });
});

test('follow: a market that opens or changes its phase is news, one that is as it was is none', () => {
  const options = { isJson: false, offsetMinutes: 0 };
  const after = foldEvent(opened, both, 0);
  expect(linesOf(opened, after, both, options)).toEqual([
    '         KWH-0702-15/ECOIN market halted, delivery 07-02 15:00-16:00, gate 07-02 14:30',
  ]);
  expect(linesOf(after, after, both, options)).toEqual([]);
  const { phase: _open, ...trading } = delivered;
  const open = { kind: 'instruments', instruments: [trading] } as const;
  expect(linesOf(after, foldEvent(after, open, 0), open, options)).toEqual([
    '         KWH-0702-15/ECOIN market trading, delivery 07-02 15:00-16:00, gate 07-02 14:30',
  ]);
});

test('once: the table is printed as soon as the market is whole', async () => {
  const { options, script, printed } = plain(false);
  const code = printOnce(options);
  script.say(...opening);
  expect(await code).toBe(0);
  expect(printed).toHaveLength(2);
});

test('once, as JSON: one object a market, in the numbers of the wire', async () => {
  const { options, script, printed } = plain(true);
  const code = printOnce(options);
  script.say(...opening);
  expect(await code).toBe(0);
  const market: unknown = JSON.parse(printed[0] ?? '');
  expect(market).toMatchObject({ event: 'market', market: 'KWH/ECOIN', last: 149 });
  expect(market).toMatchObject({
    bids: [
      [149, 0.35],
      [148, 0.12],
      [146, 0.6],
      [143, 0.08],
      [140, 1],
      [131, 0.03],
    ],
  });
});

test('once: an exchange that does not answer in time is exit code 3 and one line', async () => {
  const { options, clock, printed, warned } = plain(false);
  const code = printOnce(options);
  clock.pass(10_000);
  expect(await code).toBe(3);
  expect(printed).toEqual([]);
  expect(warned).toEqual(['no connection: connecting']);
});

test('once: an exchange that is not there is said at once', async () => {
  const { options, script, warned } = plain(false);
  const code = printOnce(options);
  script.say({ kind: 'connection', state: 'stale', reason: 'refused', retryInMs: 1000 });
  expect(await code).toBe(3);
  expect(warned).toEqual(['no connection: refused']);
});

test('follow: a line an event until the reader goes', async () => {
  const { options, script, printed, warned, end } = plain(false);
  const code = follow(options);
  script.say(...opening);
  script.say({ kind: 'book', book: sketchBook });
  script.say({ kind: 'trades', snapshot: false, trades: [trade(4, 'ask', 149, 2)] });
  end();
  expect(await code).toBe(0);
  expect(warned).toEqual(['LIVE']);
  expect(printed).toEqual([
    '         KWH/ECOIN market trading',
    '14:09:31 KWH/ECOIN book   bid 149 x 35   ask 151 x 30',
    '14:08:55 KWH/ECOIN trade  ask 4 lots at 148, 0.04 kWh',
    '14:09:01 KWH/ECOIN trade  bid 7 lots at 150, 0.07 kWh',
    '14:09:12 KWH/ECOIN trade  bid 12 lots at 149, 0.12 kWh',
    '14:09:31 KWH/ECOIN trade  ask 2 lots at 149, 0.02 kWh',
  ]);
});

test('follow, as JSON: every line is an object that names its event', () => {
  const lines = [live, ...opening].flatMap((event) =>
    linesOf(opened, opened, event, { isJson: true, offsetMinutes: 0 }),
  );
  expect(lines.map((text) => (JSON.parse(text) as { event: string }).event)).toEqual([
    'connection',
    'connection',
    'book',
    'trade',
    'trade',
    'trade',
  ]);
});
