/**
 * A market on MultiChain nodes: the exchange on the operator's, a seller and a buyer on theirs. On embedded nodes behind HTTP always, and on real nodes when
 * their URLs are given in MULTICHAIN_RPC_ADMIN, MULTICHAIN_RPC_PRODUCER and MULTICHAIN_RPC_CONSUMER.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { toAmount } from '@wattlot/core';
import { startExchange } from '@wattlot/exchange';
import type { NodeSettings, RunningExchange } from '@wattlot/exchange';
import { openPaperChain, parseNodeUrl, serveRpc } from '@wattlot/ledger';
import type { HttpServer, PaperChain } from '@wattlot/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSettled, NodeHousehold, txidsOf } from './node-household.ts';
import { emptyFolder, wattlot } from './run-wattlot.ts';

const ROLES = ['admin', 'producer', 'consumer'] as const;

type Role = (typeof ROLES)[number];
type Urls = Readonly<Record<Role, string>>;

/** Plays a market from its first block to the end of a second exchange on the same journal. */
async function playMarket(urls: Urls, folder: string): Promise<void> {
  const run = randomBytes(4).toString('hex');
  const names = { energy: `kwh${run}`, ecoin: `eco${run}` };
  const faults: string[] = [];
  const nodeOf = (assets: typeof names): NodeSettings => {
    return { url: parseNodeUrl(urls.admin), depth: 2, names: assets };
  };
  const start = (node: NodeSettings | undefined = nodeOf(names)): Promise<RunningExchange> =>
    startExchange({
      folder: join(folder, 'exchange'),
      node,
      host: '127.0.0.1',
      port: 0,
      policy: 'open',
      log: (line, fields) => {
        if (fields?.level === 'warn' || fields?.level === 'error') faults.push(line);
      },
      failed: (error) => {
        throw error;
      },
    });
  const openSeller = (url: string): Promise<NodeHousehold> => {
    const keyFile = join(folder, 'seller');
    return NodeHousehold.open({ url, node: urls.producer, keyFile, name: 'seller', meter: 'own' });
  };
  const openBuyer = (url: string): Promise<NodeHousehold> => {
    const keyFile = join(folder, 'buyer');
    return NodeHousehold.open({ url, node: urls.consumer, keyFile, name: 'buyer' });
  };

  const first = await start();
  const seller = await openSeller(first.url);
  const buyer = await openBuyer(first.url);
  const ecoin = toAmount(100_000);
  if (ecoin === undefined) throw new Error('no amount');
  await buyer.participant.client.requestEcoin(ecoin);
  // The meter needs its first output in a block.
  await buyer.until(() => buyer.balances.get(names.ecoin)?.balance === 100_000);
  await seller.participant.wallet.issueMore({ asset: names.energy, raw: 1_000n });
  await seller.until(() => seller.balances.get(names.energy)?.balance === 1_000);

  // A ladder: ten lots in one transaction.
  const ask = await seller.place('ask', { price: 120, volume: 25 });
  await seller.until(() => seller.notes.some(({ kind }) => kind === 'laddered'));
  const bid = await buyer.place('bid', { price: 130, volume: 10 });
  const bought = await buyer.untilOrder(bid, isSettled);
  expect(bought).toMatchObject({ status: 'done', filled: 10, cancelled: 0 });
  expect(txidsOf(bought)).toHaveLength(1);
  await seller.untilOrder(ask, isSettled);
  await seller.until(() => seller.balances.get(names.ecoin)?.balance === 1_200);
  expect(buyer.balances.get(names.energy)).toMatchObject({ balance: 100 });

  // A bid whose owner is away, and an exchange that has been restarted: unit lots.
  await seller.participant.client.cancelOrder(ask);
  await seller.untilOrder(ask, ({ status }) => status === 'done');
  const resting = await buyer.place('bid', { price: 90, volume: 3 });
  await buyer.untilOrder(resting, ({ status }) => status === 'open');
  await buyer.participant.close();
  await seller.participant.close();
  await first.close();

  const second = await start();
  const again = await openSeller(second.url);
  const taking = await again.place('ask', { price: 80, volume: 3 });
  const sold = await again.untilOrder(taking, isSettled);
  expect(sold.trades).toMatchObject([{ price: 90, volume: 3 }]);
  expect(txidsOf(sold)).toHaveLength(3);
  await again.until(() => again.balances.get(names.ecoin)?.balance === 1_200 + 3 * 90);
  expect(again.balances.get(names.energy)).toMatchObject({ balance: 870, hold: 0 });
  expect(second.stats()).toMatchObject({ trades: 2, lots: 13, settled: 2, lotsSettled: 13 });
  const held = await again.participant.wallet.balances();
  expect(held.find(({ asset }) => asset === names.energy)?.raw).toBe(870n);
  await again.participant.close();
  await second.close();
  // The journal belongs to this chain and these assets.
  const others = start(nodeOf({ ...names, ecoin: 'another' }));
  await expect(others).rejects.toMatchObject({ code: 'ledger_mismatch' });
  expect(faults).toEqual([]);
}

describe.each(['1.0.9', '2.3'] as const)('on embedded nodes that speak %s', (dialect) => {
  const password = randomBytes(9).toString('base64');
  let folder: Awaited<ReturnType<typeof emptyFolder>>;
  let chain: PaperChain;
  let servers: Record<Role, HttpServer>;
  let blocks: ReturnType<typeof setInterval>;

  beforeAll(async () => {
    folder = await emptyFolder();
    const place = { folder: join(folder.folder, 'chain'), random: randomBytes, now: Date.now };
    chain = await openPaperChain({ ...place, dialect });
    const serve = (role: Role): Promise<HttpServer> =>
      serveRpc({
        node: chain[role],
        chain: 'energybc',
        user: 'multichainrpc',
        password,
        dialect,
        host: '127.0.0.1',
        port: 0,
        failed: (error) => {
          throw error;
        },
      });
    servers = {
      admin: await serve('admin'),
      producer: await serve('producer'),
      consumer: await serve('consumer'),
    };
    // An embedded chain makes no empty blocks; on a real one they go on for a while, and final is what has one more on top.
    const [own] = (await chain.admin.call('getaddresses')) as [string];
    const next = async (): Promise<void> => {
      await chain.admin.call('grant', [own, 'connect']);
      await chain.confirm();
    };
    blocks = setInterval(() => void next(), 200);
  });

  afterAll(async () => {
    clearInterval(blocks);
    for (const server of Object.values(servers)) await server.close();
    await chain.confirm();
    await chain.close();
    await folder.remove();
  });

  const urlOf = (role: Role): string =>
    `http://multichainrpc:${encodeURIComponent(password)}@127.0.0.1:${servers[role].port}`;

  it('trades a ladder and unit lots between two nodes', { timeout: 120_000 }, () =>
    playMarket(
      { admin: urlOf('admin'), producer: urlOf('producer'), consumer: urlOf('consumer') },
      folder.folder,
    ),
  );

  it('says in one line what is wrong with a node, and never the password', async () => {
    // A folder each: they run side by side.
    const data = (name: string): string => join(folder.folder, name);
    const outcomes = await Promise.all(
      [
        ['exchange', '--data', data('a'), '--port', '0', '--node', 'http://127.0.0.1:1'],
        ['exchange', '--data', data('b'), '--port', '0', '--node', 'http://u:hidden@127.0.0.1:1'],
        // No administrator.
        ['exchange', '--data', data('c'), '--port', '0', '--node', urlOf('consumer')],
        ['agent', '--data', data('d'), '--node', 'hidden'],
      ].map((args) => wattlot(args)),
    );
    expect(outcomes.map(({ code }) => code)).toEqual([2, 3, 1, 2]);
    for (const { out, err } of outcomes) {
      expect(err).toMatch(/^wattlot: .+\n$/);
      expect(out + err).not.toContain('hidden');
      expect(out + err).not.toContain(password);
    }
  });

  it('keeps the journals of embedded chains and of nodes apart', async () => {
    const place = { host: '127.0.0.1', port: 0, policy: 'open' } as const;
    const node = {
      url: parseNodeUrl(urlOf('admin')),
      depth: 1,
      names: { energy: 'e1', ecoin: 'c1' },
    };
    const [own, onNode] = [join(folder.folder, 'own'), join(folder.folder, 'on-node')];
    await (await startExchange({ ...place, folder: own })).close();
    const moved = startExchange({ ...place, folder: own, node });
    await expect(moved).rejects.toThrow('has a chain of its own: start it without --node');
    await (await startExchange({ ...place, folder: onNode, node })).close();
    const back = startExchange({ ...place, folder: onNode });
    await expect(back).rejects.toThrow('start it with --node');
  });
});

const env = (role: Role): string | undefined => process.env[`MULTICHAIN_RPC_${role.toUpperCase()}`];
const [admin, producer, consumer] = ROLES.map(env);
const real =
  admin !== undefined && producer !== undefined && consumer !== undefined
    ? { admin, producer, consumer }
    : undefined;
if (!real) {
  const names = ROLES.map((role) => `MULTICHAIN_RPC_${role.toUpperCase()}`).join(', ');
  process.stderr.write(`no market on real MultiChain nodes was tested: ${names} are not set\n`);
}

describe.skipIf(!real)('on real MultiChain nodes', () => {
  it('trades a ladder and unit lots between two nodes', { timeout: 1_800_000 }, async () => {
    const place = await emptyFolder();
    await playMarket(real ?? { admin: '', producer: '', consumer: '' }, place.folder);
    await place.remove();
  });
});
