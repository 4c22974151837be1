import type { Output } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkOffer } from '../format/offer-check.ts';
import { verifyMessage } from '../format/message.ts';
import { fromHex } from '../format/bytes.ts';
import { ownerOf } from '../format/script.ts';
import { outputOf } from '../format/transaction.ts';
import { RpcError } from '../rpc-error.ts';
import { holdingsOf, offerLots, startNodeMarket, txidsOf } from '../testing/node-market.ts';
import type { NodeMarket, NodeParticipant } from '../testing/node-market.ts';
import type { Wallet } from '../wallet/wallet.ts';
import type { WalletPort } from '../wallet/wallet-port.ts';
import { assetOf } from './node-ledger.ts';

let nodes: NodeMarket;
let seller: NodeParticipant;
let buyer: NodeParticipant;

beforeEach(async () => {
  nodes = await startNodeMarket();
  seller = await nodes.participant({ energy: 20_000n });
  buyer = await nodes.participant({ ecoin: 10_000n });
});

afterEach(() => nodes.end());

const give = { asset: 'energy', raw: 1000n };
const want = { asset: 'ecoin', raw: 120n };

type Offers = Awaited<ReturnType<typeof offerLots>>['offers'];

function tradeOf(offers: Offers, trade = 't1'): Parameters<WalletPort['completeTrade']>[0] {
  return { trade, owner: seller.wallet.address, offers, give, want };
}

async function locksOf({ client }: NodeParticipant): Promise<unknown[]> {
  return (await client.call('listlockunspent')) as unknown[];
}

test('a wallet with its keys in a file and one over a node are the same to an agent', () => {
  const embedded: (wallet: Wallet) => WalletPort = (wallet) => wallet;
  const overNode: WalletPort = seller.wallet;
  expect([typeof embedded, typeof overNode.split]).toEqual(['function', 'function']);
});

test('two wallets split, offer, complete and confirm, each over its own node', async () => {
  const { offers } = await offerLots(seller.wallet, 5);
  await nodes.market.confirm();
  const txids = txidsOf(await buyer.wallet.completeTrade(tradeOf(offers.slice(0, 3))));
  expect(new Set(txids).size).toBe(3);
  expect(await buyer.wallet.depths(txids)).toEqual([0, 0, 0]);
  await nodes.market.confirm();
  expect(await seller.wallet.depths(txids)).toEqual([1, 1, 1]);
  expect(await holdingsOf(buyer.wallet)).toEqual({ energy: 3000n, ecoin: 10_000n - 360n });
  expect(await holdingsOf(seller.wallet)).toEqual({ energy: 17_000n, ecoin: 360n });
});

test('a split is one transaction, and its lots are locked in one call before it is sent', async () => {
  seller.server.asked.length = 0;
  const lots = await seller.wallet.split({ asset: 'energy', lotRaw: 1000n, count: 12 });
  expect(new Set(lots.map(({ txid }) => txid)).size).toBe(1);
  const asked = seller.server.asked.flat();
  expect(asked.filter((method) => method === 'lockunspent')).toHaveLength(1);
  expect(asked.indexOf('lockunspent')).toBeLessThan(asked.indexOf('sendrawtransaction'));
  expect(await locksOf(seller)).toHaveLength(12);
  const [energy] = await seller.wallet.balances();
  expect(energy).toEqual({ asset: 'energy', raw: 20_000n, locked: 12_000n, incoming: 0n });
  const more = { asset: 'energy', lotRaw: 1000n, count: 9 };
  await expect(seller.wallet.split(more)).rejects.toMatchObject({ code: -6 });
});

test('offers are signed in one request and are good, byte for byte', async () => {
  const lots = await seller.wallet.split({ asset: 'energy', lotRaw: 1000n, count: 4 });
  await seller.wallet.signOffers({ outputs: lots.slice(0, 1), want });
  seller.server.asked.length = 0;
  const signed = await seller.wallet.signOffers({ outputs: lots, want });
  expect(seller.server.asked).toHaveLength(1);
  const [energy, ecoin] = [
    await assetOf(seller.client, 'energy'),
    await assetOf(seller.client, 'ecoin'),
  ];
  const owner = ownerOf(lots[0]?.script ?? new Uint8Array(0)) ?? new Uint8Array(0);
  for (const [i, output] of lots.entries()) {
    const verdict = checkOffer(fromHex(signed[i] ?? ''), {
      give: { asset: energy.id, raw: 1000n },
      want: { asset: ecoin.id, raw: 120n },
      owner,
      output: outputOf(output),
      outputScript: output.script,
    });
    expect(verdict.kind).toBe('good');
  }
});

test('a trade takes a few requests, whatever the number of lots', async () => {
  const { offers } = await offerLots(seller.wallet, 16);
  const requestsOf = async (taken: Offers, trade: string): Promise<number> => {
    buyer.server.asked.length = 0;
    txidsOf(await buyer.wallet.completeTrade(tradeOf(taken, trade)));
    return buyer.server.asked.length;
  };
  await requestsOf(offers.slice(0, 1), 'learns the assets');
  expect(await requestsOf(offers.slice(1, 2), 'one')).toBe(4);
  expect(await requestsOf(offers.slice(2, 4), 'two')).toBe(6);
  expect(await requestsOf(offers.slice(4), 'twelve')).toBe(6);
});

test('a ladder is signed in one call and settles in one transaction', async () => {
  const { lots, offers } = await offerLots(seller.wallet, 4);
  seller.server.asked.length = 0;
  const rungs = await seller.wallet.signLadder({ outputs: lots, want });
  expect(seller.server.asked).toEqual([['signrawtransaction']]);
  const laddered = offers.map((offer, index) => {
    return { ...offer, rung: { index, script: rungs[index] ?? '' } };
  });
  const txids = txidsOf(await buyer.wallet.completeTrade(tradeOf(laddered.slice(0, 3))));
  expect(new Set(txids).size).toBe(1);
  await nodes.market.confirm();
  expect(await holdingsOf(buyer.wallet)).toMatchObject({ energy: 3000n });
});

test('offers that are not as agreed are not paid, each with what is wrong', async () => {
  const { offers } = await offerLots(seller.wallet, 3);
  const [good, cheap, spent] = offers;
  if (!good || !cheap || !spent) throw new Error('three offers');
  await seller.wallet.renew([spent.output]);
  const gone = { lot: 3, output: `${'7'.repeat(64)}:0` as Output, offer: good.offer };
  const wrong = { ...cheap, offer: good.offer };
  const results = await buyer.wallet.completeTrade(tradeOf([good, wrong, spent, gone]));
  expect(results).toMatchObject([
    { lot: 0, txid: expect.any(String) as string },
    { lot: 1, failure: { code: 'offer_bad', fault: 'other-output' } },
    { lot: 2, failure: { code: 'output_spent' } },
    { lot: 3, failure: { code: 'output_missing' } },
  ]);
  const dear = { ...tradeOf([cheap], 't2'), want: { asset: 'ecoin', raw: 121n } };
  expect(await buyer.wallet.completeTrade(dear)).toMatchObject([
    { failure: { code: 'offer_bad', fault: 'pays-other-sum' } },
  ]);
});

test('what cannot be paid is told, and the rest goes on', async () => {
  const poor = await nodes.participant({ ecoin: 250n });
  const { offers } = await offerLots(seller.wallet, 3);
  const results = await poor.wallet.completeTrade(tradeOf(offers));
  expect(results).toMatchObject([
    { txid: expect.any(String) as string },
    { txid: expect.any(String) as string },
    { failure: { code: 'insufficient_funds' } },
  ]);
});

test('locks that the node lost in a restart are put back before anything is spent', async () => {
  const { lots } = await offerLots(seller.wallet, 3);
  seller.restart();
  expect(await locksOf(seller)).toEqual([]);
  await seller.wallet.pay({ to: buyer.wallet.address, asset: 'energy', raw: 1n });
  expect(await locksOf(seller)).toHaveLength(3);
  seller.restart();
  expect(await seller.wallet.keepLocks()).toBe(3);
  expect(await seller.wallet.keepLocks()).toBe(0);
  const again = await seller.reopen();
  seller.restart();
  const known = await again.known(lots.map(outputOf));
  await again.lock(known.map(outputOf));
  expect(await locksOf(seller)).toHaveLength(3);
});

test('locks of lots that were bought end, so that the node’s memory does not fill', async () => {
  const { offers } = await offerLots(seller.wallet, 3);
  await nodes.market.confirm();
  await seller.wallet.keepLocks();
  txidsOf(await buyer.wallet.completeTrade(tradeOf(offers.slice(0, 2))));
  await seller.wallet.keepLocks();
  expect(await locksOf(seller)).toHaveLength(3);
  await nodes.market.confirm();
  await seller.wallet.keepLocks();
  expect(await locksOf(seller)).toHaveLength(1);
});

test('a renewal kills the offers and frees the outputs; a second finds nothing to do', async () => {
  const { lots, offers } = await offerLots(seller.wallet, 3);
  const outputs = lots.map(outputOf);
  expect(await seller.wallet.renew(outputs)).toHaveLength(1);
  expect(await locksOf(seller)).toEqual([]);
  expect(await seller.wallet.renew(outputs)).toEqual([]);
  expect(await seller.wallet.known(outputs)).toEqual([]);
  const results = await buyer.wallet.completeTrade(tradeOf(offers));
  expect(results.map((result) => 'failure' in result && result.failure.code)).toEqual(
    offers.map(() => 'output_spent'),
  );
  expect(await holdingsOf(seller.wallet)).toEqual({ energy: 20_000n });
});

test('issues more once for each reference, and only with the permission', async () => {
  const request = { asset: 'energy', raw: 500n, reference: 'reading-1' };
  const txid = await seller.wallet.issueMore(request);
  expect(await (await seller.reopen()).issueMore(request)).toBe(txid);
  await nodes.market.confirm();
  expect(await seller.wallet.issueMore(request)).toBe(txid);
  expect(await holdingsOf(seller.wallet)).toEqual({ energy: 20_500n });
  const ecoin = { asset: 'ecoin', raw: 1n };
  await expect(seller.wallet.issueMore(ecoin)).rejects.toMatchObject({ code: -704 });
  await expect(seller.wallet.issueMore({ ...ecoin, asset: 'coal' })).rejects.toThrow(RpcError);
});

test('signs messages with the settlement key', async () => {
  const signature = await seller.wallet.signMessage('login 1');
  const params = nodes.market.chain.params;
  expect(verifyMessage(seller.wallet.address, signature, 'login 1', params)).toBe(true);
});
