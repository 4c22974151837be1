import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address, Asset, Output } from '@wattlot/core';
import {
  chainParamsOf,
  LedgerError,
  MARKET_ASSETS,
  NODE_POLL_MS,
  NodeBlocks,
  openPaperChain,
  operatorOn,
  RpcError,
} from '@wattlot/ledger';
import type { BatchNode, NodeOperator, PaperChain } from '@wattlot/ledger';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { ExchangeError } from './errors.ts';
import { NodeLedger } from './ledger-node.ts';
import type { FinalBlock } from './ledger-port.ts';

let folder: string;
let chain: PaperChain;
/** What the node answers instead of the truth; undefined: the truth. */
let lie: ((method: string, params: readonly unknown[]) => unknown) | undefined;
let node: BatchNode;
let operator: NodeOperator;
let assets: Awaited<ReturnType<NodeOperator['ensureMarket']>>;
let logged: string[];
let stop: () => void;

async function answer(method: string, params: readonly unknown[] = []): Promise<unknown> {
  const instead = lie?.(method, params);
  if (instead instanceof Error) throw instead;
  return instead ?? chain.admin.call(method, params);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-node-'));
  chain = await openPaperChain({ folder, random: randomBytes, now: Date.now });
  lie = undefined;
  logged = [];
  stop = () => undefined;
  node = {
    call: answer,
    batch: async (calls) => {
      const answers: unknown[] = [];
      for (const { method, params } of calls) {
        answers.push(
          await answer(method, params).catch((error: unknown) => {
            if (error instanceof RpcError) return error;
            throw error;
          }),
        );
      }
      return answers;
    },
  };
  operator = await operatorOn(node, await chainParamsOf(node), MARKET_ASSETS);
  assets = await operator.ensureMarket();
  await chain.confirm();
});

afterEach(async () => {
  stop();
  await chain.close();
  rmSync(folder, { recursive: true });
});

async function open(depth: number): Promise<NodeLedger> {
  const params = await chainParamsOf(node);
  const names = new Map(assets.map(({ id, name }) => [id, name as Asset]));
  const blocks = new NodeBlocks({ node, params, assets: names });
  const [genesis = ''] = await blocks.hashes([0]);
  return new NodeLedger({
    node,
    blocks,
    params,
    genesis,
    operator: operator.address,
    assets,
    names: { energy: 'energy', ecoin: 'ecoin' },
    depth,
    finalMs: 1,
    tip: await blocks.tip(),
    clock: systemClock(),
    log: (line) => logged.push(line),
  });
}

/** Follows a ledger from the first block on. */
function follow(ledger: NodeLedger): {
  readonly blocks: FinalBlock[];
  readonly failed: Promise<unknown>;
  readonly until: (height: number) => Promise<void>;
} {
  const blocks: FinalBlock[] = [];
  const { promise: failed, resolve } = Promise.withResolvers<unknown>();
  stop = ledger.follow(0, (block) => blocks.push(block), resolve);
  const until = async (height: number): Promise<void> => {
    while ((blocks.at(-1)?.height ?? -1) < height) {
      await new Promise<void>((wake) => {
        const off = ledger.onBlock(() => {
          off();
          wake();
        });
      });
    }
  };
  return { blocks, failed, until };
}

async function consumerAddress(): Promise<Address> {
  const [address] = (await chain.consumer.call('getaddresses')) as [Address];
  return address;
}

/** One more block that issues ecoin. */
async function issue(raw: bigint): Promise<string> {
  const to = await consumerAddress();
  await operator.admit(to);
  const txid = await operator.issueTo({ to, asset: 'ecoin', raw });
  await chain.confirm();
  return txid;
}

function looked(ledger: NodeLedger, output: Output): Promise<boolean> {
  return new Promise((resolve) => ledger.look([output], resolve));
}

test('final blocks come in order, with what they moved, and only when they are deep enough', async () => {
  const ledger = await open(2);
  const { blocks, until } = follow(ledger);
  await issue(500n);
  const tip = Number(await answer('getblockcount'));
  await until(tip - 1);
  expect(blocks.map(({ height }) => height)).toEqual([...Array(tip).keys()]);
  expect(blocks.flatMap(({ moves }) => moves)).toEqual([]);
  const txid = await issue(700n);
  await until(tip);
  const to = await consumerAddress();
  expect(blocks.at(-1)?.moves).toEqual([{ address: to, asset: 'ecoin', amount: 500 }]);
  await issue(1n);
  await until(tip + 1);
  expect(blocks.at(-1)?.moves).toEqual([{ address: to, asset: 'ecoin', amount: 700 }]);
  expect(await ledger.movesAt(tip + 1)).toEqual(blocks.at(-1)?.moves);
  expect(blocks.at(-1)?.bytesOf(txid as never)).toBeInstanceOf(Uint8Array);
});

test('a block that is replaced before it is final is nothing; one after stops the exchange', async () => {
  const ledger = await open(2);
  const { blocks, failed, until } = follow(ledger);
  await issue(500n);
  const tip = Number(await answer('getblockcount'));
  await until(tip - 1);
  // The tip becomes another: nobody has heard of it.
  lie = (method, [height]) =>
    method === 'getblockhash' && height === tip ? 'ee'.repeat(32) : undefined;
  await new Promise((resolve) => setTimeout(resolve, 2 * NODE_POLL_MS));
  expect(blocks.at(-1)?.height).toBe(tip - 1);
  lie = (method, [height]) =>
    method === 'getblockhash' && height === tip - 1 ? 'ee'.repeat(32) : undefined;
  const error = await failed;
  expect(error).toBeInstanceOf(ExchangeError);
  expect(error).toMatchObject({
    code: 'ledger_mismatch',
    message: expect.stringContaining(`has replaced block ${tip - 1}, which was 2 blocks deep`),
  });
});

test('a chain that ends before what was final stops the exchange', async () => {
  const { failed, until } = follow(await open(1));
  const tip = Number(await answer('getblockcount'));
  await until(tip);
  lie = (method) => (method === 'getblockcount' ? tip - 1 : undefined);
  expect(await failed).toMatchObject({ code: 'ledger_mismatch' });
});

test('a node that does not answer is waited for, and told of once', async () => {
  const { blocks, until } = follow(await open(1));
  const tip = Number(await answer('getblockcount'));
  await until(tip);
  const away = new LedgerError('chain_unreachable', 'the node is away', { retryable: true });
  lie = () => away;
  await new Promise((resolve) => setTimeout(resolve, 3 * NODE_POLL_MS));
  lie = undefined;
  await issue(5n);
  await until(tip + 1);
  expect(logged).toEqual(['waiting for the node: the node is away']);
  expect(blocks.at(-1)?.height).toBe(tip + 1);
});

test('an output is unspent, final once its block is taken, and gone when it is spent', async () => {
  const ledger = await open(1);
  const { until } = follow(ledger);
  const txid = await issue(500n);
  await until(Number(await answer('getblockcount')));
  const output = `${txid}:0` as Output;
  expect(await looked(ledger, output)).toBe(true);
  expect(ledger.output(output)).toMatchObject({ isFinal: true });
  // Paying spends it, and its change waits for a block.
  const to = await consumerAddress();
  const paid = (await chain.consumer.call('sendasset', [to, 'ecoin', 1])) as string;
  expect(await looked(ledger, output)).toBe(true);
  expect(ledger.output(output)).toBeUndefined();
  const change = `${paid}:0` as Output;
  await looked(ledger, change);
  expect(ledger.output(change)).toMatchObject({ isFinal: false });
  lie = () => new LedgerError('chain_unreachable', 'the node is away', { retryable: true });
  expect(await looked(ledger, output)).toBe(false);
});

test('what was issued counts at once, whoever holds it', async () => {
  const ledger = await open(1);
  const to = await consumerAddress();
  expect(ledger.holding(to, 'ecoin')).toBe(0n);
  ledger.issued('ab'.repeat(32) as never, { to, asset: 'ecoin', raw: 300n });
  expect(ledger.holding(to, 'ecoin')).toBe(300n);
  expect(ledger.holding(to, 'energy')).toBe(0n);
});

test('a ledger that is stopped while the node is asked fails nobody', async () => {
  const ledger = await open(1);
  const { promise: asked, reject } = Promise.withResolvers<never>();
  lie = () => asked;
  const { failed } = follow(ledger);
  stop();
  reject(new LedgerError('closed', 'the connection to the node is closed'));
  const later = new Promise((resolve) => setTimeout(resolve, 50, 'nothing'));
  expect(await Promise.race([failed, later])).toBe('nothing');
});
