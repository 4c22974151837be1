/** npm's `multichain-node`, unchanged, on embedded nodes behind HTTP: the paper's exchange, and errors as it expects them. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPaperChain, serveRpc } from '@wattlot/ledger';
import type { HttpServer, PaperChain } from '@wattlot/ledger';
import connect from 'multichain-node';
import { afterEach, beforeEach, expect, test } from 'vitest';

type Client = ReturnType<typeof connect>;

let folder: string;
let paper: PaperChain;
let servers: HttpServer[];
let failures: unknown[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-stock-'));
  paper = await openPaperChain({ folder, random: randomBytes, now: () => 1_795_352_831_000 });
  servers = [];
  failures = [];
});

afterEach(async () => {
  for (const server of servers) await server.close();
  await paper.close();
  rmSync(folder, { recursive: true });
  expect(failures).toEqual([]);
});

async function clientOf(node: 'admin' | 'producer' | 'consumer', pass = 'secret'): Promise<Client> {
  const server = await serveRpc({
    node: paper[node],
    chain: 'energybc',
    user: 'user',
    password: 'secret',
    dialect: '1.0.9',
    host: '127.0.0.1',
    port: 0,
    failed: (error) => failures.push(error),
  });
  servers.push(server);
  return connect({ host: '127.0.0.1', port: server.port, user: 'user', pass });
}

function ask<T>(client: Client, method: string, params: object | null = null): Promise<T> {
  return new Promise((resolve, reject) => {
    client[method]?.(params, (error, result) => {
      // What the client hands over is what the node said: an object with a code, or nothing.
      if (error === null || error === undefined) resolve(result as T);
      else reject(new Error(JSON.stringify(error)));
    });
  });
}

interface Balance {
  readonly name: string;
  readonly qty: number;
}

async function balances(client: Client): Promise<Record<string, number>> {
  const all = await ask<Balance[]>(client, 'getTotalBalances', []);
  return Object.fromEntries(all.map(({ name, qty }) => [name, qty]));
}

test('the stock client sells energy for ecoin', async () => {
  const [admin, producer, consumer] = [
    await clientOf('admin'),
    await clientOf('producer'),
    await clientOf('consumer'),
  ];
  expect(await ask(admin, 'getInfo')).toMatchObject({ chainname: 'energybc', version: '1.0.9' });
  const [from] = await ask<string[]>(admin, 'getAddresses', []);
  const [seller] = await ask<string[]>(producer, 'getAddresses', []);
  const [buyer] = await ask<string[]>(consumer, 'getAddresses', []);
  const permissions = 'connect,send,receive';
  await ask(admin, 'grant', { addresses: `${seller},${buyer}`, permissions });
  await ask(admin, 'issueFrom', {
    from,
    to: seller,
    asset: { name: 'energy', open: true },
    qty: 5,
    units: 0.001,
  });
  await ask(admin, 'issueFrom', {
    from,
    to: buyer,
    asset: { name: 'ecoin', open: true },
    qty: 2000,
    units: 1,
  });
  await paper.confirm();

  const lot = await ask<{ txid: string; vout: number }>(producer, 'prepareLockUnspent', {
    assets: { energy: 1 },
  });
  const offer = await ask<string>(producer, 'createRawExchange', {
    ...lot,
    assets: { ecoin: 1000 },
  });
  const seen = await ask<{ cancomplete: boolean }>(consumer, 'decodeRawExchange', {
    hexstring: offer,
  });
  expect(seen).toMatchObject({ cancomplete: true, complete: false });
  const pay = await ask<{ txid: string; vout: number }>(consumer, 'prepareLockUnspentFrom', {
    from: buyer,
    assets: { ecoin: 1000 },
  });
  const whole = await ask<{ hex: string; complete: boolean }>(consumer, 'appendRawExchange', {
    hexstring: offer,
    ...pay,
    assets: { energy: 1 },
  });
  expect(whole.complete).toBe(true);
  const txid = await ask<string>(consumer, 'sendRawTransaction', { hexstring: whole.hex });
  expect(txid).toMatch(/^[0-9a-f]{64}$/);
  await paper.confirm();
  expect(await balances(producer)).toEqual({ energy: 4, ecoin: 1000 });
  expect(await balances(consumer)).toEqual({ energy: 1, ecoin: 1000 });
});

test('a refusal reaches the stock client with its code and its message', async () => {
  const admin = await clientOf('admin');
  await expect(ask(admin, 'prepareLockUnspent', { assets: { nothing: 1 } })).rejects.toThrow(
    /-708.*not found/,
  );
  await expect(ask(admin, 'sendRawTransaction', { hexstring: 'zz' })).rejects.toThrow(/-22/);
});
