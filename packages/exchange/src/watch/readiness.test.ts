import { toMarketSymbol } from '@wattlot/core';
import type { Phase } from '@wattlot/core';
import { expect, test } from 'vitest';
import { ExchangeError } from '../errors.ts';
import { sure } from '../exact.ts';
import { journalStalledMsMax, ledgerBehindMax } from '../limits.ts';
import { readLimits } from '../operating-limits.ts';
import { alice, TestMarket } from '../testing.ts';
import { readinessOf } from './readiness.ts';
import type { Readiness } from './readiness.ts';

const symbol = sure(toMarketSymbol('KWH/ECOIN'), 'symbol');

function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

class Watched {
  readonly market: TestMarket;
  readonly ledger: { height: number; trouble: string | undefined };

  constructor(market: TestMarket) {
    this.market = market;
    this.ledger = { height: market.height, trouble: undefined };
  }

  get health(): Readiness {
    const { state, sequencer, feed, clock } = this.market;
    return readinessOf({ state, sequencer, feed, clock, ledger: this.ledger });
  }
}

async function open(): Promise<Watched> {
  const limits = readLimits('f', 'order-backlog = 5\nbacklog = 10');
  return new Watched(await new TestMarket({ limits }).open());
}

test('all is well, and each phase is told: only those in which orders are taken are ready', async () => {
  const watched = await open();
  expect(watched.health).toEqual({ ready: true, journal: 'ok', ledger: 'ok', market: 'online' });
  const phases: readonly (readonly [Phase, string, boolean])[] = [
    ['pre_open', 'post_only', true],
    ['post_only', 'post_only', true],
    ['cancel_only', 'cancel_only', false],
    ['halted', 'maintenance', false],
    ['continuous', 'online', true],
    ['closed', 'maintenance', false],
  ];
  for (const [phase, market, ready] of phases) {
    await watched.market.submit({ kind: 'market.phase', market: symbol, phase });
    expect(watched.health, phase).toMatchObject({ market, ready });
  }
});

test('an exchange without a market is not ready', () => {
  expect(new Watched(new TestMarket()).health).toMatchObject({ ready: false });
});

test('a disk that hangs is stalled after a while, and busy once new orders are turned away', async () => {
  const watched = await open();
  const { market } = watched;
  market.journal.isHeld = true;
  const order = (): ReturnType<TestMarket['order']> =>
    market.order(alice, 'ask', { price: 10, volume: 1 });
  market.sequencer.post(order(), () => undefined);
  await turn();
  expect(watched.health).toMatchObject({ ready: true, journal: 'ok' });
  for (let count = 0; count < 5; count += 1) market.sequencer.post(order(), () => undefined);
  expect(watched.health).toMatchObject({ ready: false, journal: 'busy' });
  market.clock.micros += (journalStalledMsMax + 1) * 1000;
  expect(watched.health).toMatchObject({ ready: false, journal: 'stalled' });
  market.journal.isHeld = false;
  market.journal.release();
  await turn();
  await turn();
  expect(watched.health).toMatchObject({ ready: true, journal: 'ok' });
});

test('after a failure of the disk, and while it closes, nothing is ready', async () => {
  const failing = await open();
  failing.market.journal.failure = new ExchangeError('journal_io', 'the disk refused');
  failing.market.sequencer.post(
    failing.market.order(alice, 'ask', { price: 10, volume: 1 }),
    () => undefined,
  );
  await turn();
  expect(failing.health).toMatchObject({ ready: false, journal: 'stopped' });
  const closing = await open();
  await closing.market.sequencer.close();
  expect(closing.health).toMatchObject({ ready: false, journal: 'stopped' });
});

test('a ledger that cannot be asked, or whose blocks are not taken in, is not ready', async () => {
  const watched = await open();
  watched.ledger.trouble = 'the node does not answer';
  expect(watched.health).toMatchObject({ ready: false, ledger: 'unreachable' });
  watched.ledger.trouble = undefined;
  watched.ledger.height += ledgerBehindMax;
  expect(watched.health).toMatchObject({ ready: true, ledger: 'ok' });
  watched.ledger.height += 1;
  expect(watched.health).toMatchObject({ ready: false, ledger: 'behind' });
  for (let block = 0; block < 4; block += 1) await watched.market.advance({});
  expect(watched.health).toMatchObject({ ready: true });
});
