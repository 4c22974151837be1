import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { outputOf } from '../format/transaction.ts';
import { startNodeMarket } from '../testing/node-market.ts';
import type { NodeMarket, NodeParticipant } from '../testing/node-market.ts';
import { parseNodeUrl } from './node-url.ts';
import { openNodeWallet } from './open-node-wallet.ts';

let folder: string;
let path: string;
let nodes: NodeMarket;
let seller: NodeParticipant;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-node-wallet-'));
  path = join(folder, 'house.node');
  nodes = await startNodeMarket();
  seller = await nodes.participant({ energy: 20_000n });
});

afterEach(async () => {
  await nodes.end();
  rmSync(folder, { recursive: true });
});

function open(meter = false): ReturnType<typeof openNodeWallet> {
  return openNodeWallet({ path, url: seller.server.url, meter });
}

test('the addresses are chosen once, and kept in a file without a secret', async () => {
  const first = await open();
  expect(first.chain).toBe('wattlot');
  expect(first.wallet.address).toBe(seller.wallet.address);
  expect(first.wallet.meterAddress).toBe(first.wallet.address);
  await first.close();
  const metered = await open(true);
  const { address, meterAddress } = metered.wallet;
  expect(meterAddress).not.toBe(address);
  await metered.close();
  const again = await open(true);
  expect([again.wallet.address, again.wallet.meterAddress]).toEqual([address, meterAddress]);
  await again.close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const [, secret = ''] = /:([^@]+)@/.exec(seller.server.urlText) ?? [];
  expect(readFileSync(path, 'utf8')).not.toContain(decodeURIComponent(secret));
});

test('one process at a time, and the file is free after an error', async () => {
  const first = await open();
  await expect(open()).rejects.toMatchObject({ code: 'key_file_in_use' });
  await first.close();
  const nowhere = parseNodeUrl('http://user:hidden@127.0.0.1:1');
  const failing = openNodeWallet({ path, url: nowhere, meter: false });
  await expect(failing).rejects.toMatchObject({ code: 'chain_unreachable' });
  await expect(failing).rejects.not.toThrow('hidden');
  await (await open()).close();
});

test('a file of another chain, or of no form, is refused and left as it is', async () => {
  await (await open()).close();
  const text = readFileSync(path, 'utf8');
  const other = text.replace('"wattlot"', '"elsewhere"');
  writeFileSync(path, other);
  await expect(open()).rejects.toMatchObject({ code: 'other_chain' });
  expect(readFileSync(path, 'utf8')).toBe(other);
  writeFileSync(path, '{"format":');
  await expect(open()).rejects.toMatchObject({ code: 'key_file_unreadable' });
  const stranger = text.replace(/"address": "[^"]+"/, '"address": "1abc"');
  writeFileSync(path, stranger);
  await expect(open()).rejects.toMatchObject({ code: -709 });
});

test('locks put back after a restart end when what they are for was spent long before', async () => {
  const lots = await seller.wallet.split({ asset: 'energy', lotRaw: 1000n, count: 3 });
  await nodes.market.confirm();
  const outputs = lots.map(outputOf);
  await seller.wallet.renew(outputs.slice(0, 1));
  await nodes.market.confirm();
  seller.restart();
  const wallet = await seller.reopen();
  // As an agent does at its start: it does not know what became of them.
  await wallet.lock(outputs);
  const locked = async (): Promise<number> =>
    ((await seller.client.call('listlockunspent')) as unknown[]).length;
  expect(await locked()).toBe(3);
  await wallet.keepLocks();
  await wallet.split({ asset: 'energy', lotRaw: 1n, count: 1 });
  await nodes.market.confirm();
  await wallet.keepLocks();
  expect(await locked()).toBe(2 + 1);
  expect(await wallet.known(outputs)).toHaveLength(2);
});
