/**
 * The paper's scenario and a trade between two wallets, over RPC: on embedded nodes behind HTTP always, and on real MultiChain nodes when the URLs of three
 * of them are given in MULTICHAIN_RPC_ADMIN, MULTICHAIN_RPC_PRODUCER and MULTICHAIN_RPC_CONSUMER.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address, Txid } from '@wattlot/core';
import {
  journalInMemory,
  openPaperChain,
  openRpcWallet,
  outputOf,
  parseNodeUrl,
  playPaperOnNodes,
  RpcClient,
  serveRpc,
} from '@wattlot/ledger';
import type { HttpServer, PaperChain, RpcWallet } from '@wattlot/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, wattlot } from './run-wattlot.ts';

const ROLES = ['admin', 'producer', 'consumer'] as const;

type Role = (typeof ROLES)[number];
type Urls = Readonly<Record<Role, string>>;

/** Lots of the seller: more than the 50 from which on a real node's wallet merges small outputs that are not locked. */
const LOTS = 60;
const BLOCK_MS_MAX = 120_000;

/** Waits until a node has something. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + BLOCK_MS_MAX;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await sleep(100);
  }
}

async function confirmedAt(wallets: readonly RpcWallet[], txids: readonly Txid[]): Promise<void> {
  await until('a block', async () => {
    const depths = await Promise.all(wallets.map((wallet) => wallet.depths(txids)));
    return depths.flat().every((depth) => depth !== undefined && depth >= 1);
  });
}

/** What a wallet has of the two assets of this run. */
async function holdingsOf(wallet: RpcWallet, assets: readonly string[]): Promise<bigint[]> {
  const balances = await wallet.balances();
  return assets.map((name) => balances.find(({ asset }) => asset === name)?.raw ?? 0n);
}

/** Two wallets split, offer, complete and confirm; the rest is renewed. */
async function tradeBetweenWallets(nodes: Readonly<Record<Role, RpcClient>>): Promise<void> {
  const run = randomBytes(4).toString('hex');
  const [energy, ecoin] = [`kwh${run}`, `eco${run}`];
  const seller = await openRpcWallet({ node: nodes.producer, journal: journalInMemory() });
  const buyer = await openRpcWallet({ node: nodes.consumer, journal: journalInMemory() });
  const { admin } = nodes;
  await admin.call('grant', [`${seller.address},${buyer.address}`, 'connect,send,receive']);
  await until('the permissions', async () => {
    const held = await nodes.consumer.call('listpermissions', ['receive', buyer.address]);
    return Array.isArray(held) && held.length > 0;
  });
  const [from] = (await admin.call('getaddresses')) as [Address];
  const issues = [
    await admin.call('issuefrom', [from, seller.address, energy, 100, 0.001]),
    await admin.call('issuefrom', [from, buyer.address, ecoin, 100_000, 1]),
  ] as Txid[];
  await confirmedAt([seller, buyer], issues);

  const lots = await seller.split({ asset: energy, lotRaw: 1000n, count: LOTS });
  const want = { asset: ecoin, raw: 120n };
  const offers = await seller.signOffers({ outputs: lots, want });
  const rungs = await seller.signLadder({ outputs: lots.slice(0, 20), want });
  await confirmedAt([seller, buyer], [lots[0]?.txid as Txid]);
  // A block later every lot is still there: it was locked, and not merged.
  const outputs = lots.map(outputOf);
  expect(await seller.known(outputs)).toHaveLength(LOTS);

  const offered = outputs.map((output, lot) => {
    const script = rungs[lot];
    const rung = script === undefined ? undefined : { index: lot, script };
    return { lot, output, offer: offers[lot] ?? '', rung };
  });
  const terms = { owner: seller.address, give: { asset: energy, raw: 1000n }, want };
  const trade = { ...terms, trade: `ladder-${run}`, offers: offered.slice(0, 10) };
  const results = [
    ...(await buyer.completeTrade(trade)),
    ...(await buyer.completeTrade({
      ...terms,
      trade: `units-${run}`,
      offers: offered.slice(30, 37),
    })),
  ];
  const txids = results.map((result) => {
    if ('txid' in result) return result.txid;
    throw new Error(`lot ${result.lot}: ${JSON.stringify(result.failure)}`);
  });
  // Ten lots of a ladder in one transaction, seven lots in one each.
  expect(new Set(txids).size).toBe(8);
  await confirmedAt([seller, buyer], [...new Set(txids)]);
  expect(await buyer.completeTrade(trade)).toEqual(results.slice(0, 10));
  expect(await holdingsOf(buyer, [energy, ecoin])).toEqual([17_000n, 100_000n - 17n * 120n]);
  expect(await holdingsOf(seller, [energy, ecoin])).toEqual([83_000n, 17n * 120n]);

  const renewals = await seller.renew(outputs);
  expect(renewals).toHaveLength(1);
  await confirmedAt([seller, buyer], renewals);
  const [late] = await buyer.completeTrade({
    ...terms,
    trade: `late-${run}`,
    offers: offered.slice(50, 51),
  });
  expect(late).toMatchObject({ failure: { code: 'output_spent' } });
}

function clientsOf(urls: Urls): Record<Role, RpcClient> {
  const client = (role: Role): RpcClient => new RpcClient({ url: parseNodeUrl(urls[role]) });
  return { admin: client('admin'), producer: client('producer'), consumer: client('consumer') };
}

function tests(urls: () => Urls): void {
  it("plays the paper's scenario, and again on the same chain", { timeout: 600_000 }, async () => {
    for (let time = 0; time < 2; time++) {
      const lines: string[] = [];
      const print = (line: string): void => void lines.push(line);
      await playPaperOnNodes({ nodes: clientsOf(urls()), print, now: () => performance.now() });
      expect(lines.at(-1)).toMatch(
        /^The producer has 1000 (ecoin\d*), the consumer 19000 \1 and 1 energy\d*\.$/,
      );
    }
  });

  it('lets two wallets split, offer, complete, confirm and renew', { timeout: 600_000 }, () =>
    tradeBetweenWallets(clientsOf(urls())),
  );

  it('is played by the command, which ends with 0 and shows no password', async () => {
    const { admin, producer, consumer } = urls();
    const nodes = ['--admin', admin, '--producer', producer, '--consumer', consumer];
    const { code, out, err } = await wattlot(['paper', ...nodes]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('19000');
    for (const url of Object.values(urls())) {
      const secret = decodeURIComponent(new URL(url).password);
      expect(out).not.toContain(secret);
    }
  });
}

describe.each(['1.0.9', '2.3'] as const)('over RPC on embedded nodes that speak %s', (dialect) => {
  const password = randomBytes(9).toString('base64');
  let folder: Awaited<ReturnType<typeof emptyFolder>>;
  let chain: PaperChain;
  let servers: Record<Role, HttpServer>;
  let blocks: ReturnType<typeof setInterval>;

  beforeAll(async () => {
    folder = await emptyFolder();
    const place = { folder: folder.folder, random: randomBytes, now: Date.now };
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
    blocks = setInterval(() => void chain.confirm(), 300);
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

  tests(() => {
    return { admin: urlOf('admin'), producer: urlOf('producer'), consumer: urlOf('consumer') };
  });

  it('tells by the exit code what was wrong', async () => {
    const [one, two] = [urlOf('admin'), urlOf('producer')];
    const codes = await Promise.all(
      [
        ['--admin', one],
        ['--admin', one, '--producer', two, '--consumer', 'http://127.0.0.1:1'],
        ['--admin', one, '--producer', two, '--consumer', two],
        ['--admin', one, '--producer', two, '--consumer', 'http://u:hidden@127.0.0.1:1'],
      ].map((args) => wattlot(['paper', ...args])),
    );
    expect(codes.map(({ code }) => code)).toEqual([2, 2, 1, 3]);
    for (const { err } of codes) {
      expect(err).toMatch(/^wattlot: .+\n$/);
      expect(err).not.toContain('hidden');
    }
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
  process.stderr.write(`not tested on real MultiChain nodes: ${names} are not set\n`);
}

describe.skipIf(!real)('over RPC on real MultiChain nodes', () => {
  tests(() => real ?? { admin: '', producer: '', consumer: '' });
});
