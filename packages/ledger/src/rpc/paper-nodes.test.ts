import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPaperChain } from '../node/paper.ts';
import type { PaperChain, PaperRole } from '../node/paper.ts';
import { serveNode } from '../testing/node-server.ts';
import type { NodeServer } from '../testing/node-server.ts';
import { playPaperOnNodes } from './paper-nodes.ts';
import { RpcClient } from './rpc-client.ts';

let folder: string;
let chain: PaperChain;
let servers: Record<PaperRole, NodeServer>;
let lines: string[];
/** Milliseconds: each pause takes as long as it says. */
let time: number;
/** Milliseconds between two blocks. */
let blockTime: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-paper-'));
  chain = await openPaperChain({ folder, random: randomBytes, now: () => 1_795_352_831_000 });
  servers = {
    admin: await serveNode(chain.admin),
    producer: await serveNode(chain.producer),
    consumer: await serveNode(chain.consumer),
  };
  lines = [];
  time = 0;
  blockTime = 2000;
});

afterEach(async () => {
  for (const server of Object.values(servers)) await server.close();
  await chain.close();
  rmSync(folder, { recursive: true });
});

async function play(roles: Partial<Record<PaperRole, PaperRole>> = {}): Promise<void> {
  const client = (role: PaperRole): RpcClient =>
    new RpcClient({ url: servers[roles[role] ?? role].url, pause: () => Promise.resolve() });
  await playPaperOnNodes({
    nodes: { admin: client('admin'), producer: client('producer'), consumer: client('consumer') },
    print: (line) => lines.push(line),
    now: () => time,
    pause: async (ms) => {
      const before = Math.floor(time / blockTime);
      time += ms;
      if (Math.floor(time / blockTime) > before) await chain.confirm();
    },
  });
}

test('the scenario ends with the paper’s balances over RPC, and says that it waits for blocks', async () => {
  await play();
  expect(lines.at(-1)).toBe('The producer has 1000 ecoin, the consumer 19000 ecoin and 1 energy.');
  expect(lines.filter((line) => line.includes('waiting for a block'))).toHaveLength(4);
  expect(time).toBeLessThanOrEqual(4 * blockTime);
});

test('played again on the same chain it uses names of its own and leaves what there is alone', async () => {
  await play();
  lines = [];
  await play();
  expect(lines[0]).toContain('energy2');
  expect(lines.at(-1)).toBe(
    'The producer has 1000 ecoin2, the consumer 19000 ecoin2 and 1 energy2.',
  );
  const [first] = (await chain.admin.call('listassets', ['ecoin'])) as [{ issueraw: number }];
  expect(first.issueraw).toBe(20_000);
});

test('an offer that is not here yet is waited for', async () => {
  const early = {
    kind: 'error',
    code: -707,
    message: `Missing inputs; Input: 0, txid: ${'ab'.repeat(32)}, vout: 0`,
    done: false,
  } as const;
  servers.consumer.fail('decoderawexchange', early);
  servers.consumer.fail('decoderawexchange', early);
  servers.producer.fail('listpermissions', {
    kind: 'error',
    code: -708,
    message: 'Entity with this name not found: energy',
    done: false,
  });
  await play();
  expect(lines.at(-1)).toMatch(/^The producer has 1000/);
});

test('one that never comes, or is taken, is told as such', async () => {
  const missing = (txid: string): void => {
    for (let i = 0; i < 100; i++) {
      servers.consumer.fail('decoderawexchange', {
        kind: 'error',
        code: -707,
        message: `Missing inputs; Input: 0, txid: ${txid}, vout: 0`,
        done: false,
      });
    }
  };
  missing('ab'.repeat(32));
  await expect(play()).rejects.toMatchObject({
    code: 'paper_failed',
    message: expect.stringContaining('has not reached this node in 10 s') as string,
  });
  const [first] = (await chain.admin.call('listassets', ['energy'])) as [{ issuetxid: string }];
  await servers.consumer.close();
  servers.consumer = await serveNode(chain.consumer);
  missing(first.issuetxid);
  await expect(play()).rejects.toThrow(/somebody else took the offer/);
});

test('a refusal ends it with who, what, the node’s words and a hint', async () => {
  await expect(play({ admin: 'producer', producer: 'admin' })).rejects.toMatchObject({
    code: 'paper_failed',
    message: expect.stringMatching(/^admin: issuefrom: .*\(-704\): is the admin/) as string,
  });
  servers.consumer.fail('preparelockunspentfrom', {
    kind: 'error',
    code: -6,
    message: 'Insufficient funds',
    done: false,
  });
  await expect(play()).rejects.toThrow(/^consumer: preparelockunspentfrom: Insufficient funds/);
});

test('the same node given twice is refused before anything is done', async () => {
  await expect(play({ consumer: 'producer' })).rejects.toThrow(/consumer.*same address/);
  expect(servers.producer.asked.flat()).not.toContain('grant');
  expect(servers.admin.asked.flat()).not.toContain('issuefrom');
});

test('a chain without a miner is told after a while', async () => {
  blockTime = Number.POSITIVE_INFINITY;
  await expect(play()).rejects.toThrow(/after 300 s .* is in no block .* is a miner running/);
  expect(lines).toContain('  … 10 s');
});
