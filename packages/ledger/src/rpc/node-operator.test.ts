import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '@wattlot/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPaperChain } from '../node/paper.ts';
import type { PaperChain } from '../node/paper.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { MARKET_ASSETS } from '../wallet/operator.ts';
import { chainParamsOf } from './node-ledger.ts';
import { operatorOn } from './node-operator.ts';
import type { NodeOperator } from './node-operator.ts';
import type { BatchNode } from './rpc-client.ts';

/** A node in this process, asked one by one. */
function batching({ call }: { call: BatchNode['call'] }): BatchNode {
  const batch: BatchNode['batch'] = async (calls) => {
    const answers: unknown[] = [];
    for (const { method, params } of calls) {
      answers.push(await call(method, params).catch((error: unknown) => error as RpcError));
    }
    return answers;
  };
  return { call, batch };
}

describe.each(['1.0.9', '2.3'] as const)('on a node that speaks %s', (dialect) => {
  let folder: string;
  let chain: PaperChain;
  let operator: NodeOperator;
  let household: Address;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wattlot-operator-'));
    chain = await openPaperChain({ folder, random: randomBytes, now: Date.now, dialect });
    const node = batching({ call: (method, params) => chain.admin.call(method, params) });
    operator = await operatorOn(node, await chainParamsOf(node), MARKET_ASSETS);
    await operator.ensureMarket();
    await chain.confirm();
    [household] = (await chain.producer.call('getaddresses')) as [Address];
    await operator.admit(household);
    await chain.confirm();
  });
  afterEach(async () => {
    await chain.confirm();
    await chain.close();
    rmSync(folder, { recursive: true });
  });

  test('an issue whose outcome is not known is found by its reference, waiting or in a block, and not made anew', async () => {
    const issue = { to: household, asset: 'ecoin', raw: 500n, reference: 'a1b2' };
    const txid = await operator.issueTo(issue);
    expect(await operator.issueTo({ ...issue, isRepeat: true })).toBe(txid);
    await chain.confirm();
    expect(await operator.issueTo({ ...issue, isRepeat: true })).toBe(txid);
    // One that never reached the node is issued now.
    const other = { ...issue, reference: 'c3d4', isRepeat: true };
    expect(await operator.issueTo(other)).not.toBe(txid);
    await chain.confirm();
    const ecoin = chain.chain.asset('ecoin');
    expect(ecoin?.issued).toBe(1000n);
  });

  test('a node that does not tell what was issued leaves the outcome unknown, and issues nothing', async () => {
    const asked: string[] = [];
    const node = batching({
      call: (method, params) => {
        asked.push(method);
        const says = new RpcError(RPC.misc, 'busy');
        return method === 'listassets' ? Promise.reject(says) : chain.admin.call(method, params);
      },
    });
    const deaf = await operatorOn(node, await chainParamsOf(node), MARKET_ASSETS);
    const issue = { to: household, asset: 'ecoin', raw: 500n, reference: 'a1b2', isRepeat: true };
    await expect(deaf.issueTo(issue)).rejects.toMatchObject({ code: 'chain_unreachable' });
    expect(asked).not.toContain('issuemorefrom');
  });

  test('permissions are granted, listed and revoked, and doing it again does nothing', async () => {
    const trader = ['connect', 'send', 'receive'];
    const held = async (): Promise<unknown> =>
      (await operator.participants.permissionsOf([household])).get(household);
    expect(await held()).toEqual(trader);
    await operator.participants.grantTo(household, ['issue', 'send']);
    await chain.confirm();
    expect(await held()).toEqual([...trader, 'issue']);
    await operator.participants.revokeFrom(household, ['send', 'receive', 'issue']);
    await chain.confirm();
    expect(await held()).toEqual(['connect']);
    await operator.participants.revokeFrom(household, ['send', 'issue']);
    expect(chain.chain.waiting).toBe(0);
    await operator.participants.grantTo(household, ['send', 'receive']);
    await chain.confirm();
    expect(await held()).toEqual(trader);
    expect(await operator.participants.permissionsOf([])).toEqual(new Map());
  });
});
