import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Operator } from './operator.ts';
import { CHAIN, holdings, NOW, startMarket } from '../testing/market.ts';
import type { TestMarket } from '../testing/market.ts';
import { openWalletJournal } from './wallet-journal.ts';

let market: TestMarket;

beforeEach(async () => {
  market = await startMarket();
});

afterEach(async () => {
  await market.end();
});

test('the market’s assets are open and have their units', () => {
  expect(market.chain.asset('energy')).toMatchObject({ multiple: 1000, open: true, issued: 0n });
  expect(market.chain.asset('ecoin')).toMatchObject({ multiple: 100, open: true, issued: 0n });
});

test('everything may be repeated, also after a restart, and then does nothing', async () => {
  const wallet = await market.wallet();
  const { height } = market.chain;
  await market.reopen();
  await market.operator.ensureMarket();
  await market.operator.admit(wallet.address);
  await market.operator.admitMeter(wallet.meterAddress);
  expect(market.chain.waiting).toBe(0);
  expect(market.chain.height).toBe(height);
});

test('a settlement address gets connect, send and receive and nothing more; a meter may issue energy and holds nothing', async () => {
  const wallet = await market.wallet();
  const energy = market.chain.asset('energy');
  if (!energy) throw new Error('no energy');
  const held = (address: typeof wallet.address): string[] =>
    [null, energy.id].flatMap((entity) =>
      market.chain.permissions(entity, [address]).map(({ type }) => type),
    );
  expect(held(wallet.address)).toEqual(['connect', 'send', 'receive']);
  expect(held(wallet.meterAddress)).toEqual(['connect', 'send', 'issue']);
});

test('ecoin issued with a reference is issued once, whatever happens in between', async () => {
  const wallet = await market.wallet();
  const path = join(market.folder, 'operator.sent');
  const { port, operatorKey: key } = market;
  const issue = { to: wallet.address, asset: 'ecoin', raw: 100n, reference: 'deposit 17' };
  const ids: string[] = [];
  for (let round = 0; round < 3; round++) {
    const journal = await openWalletJournal(path);
    const operator = new Operator({ chain: CHAIN, port, key, now: () => NOW, journal });
    ids.push(await operator.issueTo(issue), await operator.issueTo(issue));
    await journal.close();
    if (round > 0) await market.confirm();
  }
  expect(new Set(ids).size).toBe(1);
  expect(await holdings(wallet)).toEqual({ ecoin: 100n });
});

test('permissions are granted, listed and revoked, and doing it again does nothing', async () => {
  const { operator, chain } = market;
  const { address } = await market.wallet();
  const held = async (): Promise<unknown> =>
    (await operator.participants.permissionsOf([address])).get(address);
  expect(await held()).toEqual(['connect', 'send', 'receive']);
  await operator.participants.grantTo(address, ['issue', 'send']);
  await operator.participants.revokeFrom(address, ['send', 'receive']);
  expect(await held()).toEqual(['connect', 'issue']);
  await operator.participants.revokeFrom(address, ['issue']);
  await market.confirm();
  expect(await held()).toEqual(['connect']);
  await operator.participants.revokeFrom(address, ['send', 'issue']);
  expect(chain.waiting).toBe(0);
});

test('an asset of the same name with other units is refused', async () => {
  await expect(
    market.operator.ensureAsset({ name: 'energy', multiple: 10 }),
  ).rejects.toBeInstanceOf(RangeError);
});

test('a wallet without the permission is told so', async () => {
  const wallet = await market.wallet();
  const stranger = market.operator.address;
  await expect(wallet.issueMore({ asset: 'ecoin', raw: 5n })).rejects.toMatchObject({ code: -704 });
  await expect(wallet.pay({ asset: 'ecoin', raw: 5n, to: stranger })).rejects.toMatchObject({
    code: -6,
  });
  await expect(wallet.pay({ asset: 'gold', raw: 5n, to: stranger })).rejects.toMatchObject({
    code: -708,
  });
});
