import { expect, test } from 'vitest';
import { StatsCounter } from '../stats.ts';
import { TestMarket } from '../testing.ts';
import { Meters } from './meters.ts';
import { Metrics } from './metrics.ts';

test('one answer counts the trades once, and the next one counts anew', async () => {
  const { state, journal, sequencer, feed } = await new TestMarket().open();
  const stats = new StatsCounter();
  let reads = 0;
  const metrics = new Metrics({
    state,
    journal,
    sequencer,
    ledger: { height: 0 },
    feed,
    stats: {
      fold: () => undefined,
      read: () => {
        reads += 1;
        return { ...stats.read(), orders: reads };
      },
    } as never,
    sockets: { size: 0, waitingBytes: 0 },
    admission: { waiting: 0 },
    meters: new Meters(),
    health: () => ({ ready: true, journal: 'ok', ledger: 'ok', market: 'online' }),
    version: 'test',
  });
  expect(await metrics.text()).toMatch(/^wattlot_orders_placed_total 1$/m);
  expect(reads).toBe(1);
  expect(await metrics.text()).toMatch(/^wattlot_orders_placed_total 2$/m);
  expect(reads).toBe(2);
});
