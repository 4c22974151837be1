import { afterEach, beforeEach, expect, test } from 'vitest';
import { startBlocks } from './block-producer.ts';
import { NOW, startMarket } from '../testing/market.ts';
import type { TestMarket } from '../testing/market.ts';

let market: TestMarket;

beforeEach(async () => {
  market = await startMarket();
});

afterEach(async () => {
  await market.end();
});

test('work is put into a block without being asked for, and none is made without work', async () => {
  const wallet = await market.wallet({ energy: 100n });
  const { height } = market.chain;
  const blocks = startBlocks(market.chain, { now: () => NOW, onError: fail, paceMs: 1 });
  const made = new Promise((resolve) => market.chain.onBlock(resolve));
  const [lot] = await wallet.split({ asset: 'energy', lotRaw: 10n, count: 1 });
  await made;
  expect(market.chain.height).toBe(height + 1);
  expect(lot && market.chain.transaction(lot.txid)?.block?.height).toBe(height + 1);
  await blocks.stop();
  expect(market.chain.height).toBe(height + 1);
});

test('stopping puts all that waits into blocks', async () => {
  const wallet = await market.wallet({ energy: 100n });
  const blocks = startBlocks(market.chain, { now: () => NOW, onError: fail });
  for (let i = 0; i < 5; i++) await wallet.split({ asset: 'energy', lotRaw: 1n, count: 2 });
  await blocks.stop();
  expect(market.chain.waiting).toBe(0);
  await wallet.split({ asset: 'energy', lotRaw: 1n, count: 2 });
  expect(market.chain.waiting).toBe(1);
});

function fail(error: unknown): void {
  throw error;
}
