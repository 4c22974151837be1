import { afterEach, beforeEach, expect, test } from 'vitest';
import { outputOf } from '../format/transaction.ts';
import { holdingsOf, offerLots, startNodeMarket, txidsOf } from '../testing/node-market.ts';
import type { NodeMarket, NodeParticipant } from '../testing/node-market.ts';
import type { Fault } from '../testing/node-server.ts';
import type { CompletionRequest } from '../wallet/trade-completion.ts';

let nodes: NodeMarket;
let seller: NodeParticipant;
let buyer: NodeParticipant;

beforeEach(async () => {
  nodes = await startNodeMarket();
  seller = await nodes.participant({ energy: 5000n });
  buyer = await nodes.participant({ ecoin: 1000n });
});

afterEach(() => nodes.end());

const SEND = 'sendrawtransaction';
const LOST = ['silence', 'reset', 'cut', 'garbage', 'huge'] as const;
const CASES = LOST.flatMap((kind) => [true, false].map((done): Fault => ({ kind, done })));

async function trade(count: number): Promise<CompletionRequest> {
  const { offers } = await offerLots(seller.wallet, count);
  return {
    trade: 'trade-1',
    owner: seller.wallet.address,
    offers,
    give: { asset: 'energy', raw: 1000n },
    want: { asset: 'ecoin', raw: 120n },
  };
}

test.each(CASES)('a payment whose answer is lost (%j) is made once', async (fault) => {
  buyer.server.fail(SEND, fault);
  const to = seller.wallet.address;
  await buyer.wallet.pay({ to, asset: 'ecoin', raw: 100n, reference: 'bill 1' });
  await buyer.wallet.pay({ to, asset: 'ecoin', raw: 100n, reference: 'bill 1' });
  await nodes.market.confirm();
  expect(await holdingsOf(seller.wallet)).toEqual({ energy: 5000n, ecoin: 100n });
});

test.each(CASES)('a trade whose answer is lost (%j) is completed once', async (fault) => {
  const request = await trade(3);
  buyer.server.fail(SEND, fault);
  buyer.server.fail(SEND, fault);
  const first = txidsOf(await buyer.wallet.completeTrade(request));
  await nodes.market.confirm();
  expect(txidsOf(await buyer.wallet.completeTrade(request))).toEqual(first);
  expect(txidsOf(await (await buyer.reopen()).completeTrade(request))).toEqual(first);
  expect(await holdingsOf(buyer.wallet)).toEqual({ energy: 3000n, ecoin: 640n });
});

test.each([true, false])(
  'a trade whose outcome stays unknown (sent: %s) is retryable and sends the same bytes later',
  async (done) => {
    const request = await trade(2);
    // The division is the first to be sent; the completions are what is lost.
    await buyer.wallet.completeTrade({ ...request, trade: 'warm', offers: [] });
    const isSent = done ? 'silence' : 'reset';
    buyer.server.fail(SEND, { kind: 'slow', ms: 0 });
    for (let i = 0; i < 3; i++) buyer.server.fail(SEND, { kind: isSent, done });
    for (let i = 0; i < 9; i++) buyer.server.fail('getrawtransaction', { kind: 'reset', done });
    await expect(buyer.wallet.completeTrade(request)).rejects.toMatchObject({
      code: 'chain_unreachable',
      retryable: true,
    });
    const again = await buyer.reopen();
    const txids = txidsOf(await again.completeTrade(request));
    const written = await buyer.journal.get('trade/trade-1/0');
    expect(written?.txid).toBe(txids[0]);
    await nodes.market.confirm();
    expect(await holdingsOf(again)).toEqual({ energy: 2000n, ecoin: 760n });
  },
);

test.each([
  [-26, '18: bad-txns-inputs-spent'],
  [-27, 'missing inputs'],
  [-27, 'transaction already in block chain'],
])('an error %i (%s) after the transaction was taken does not hide that', async (code, message) => {
  const request = await trade(1);
  buyer.server.fail(SEND, { kind: 'error', code, message, done: true });
  const [txid] = txidsOf(await buyer.wallet.completeTrade(request));
  await nodes.market.confirm();
  expect(txid === undefined ? [] : await buyer.wallet.depths([txid])).toEqual([1]);
  expect(await holdingsOf(buyer.wallet)).toEqual({ energy: 1000n, ecoin: 880n });
});

test('a lot that somebody else took is told as spent, and nothing is paid for it', async () => {
  const rival = await nodes.participant({ ecoin: 1000n });
  const request = await trade(1);
  const rivals = { ...request, trade: 'trade-2' };
  buyer.server.fail(SEND, { kind: 'overtaken', by: () => rival.wallet.completeTrade(rivals) });
  expect(await buyer.wallet.completeTrade(request)).toEqual([
    { lot: 0, failure: { code: 'output_spent' } },
  ]);
  await nodes.market.confirm();
  expect(await holdingsOf(buyer.wallet)).toEqual({ ecoin: 1000n });
  expect(await holdingsOf(rival.wallet)).toEqual({ energy: 1000n, ecoin: 880n });
});

test('a payment that somebody spent meanwhile is made anew from other outputs', async () => {
  const request = await trade(2);
  await nodes.market.operator.issueTo({ to: buyer.wallet.address, asset: 'ecoin', raw: 300n });
  await nodes.market.confirm();
  // Another process pays from the same node, with what the wallet has just chosen.
  const other = await buyer.reopen();
  const bill = { to: seller.wallet.address, asset: 'ecoin', raw: 950n };
  buyer.server.fail(SEND, { kind: 'overtaken', by: () => other.pay(bill) });
  txidsOf(await buyer.wallet.completeTrade({ ...request, offers: request.offers.slice(0, 1) }));
  await nodes.market.confirm();
  expect(await holdingsOf(buyer.wallet)).toEqual({ energy: 1000n, ecoin: 230n });
});

test('a refusal for another reason is told with the node’s words, and the money is still there', async () => {
  const request = await trade(1);
  buyer.server.fail(SEND, {
    kind: 'error',
    code: -26,
    message: '16: ConnectInputs failed',
    done: false,
  });
  expect(await buyer.wallet.completeTrade(request)).toMatchObject([
    { failure: { code: 'refused', message: '16: ConnectInputs failed' } },
  ]);
  expect(await holdingsOf(buyer.wallet)).toEqual({ ecoin: 1000n });
  txidsOf(await buyer.wallet.completeTrade(request));
});

test('a split that was refused, or whose fate is unknown, leaves nothing locked', async () => {
  const split = { asset: 'energy', lotRaw: 1000n, count: 4 };
  seller.server.fail(SEND, {
    kind: 'error',
    code: -26,
    message: '16: ConnectInputs failed',
    done: false,
  });
  await expect(seller.wallet.split(split)).rejects.toMatchObject({ code: -26 });
  for (let i = 0; i < 3; i++) {
    seller.server.fail(SEND, { kind: 'reset', done: true });
    for (let j = 0; j < 3; j++)
      seller.server.fail('getrawtransaction', { kind: 'reset', done: true });
  }
  await expect(seller.wallet.split(split)).rejects.toMatchObject({ retryable: true });
  await nodes.market.confirm();
  const lots = await seller.wallet.split({ ...split, count: 5 });
  expect(await seller.client.call('listlockunspent')).toHaveLength(5);
  expect(lots).toHaveLength(5);
});

test('a node that signs something else, or not at all, is not believed', async () => {
  const lots = await seller.wallet.split({ asset: 'energy', lotRaw: 1000n, count: 1 });
  const want = { asset: 'ecoin', raw: 120n };
  const [good] = await seller.wallet.signOffers({ outputs: lots, want });
  const [cheap] = await seller.wallet.signOffers({ outputs: lots, want: { ...want, raw: 1n } });
  for (const result of [
    { hex: cheap, complete: true },
    { hex: good, complete: false },
    { hex: 'xy' },
  ]) {
    const body = JSON.stringify([{ result, error: null, id: 0 }]);
    seller.server.fail('signrawtransaction', { kind: 'status', status: 200, body });
    await expect(seller.wallet.signOffers({ outputs: lots, want })).rejects.toMatchObject({
      code: 'chain_answer_invalid',
    });
  }
});

test('a lot that is still on its way from the seller’s node is waited for', async () => {
  const request = await trade(1);
  buyer.server.fail('gettxout', {
    kind: 'status',
    status: 200,
    body: JSON.stringify([{ result: null, error: null, id: 0 }]),
  });
  buyer.server.fail('getrawtransaction', {
    kind: 'status',
    status: 200,
    body: JSON.stringify([{ result: null, error: { code: -710, message: 'not yet' }, id: 0 }]),
  });
  txidsOf(await buyer.wallet.completeTrade(request));
});

test('slow answers are waited for, and operations do not overtake each other', async () => {
  seller.server.fail('listunspent', { kind: 'slow', ms: 60 });
  const one = { asset: 'energy', lotRaw: 1000n, count: 2 };
  const [first, second] = await Promise.all([seller.wallet.split(one), seller.wallet.split(one)]);
  const outputs = [...first, ...second].map(outputOf);
  expect(new Set(outputs).size).toBe(4);
  expect(await seller.wallet.known(outputs)).toHaveLength(4);
});
