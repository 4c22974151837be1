import type { Output } from '@wattlot/core';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KnownOutput } from '../format/offer.ts';
import { outputOf } from '../format/transaction.ts';
import { DUST_OUTPUTS_MIN, WALLET_INPUTS_MAX } from '../limits.ts';
import { RpcError } from '../rpc-error.ts';
import { holdings, startMarket } from '../testing/market.ts';
import type { TestMarket } from '../testing/market.ts';
import type { Wallet } from './wallet.ts';

const LOT = 10n;

let market: TestMarket;

beforeEach(async () => {
  market = await startMarket();
});

afterEach(() => market.end());

function split(wallet: Wallet, count: number, lotRaw = LOT): Promise<readonly KnownOutput[]> {
  return wallet.split({ asset: 'energy', lotRaw, count });
}

/** Names of outputs. */
function names(lots: readonly KnownOutput[]): Output[] {
  return lots.map(outputOf);
}

/** The free outputs of the wallet, by how much energy they hold. */
async function freeOf(wallet: Wallet): Promise<bigint[]> {
  return wallet.view.run(() =>
    [...wallet.view.outputs()]
      .filter((output) => !wallet.view.isLocked(outputOf(output)))
      .flatMap(({ assets }) => assets.map(({ raw }) => raw)),
  );
}

test('lots of an order that is cancelled are ready for the next of the same size, which needs no transaction', async () => {
  const wallet = await market.wallet({ energy: 1000n });
  await wallet.renew(names(await split(wallet, 5)));
  const second = await split(wallet, 5);
  await wallet.renew(names(second));
  await market.confirm();
  const third = await split(wallet, 5);
  expect(market.chain.waiting).toBe(0);
  // Fresh outputs: whoever has an offer on the old ones has nothing.
  expect(names(third)).not.toEqual(expect.arrayContaining([names(second)[0]]));
  expect(await wallet.known(names(third))).toHaveLength(5);
  const [, rest] = [await wallet.balances(), await freeOf(wallet)];
  expect(rest.reduce((sum, raw) => sum + raw, 0n)).toBe(950n);
  // More than are ready: the others are split off.
  await wallet.renew(names(third));
  const more = await split(wallet, 8);
  expect(new Set(names(more)).size).toBe(8);
  expect(market.chain.waiting).toBe(2);
});

test('an output whose lock was taken off without a renewal is never used for another order', async () => {
  const wallet = await market.wallet({ energy: 1000n });
  await split(wallet, 1);
  const exposed = names(await split(wallet, 3));
  wallet.unlock(exposed);
  const next = names(await split(wallet, 3));
  expect(next.filter((output) => exposed.includes(output))).toEqual([]);
});

test('lots of a size that is not wanted again are merged by their renewal', async () => {
  const wallet = await market.wallet({ energy: 1000n });
  await split(wallet, 1, 20n);
  const lots = await split(wallet, 4, 30n);
  const before = (await freeOf(wallet)).length;
  await wallet.renew(names(lots));
  expect(await freeOf(wallet)).toHaveLength(before + 1);
});

test('a split that fails leaves the lots ready, and nothing locked', async () => {
  const wallet = await market.wallet({ energy: 50n });
  await wallet.renew(names(await split(wallet, 2)));
  await wallet.renew(names(await split(wallet, 2)));
  await market.confirm();
  await expect(split(wallet, 9)).rejects.toBeInstanceOf(RpcError);
  expect(await split(wallet, 2)).toHaveLength(2);
  expect(market.chain.waiting).toBe(0);
});

test('a ready lot that a crash of the chain took away is not used', async () => {
  const wallet = await market.wallet({ energy: 100n });
  await wallet.renew(names(await split(wallet, 2)));
  const lots = await split(wallet, 2);
  await market.confirm();
  await wallet.renew(names(lots));
  await market.reopen();
  const again = names(await split(wallet, 2));
  expect(await wallet.known(again)).toHaveLength(2);
});

test('dust is combined, at most so many at a time, never what is locked or ready', async () => {
  const wallet = await market.wallet({ energy: 10_000n });
  const dust = names(await split(wallet, DUST_OUTPUTS_MIN + WALLET_INPUTS_MAX, 2n));
  const locked = await split(wallet, 3);
  await wallet.renew(names(await split(wallet, 4)));
  await market.confirm();
  expect(await wallet.tidy()).toBe(false);
  wallet.unlock(dust);
  expect(await wallet.tidy()).toBe(true);
  await market.confirm();
  expect(await freeOf(wallet)).toHaveLength(DUST_OUTPUTS_MIN + 1 + 1 + 4);
  expect(await wallet.known(names(locked))).toHaveLength(3);
  expect(await wallet.tidy()).toBe(true);
  await market.confirm();
  expect(await wallet.tidy()).toBe(false);
  expect(await split(wallet, 4)).toHaveLength(4);
  expect(market.chain.waiting).toBe(0);
  expect(await holdings(wallet)).toEqual({ energy: 10_000n });
});

test('whatever is split, renewed, paid and combined: value is conserved, and no output serves two orders', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('split' as const), count: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ kind: fc.constant('cancel' as const), order: fc.nat(20) }),
    fc.record({ kind: fc.constant('other-size' as const), count: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ kind: fc.constant('pay' as const) }),
    fc.record({ kind: fc.constant('tidy' as const) }),
    fc.record({ kind: fc.constant('block' as const) }),
  );
  const wallet = await market.wallet({ energy: 2_000n });
  const other = await market.wallet();
  let paid = 0n;
  let orders: Output[][] = [];
  /** Outputs that were ever on offer. */
  const offered = new Set<Output>();
  const place = async (count: number, raw: bigint): Promise<void> => {
    try {
      const made = names(await split(wallet, count, raw));
      for (const output of made) {
        expect(offered.has(output)).toBe(false);
        offered.add(output);
      }
      const known = await wallet.known(made);
      expect(known.map(({ assets }) => assets.map((held) => held.raw))).toEqual(
        made.map(() => [raw]),
      );
      orders.push(made);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      expect(error.code).toBe(-6);
    }
  };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      for (const one of steps) {
        if (one.kind === 'split') await place(one.count, LOT);
        if (one.kind === 'other-size') await place(one.count, 3n);
        if (one.kind === 'cancel') {
          const [order] = orders.splice(one.order % Math.max(orders.length, 1), 1);
          if (order) await wallet.renew(order);
        }
        if (one.kind === 'pay' && paid < 500n) {
          await wallet
            .pay({ asset: 'energy', raw: 1n, to: other.address })
            .catch((error: unknown) => {
              if (!(error instanceof RpcError)) throw error;
              paid -= 1n;
            });
          paid += 1n;
        }
        if (one.kind === 'tidy') await wallet.tidy();
        if (one.kind === 'block') await market.confirm();
        const { energy = 0n } = await holdings(wallet);
        expect(energy).toBe(2_000n - paid);
        // What is on offer is there, and nothing else has taken it.
        const live = orders.flat();
        expect(await wallet.known(live)).toHaveLength(live.length);
      }
      for (const order of orders) await wallet.renew(order);
      orders = [];
    }),
    { numRuns: 25 },
  );
});
