/** A short run of what `npm run test:kill` does for longer. */
import { expect, test } from 'vitest';
import { kill } from './kill.ts';

test('an exchange killed at random moments keeps every acknowledged order, and goes on to settle', async () => {
  const killed = await kill({ cycles: 20, seed: 7, log: () => undefined });
  expect(killed.promised).toBeGreaterThan(100);
  expect(killed.orders).toBeGreaterThanOrEqual(killed.promised);
  expect(killed.settled).toBeGreaterThan(10);
  // Whoever follows came back each time, and was told every trade.
  expect(killed.resumed).toBeGreaterThanOrEqual(20);
  expect(killed.told).toBeGreaterThan(killed.trades * 0.9);
}, 480_000);
