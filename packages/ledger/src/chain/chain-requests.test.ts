import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handleChainRequest } from './chain-requests.ts';
import { QUERY_ITEMS_MAX, SEND_BATCH_MAX } from '../limits.ts';
import { startMarket } from '../testing/market.ts';
import type { TestMarket } from '../testing/market.ts';

let market: TestMarket;

beforeAll(async () => {
  market = await startMarket();
});

afterAll(async () => {
  await market.end();
});

const INVALID = { error: { code: 'chain_request_invalid', retryable: false } };

test('whatever is asked is answered, and no nonsense changes the chain', async () => {
  const { height } = market.chain;
  const methods = fc.constantFrom(
    'info',
    'changes',
    'send',
    'outputs',
    'permissions',
    'block',
    'x',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.jsonValue(), fc.record({ method: methods, params: fc.jsonValue() })),
      async (request) => {
        const answer = await handleChainRequest(market.chain, request);
        expect('result' in answer || 'error' in answer).toBe(true);
        expect(() => JSON.stringify(answer)).not.toThrow();
      },
    ),
    { numRuns: 300 },
  );
  expect(market.chain.height).toBe(height);
  expect(market.chain.waiting).toBe(0);
});

test('a question beyond its limits is refused', async () => {
  const tooMany = Array.from({ length: SEND_BATCH_MAX + 1 }, () => '00');
  const request = { method: 'send', params: { transactions: tooMany } };
  expect(await handleChainRequest(market.chain, request)).toMatchObject(INVALID);
  const outputs = [{ txid: 'zz', vout: 0 }];
  expect(
    await handleChainRequest(market.chain, { method: 'outputs', params: { outputs } }),
  ).toMatchObject(INVALID);
});

test('one large transaction asked for again and again is refused before the answer eats the memory', async () => {
  const wallet = await market.wallet({ energy: 100_000n });
  await wallet.split({ asset: 'energy', lotRaw: 10n, count: 1_000 });
  const [txid = ''] = market.chain.pool();
  await market.confirm();
  const ask = async (times: number): Promise<string> => {
    const txids = Array.from({ length: times }, () => txid);
    const request = { method: 'transactions', params: { txids } };
    const answer = await handleChainRequest(market.chain, request);
    return 'error' in answer ? answer.error.code : 'answered';
  };
  expect(await ask(2)).toBe('answered');
  expect(await ask(QUERY_ITEMS_MAX)).toBe('chain_request_invalid');
});

test('a transaction that is refused is answered with a node’s error, in the place of its id', async () => {
  const request = { method: 'send', params: { transactions: ['00', 'zz'] } };
  const refused = { error: { code: -22, message: 'TX decode failed' } };
  expect(await handleChainRequest(market.chain, request)).toEqual({ result: [refused, refused] });
});
