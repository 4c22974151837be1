import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPaperChain } from './paper.ts';
import type { PaperChain, RpcNode } from './paper.ts';
import { rpcHelp } from './wallet-node.ts';

let folder: string;
let nodes: PaperChain;
let [admin, producer, consumer] = ['', '', ''];

async function addressOf(node: RpcNode): Promise<string> {
  const [address] = (await node.call('getaddresses')) as string[];
  return address ?? '';
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-node-'));
  nodes = await openPaperChain({ folder, random: randomBytes, now: () => 1_795_352_831_000 });
  admin = await addressOf(nodes.admin);
  producer = await addressOf(nodes.producer);
  consumer = await addressOf(nodes.consumer);
  const issue = (name: string, units: number): Promise<unknown> =>
    nodes.admin.call('issue', [admin, { name, open: true }, 1000, units]);
  await issue('energy', 0.001);
  await issue('ecoin', 1);
  for (const address of [producer, consumer]) {
    await nodes.admin.call('grant', [address, 'connect,send,receive']);
  }
  await nodes.admin.call('sendasset', [producer, 'energy', 100]);
  await nodes.admin.call('sendasset', [consumer, 'ecoin', 500]);
  await nodes.confirm();
});

afterEach(async () => {
  await nodes.close();
  rmSync(folder, { recursive: true });
});

/** The error of a call: code and message. */
async function refusal(node: RpcNode, method: string, ...params: unknown[]): Promise<string> {
  const { waiting } = nodes.chain;
  const error: unknown = await node.call(method, params).then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  expect(nodes.chain.waiting).toBe(waiting);
  return error instanceof Error && 'code' in error
    ? `${String(error.code)} ${error.message}`
    : String(error);
}

async function json(node: RpcNode, method: string, ...params: unknown[]): Promise<string> {
  return JSON.stringify(await node.call(method, params));
}

const NOTHING = '0'.repeat(64);

test('bad calls are refused in a node’s words, and nothing changes', async () => {
  const { consumer: node, producer: seller, admin: boss } = nodes;
  const stranger = await addressOf(nodes.producer);
  const cases: readonly (readonly [string, Promise<string>])[] = [
    ['-32601 Method not found', refusal(node, 'nosuchmethod')],
    ['-1 preparelockunspent assets [lock]', refusal(node, 'preparelockunspent')],
    ['-1 value is type str, expected real', refusal(node, 'preparelockunspent', { ecoin: '5' })],
    ['-1 value is type null, expected real', refusal(node, 'preparelockunspent', { ecoin: null })],
    ['-8 Invalid amount', refusal(node, 'preparelockunspent', 5)],
    ['-8 Invalid amount', refusal(node, 'preparelockunspent', { '': 1 })],
    ['-8 Negative asset quantity', refusal(node, 'preparelockunspent', { energy: -1 })],
    ['-8 Negative asset quantity', refusal(node, 'preparelockunspent', { ecoin: 1e19 })],
    ['-6 Insufficient funds', refusal(node, 'preparelockunspent', { energy: 1 })],
    [
      '-708 Issue transaction with this name not found: gold',
      refusal(node, 'preparelockunspent', { gold: 1 }),
    ],
    ['-5 Invalid address: x', refusal(node, 'preparelockunspentfrom', 'x', { ecoin: 5 })],
    [
      '-709 Private key for from-address is not found in this wallet',
      refusal(node, 'preparelockunspentfrom', stranger, { ecoin: 5 }),
    ],
    ['-715 Missing inputs', refusal(node, 'createrawexchange', NOTHING, 0, { energy: 1 })],
    ['-715 Missing inputs', refusal(node, 'createrawexchange', 'zz', 0, { energy: 1 })],
    ['-8 Invalid ask assets object', refusal(node, 'createrawexchange', NOTHING, 0, 'energy')],
    ['-22 TX decode failed', refusal(node, 'decoderawexchange', 'zz')],
    [
      '-1 CDataStream::read() : end of data: iostream error',
      refusal(node, 'appendrawexchange', 'zz', NOTHING, 0, { energy: 1 }),
    ],
    ['-3 Expected type str, got int', refusal(node, 'sendrawtransaction', 5)],
    [
      '-710 No information available about transaction',
      refusal(node, 'getrawtransaction', NOTHING, 1),
    ],
    ['-8 Invalid asset quantity', refusal(seller, 'sendasset', consumer, 'energy', -1)],
    [
      "-704 This wallet doesn't have addresses with admin permission",
      refusal(seller, 'grant', consumer, 'issue'),
    ],
    [
      '-704 Issuing more units for this asset is not allowed from this wallet',
      refusal(seller, 'issuemore', producer, 'energy', 1),
    ],
    [
      "-704 This wallet doesn't have keys with issue permission",
      refusal(seller, 'issue', producer, 'foo', 10),
    ],
    [
      '-705 Asset or stream with this name already exists',
      refusal(boss, 'issue', admin, 'energy', 10),
    ],
    ['-8 Invalid permission', refusal(boss, 'grant', producer, 'nosuchpermission')],
    ['-708 Entity with this name not found: gold', refusal(boss, 'grant', producer, 'gold.issue')],
    ['-3 Missing txid', refusal(node, 'lockunspent', false, [{ vout: 0 }])],
    ['-3 Expected type bool, got str', refusal(node, 'lockunspent', 'x')],
  ];
  for (const [expected, found] of cases) expect(await found).toBe(expected);
});

test('locked outputs are not spent and not counted, until they are unlocked', async () => {
  const { producer: node } = nodes;
  const prepared = await node.call('preparelockunspent', [{ energy: 60 }]);
  expect(await node.call('listlockunspent')).toEqual([prepared]);
  expect(await json(node, 'gettotalbalances', 0)).toContain('"qty":40.00000000');
  expect(await json(node, 'gettotalbalances', 0, false, true)).toContain('"qty":100.00000000');
  expect(await refusal(node, 'sendasset', consumer, 'energy', 50)).toBe('-6 Insufficient funds');
  expect(await node.call('lockunspent', [true, [prepared]])).toBe(true);
  await node.call('sendasset', [consumer, 'energy', 50]);
  expect(await json(node, 'gettotalbalances', 0)).toContain('"qty":50.00000000');
});

test('legs appended one after the other make one exchange, and a surplus is never lost', async () => {
  const { producer: seller, consumer: buyer } = nodes;
  const prepare = async (node: RpcNode, assets: object): Promise<[string, number]> => {
    const { txid, vout } = (await node.call('preparelockunspent', [assets])) as {
      txid: string;
      vout: number;
    };
    return [txid, vout];
  };
  const first = await prepare(seller, { energy: 1 });
  const second = await prepare(seller, { energy: 2 });
  const offer = await seller.call('createrawexchange', [...first, { ecoin: 10 }]);
  const more = (await seller.call('appendrawexchange', [offer, ...second, { ecoin: 30 }])) as {
    hex: string;
    complete: boolean;
  };
  expect(more.complete).toBe(false);
  const paid = await prepare(buyer, { ecoin: 50 });
  expect(await refusal(buyer, 'completerawexchange', more.hex, ...paid, { energy: 3 })).toBe(
    '-707 Incomplete exchange',
  );
  const ask = { energy: 3, ecoin: 10 };
  const complete = await buyer.call('completerawexchange', [more.hex, ...paid, ask]);
  await buyer.call('sendrawtransaction', [complete]);
  await nodes.confirm();
  expect(await json(seller, 'gettotalbalances')).toContain('"qty":40.00000000');
  expect(await json(buyer, 'gettotalbalances')).toContain('"qty":460.00000000');
  expect(await refusal(buyer, 'decoderawexchange', offer)).toMatch(/^-707 /);
});

test('a cancelled offer is dead', async () => {
  const { producer: seller, consumer: buyer } = nodes;
  const { txid, vout } = (await seller.call('preparelockunspent', [{ energy: 1 }])) as {
    txid: string;
    vout: number;
  };
  const offer = await seller.call('createrawexchange', [txid, vout, { ecoin: 10 }]);
  expect(await refusal(buyer, 'disablerawtransaction', offer)).toMatch(/^-714 /);
  await seller.call('disablerawtransaction', [offer]);
  const where = `Input: 0, txid: ${txid}, vout: ${vout}`;
  expect(await refusal(buyer, 'decoderawexchange', offer)).toBe(
    `-707 Conflicts with in-memory transactions; ${where}`,
  );
});

test('a text signed by an address is verified for it and for no other', async () => {
  const signature = await nodes.producer.call('signmessage', [producer, 'challenge']);
  const verify = (address: string, text: string): Promise<unknown> =>
    nodes.consumer.call('verifymessage', [address, signature, text]);
  expect(await verify(producer, 'challenge')).toBe(true);
  expect(await verify(producer, 'challenge ')).toBe(false);
  expect(await verify(consumer, 'challenge')).toBe(false);
  expect(await refusal(nodes.consumer, 'signmessage', producer, 'x')).toBe(
    '-5 Private key not available',
  );
});

test('a new address belongs to the wallet and is used once it is admitted', async () => {
  const address = await nodes.producer.call('getnewaddress');
  expect(await nodes.producer.call('listaddresses')).toEqual([
    { address: producer, ismine: true },
    { address, ismine: true },
  ]);
  expect(await refusal(nodes.producer, 'sendasset', address, 'energy', 1)).toBe(
    "-704 Destination address doesn't have receive permission",
  );
  await nodes.admin.call('grant', [address, 'receive']);
  await nodes.producer.call('sendasset', [address, 'energy', 1]);
  expect(await json(nodes.producer, 'getaddressbalances', address, 0)).toContain('1.00000000');
});

test('permissions that are revoked stop an offer, and let it go on when they are back', async () => {
  const { producer: seller, consumer: buyer, admin: boss } = nodes;
  const { txid, vout } = (await seller.call('preparelockunspent', [{ energy: 1 }])) as {
    txid: string;
    vout: number;
  };
  const offer = await seller.call('createrawexchange', [txid, vout, { ecoin: 10 }]);
  await boss.call('revoke', [producer, 'send']);
  expect(await refusal(buyer, 'decoderawexchange', offer)).toMatch(/doesn't have send permission/);
  await boss.call('grant', [producer, 'send']);
  await boss.call('revoke', [producer, 'receive']);
  expect(await refusal(buyer, 'decoderawexchange', offer)).toBe(
    "-707 Address doesn't have receive permission; Output: 0,",
  );
  await boss.call('grant', [producer, 'receive']);
  await buyer.call('decoderawexchange', [offer]);
});

test('help names every method once', () => {
  const names = rpcHelp().map((line) => line.split(' ')[0]);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('createrawexchange');
});
