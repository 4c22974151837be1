import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Output } from '@wattlot/core';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { httpChainPort } from '../chain/chain-http.ts';
import type { ChainPort } from '../chain/chain-port.ts';
import { handleChainRequest } from '../chain/chain-requests.ts';
import { keysInMemory } from './key-file.ts';
import { LedgerError } from '../ledger-error.ts';
import type { KnownOutput } from '../format/offer.ts';
import { CHAIN, holdings, startMarket } from '../testing/market.ts';
import type { TestMarket } from '../testing/market.ts';
import type { CompletionRequest, LotResult } from './trade-completion.ts';
import { outputOf } from '../format/transaction.ts';
import { journalInMemory, openWalletJournal } from './wallet-journal.ts';
import type { WalletJournal } from './wallet-journal.ts';
import { WalletView } from './wallet-view.ts';
import { Wallet } from './wallet.ts';

const LOT = 10n;
const PRICE = 149n;

let market: TestMarket;
/** Closed after each test; closing twice does no harm. */
let journals: WalletJournal[];

beforeEach(async () => {
  market = await startMarket();
  journals = [];
});

afterEach(async () => {
  for (const journal of journals) await journal.close();
  await market.end();
});

/** Lots on offer, and a request to complete them. */
async function offered(
  seller: Wallet,
  count: number,
  trade = 'T1',
): Promise<{ readonly lots: readonly KnownOutput[]; readonly request: CompletionRequest }> {
  const lots = await seller.split({ asset: 'energy', lotRaw: LOT, count });
  const signed = seller.signOffers({ outputs: lots, want: { asset: 'ecoin', raw: PRICE } });
  const offers = lots.map((lot, i) => ({ lot: i, output: outputOf(lot), offer: signed[i] ?? '' }));
  const give = { asset: 'energy', raw: LOT };
  const want = { asset: 'ecoin', raw: PRICE };
  return { lots, request: { trade, owner: seller.address, offers, give, want } };
}

function txids(results: readonly LotResult[]): (string | undefined)[] {
  return results.map((result) => ('txid' in result ? result.txid : undefined));
}

function failures(results: readonly LotResult[]): (string | undefined)[] {
  return results.map((result) => ('failure' in result ? result.failure.code : undefined));
}

test('lots are split, offered, completed and settled, and nothing is made or lost', async () => {
  const seller = await market.wallet({ energy: 1000n });
  const buyer = await market.wallet({ ecoin: 10_000n });
  const { lots, request } = await offered(seller, 50);
  expect(lots).toHaveLength(50);
  expect(new Set(lots.map(outputOf)).size).toBe(50);
  const results = await buyer.completeTrade({ ...request, offers: request.offers.slice(0, 20) });
  expect(new Set(txids(results)).size).toBe(20);
  await market.confirm();
  expect(await holdings(seller)).toEqual({ energy: 1000n - 20n * LOT, ecoin: 20n * PRICE });
  expect(await holdings(buyer)).toEqual({ energy: 20n * LOT, ecoin: 10_000n - 20n * PRICE });
  const spent = market.chain.blockMoves({ height: market.chain.height }).spends;
  const byOutput = new Map(spent.map(({ output, txid }) => [output, txid]));
  expect(lots.slice(0, 20).map((lot) => byOutput.get(outputOf(lot)))).toEqual(txids(results));
});

test('lots on offer stay locked: a second split and a payment take other outputs', async () => {
  const seller = await market.wallet({ energy: 100n });
  const { lots } = await offered(seller, 5);
  await seller.split({ asset: 'energy', lotRaw: LOT, count: 4 });
  expect(await seller.balances()).toMatchObject([{ raw: 100n, locked: 90n }]);
  await expect(seller.split({ asset: 'energy', lotRaw: LOT, count: 2 })).rejects.toMatchObject({
    code: -6,
  });
  seller.unlock(lots.map(outputOf));
  await seller.split({ asset: 'energy', lotRaw: LOT, count: 2 });
});

test('the same trade completed again, also after a restart, answers the same and pays nothing more', async () => {
  const seller = await market.wallet({ energy: 100n });
  const path = join(market.folder, 'buyer.sent');
  const keys = keysInMemory(['settlement'], randomBytes);
  const open = async (): Promise<Wallet> => {
    const journal = await openWalletJournal(path);
    journals.push(journal);
    return new Wallet(new WalletView({ chain: CHAIN, port: market.port, keys }), journal);
  };
  const buyer = await open();
  await market.operator.admit(buyer.address);
  await market.operator.issueTo({ to: buyer.address, asset: 'ecoin', raw: 5000n });
  const { request } = await offered(seller, 5);
  const first = await buyer.completeTrade(request);
  expect(txids(first)).not.toContain(undefined);
  expect(await buyer.completeTrade(request)).toEqual(first);
  await market.confirm();
  expect(await buyer.completeTrade(request)).toEqual(first);
  await journals.at(-1)?.close();
  expect(await (await open()).completeTrade(request)).toEqual(first);
  expect(await holdings(buyer)).toEqual({ ecoin: 5000n - 5n * PRICE, energy: 50n });
});

test('a trade that was signed but not sent before a crash is sent with the same bytes', async () => {
  const seller = await market.wallet({ energy: 100n });
  let isCut = false;
  const journal = await openWalletJournal(join(market.folder, 'buyer.sent'));
  journals.push(journal);
  const port: ChainPort = {
    ...market.port,
    send: (transactions) =>
      isCut
        ? Promise.reject(new LedgerError('chain_unreachable', 'cut', { retryable: true }))
        : market.port.send(transactions),
  };
  const keys = keysInMemory(['settlement'], randomBytes);
  const buyer = new Wallet(new WalletView({ chain: CHAIN, port, keys }), journal);
  await market.operator.admit(buyer.address);
  await market.operator.issueTo({ to: buyer.address, asset: 'ecoin', raw: 5000n });
  const { request } = await offered(seller, 3);
  isCut = true;
  await expect(buyer.completeTrade(request)).rejects.toMatchObject({ retryable: true });
  isCut = false;
  const signed = await Promise.all([0, 1, 2].map((lot) => journal.get(`trade/T1/${lot}`)));
  expect(txids(await buyer.completeTrade(request))).toEqual(signed.map((entry) => entry?.txid));
});

test('a chain that lost what waited takes it again', async () => {
  const seller = await market.wallet({ energy: 100n });
  const buyer = await market.wallet({ ecoin: 5000n });
  const { request } = await offered(seller, 3);
  await market.confirm();
  const first = await buyer.completeTrade(request);
  await market.reopen();
  expect(await holdings(buyer)).toEqual({ ecoin: 5000n });
  expect(await buyer.completeTrade(request)).toEqual(first);
  await market.confirm();
  expect(await holdings(buyer)).toEqual({ ecoin: 5000n - 3n * PRICE, energy: 30n });
});

test('an output on offer that was taken stays locked when a crash of the chain gives it back', async () => {
  const seller = await market.wallet({ energy: 100n });
  const buyer = await market.wallet({ ecoin: 5000n });
  const { request } = await offered(seller, 3);
  await market.confirm();
  await buyer.completeTrade(request);
  const locked = async (): Promise<bigint | undefined> =>
    (await seller.balances()).find(({ asset }) => asset === 'energy')?.locked;
  expect(await locked()).toBe(0n);
  await market.reopen();
  // The buyer will send it again: whatever the seller pays meanwhile must not take the lots away.
  expect(await locked()).toBe(30n);
  await seller.pay({ asset: 'energy', raw: 70n, to: buyer.address });
  expect(txids(await buyer.completeTrade(request))).not.toContain(undefined);
});

test('of two buyers of one offer one loses, pays nothing, and nothing of his is stuck', async () => {
  const seller = await market.wallet({ energy: 100n });
  const buyers = [await market.wallet({ ecoin: 600n }), await market.wallet({ ecoin: 600n })];
  const { request } = await offered(seller, 4);
  const results = await Promise.all(
    buyers.map((buyer, i) => buyer.completeTrade({ ...request, trade: `T${i}` })),
  );
  await market.confirm();
  for (let lot = 0; lot < 4; lot++) {
    const won = results.filter((all) => txids(all)[lot] !== undefined);
    expect(won).toHaveLength(1);
  }
  for (const [i, buyer] of buyers.entries()) {
    const won = BigInt(txids(results[i] ?? []).filter(Boolean).length);
    const lost = failures(results[i] ?? []).filter(Boolean);
    expect(new Set(lost).size).toBeLessThanOrEqual(1);
    expect(await holdings(buyer)).toEqual({
      ecoin: 600n - won * PRICE,
      ...(won > 0n ? { energy: won * LOT } : {}),
    });
    expect((await buyer.balances()).every(({ locked }) => locked === 0n)).toBe(true);
    await buyer.pay({ asset: 'ecoin', raw: 600n - won * PRICE, to: buyer.address });
  }
});

test('lots taken away in the middle of a trade are failed, the others settle', async () => {
  const seller = await market.wallet({ energy: 100n });
  const buyer = await market.wallet({ ecoin: 5000n });
  const { lots, request } = await offered(seller, 6);
  const taken = lots.filter((_, i) => i === 1 || i === 4).map(outputOf);
  // between the buyer's look at the chain and his sending
  let isFirst = true;
  const port: ChainPort = {
    ...market.port,
    send: async (transactions) => {
      if (isFirst) {
        isFirst = false;
        await seller.renew(taken);
      }
      return market.port.send(transactions);
    },
  };
  Object.defineProperty(buyer.view, 'port', { value: port });
  const results = await buyer.completeTrade(request);
  expect(failures(results)).toEqual([
    undefined,
    'output_spent',
    undefined,
    undefined,
    'output_spent',
    undefined,
  ]);
  await market.confirm();
  expect(await holdings(buyer)).toEqual({ energy: 40n, ecoin: 5000n - 4n * PRICE });
  expect(await holdings(seller)).toEqual({ energy: 60n, ecoin: 4n * PRICE });
});

test('renewed outputs kill every offer that was made of them', async () => {
  const seller = await market.wallet({ energy: 100n });
  const buyer = await market.wallet({ ecoin: 5000n });
  const { lots, request } = await offered(seller, 3);
  const outputs = lots.map(outputOf);
  expect(await seller.renew(outputs)).toHaveLength(1);
  expect(await seller.renew(outputs)).toHaveLength(0);
  await market.confirm();
  const results = await buyer.completeTrade(request);
  expect(failures(results)).toEqual(lots.map(() => 'output_spent'));
  expect(await seller.balances()).toMatchObject([{ raw: 100n, locked: 0n }]);
});

test('an offer that is not what was agreed is not paid', async () => {
  const seller = await market.wallet({ energy: 100n });
  const buyer = await market.wallet({ ecoin: 5000n });
  const { lots, request } = await offered(seller, 2);
  const dearer = seller.signOffers({ outputs: lots, want: { asset: 'ecoin', raw: PRICE + 1n } });
  const [first, second] = request.offers;
  if (!first || !second) throw new Error('no offers');
  const nowhere = `${'0'.repeat(64)}:0` as Output;
  const results = await buyer.completeTrade({
    ...request,
    offers: [
      { ...first, offer: dearer[0] ?? '' },
      { ...second, output: first.output },
      { ...first, lot: 2, offer: 'zz' },
      { ...first, lot: 3, offer: '' },
      { ...first, lot: 4, output: nowhere },
    ],
  });
  expect(results.map((result) => ('failure' in result ? result.failure : undefined))).toEqual([
    { code: 'offer_bad', fault: 'pays-other-sum' },
    { code: 'offer_bad', fault: 'other-output' },
    { code: 'offer_bad', fault: 'not-hex' },
    { code: 'offer_bad', fault: 'not-a-transaction' },
    { code: 'output_missing' },
  ]);
  expect(await holdings(buyer)).toEqual({ ecoin: 5000n });
});

test('a buyer without enough completes what he can pay', async () => {
  const seller = await market.wallet({ energy: 100n });
  const buyer = await market.wallet({ ecoin: 2n * PRICE + 5n });
  const { request } = await offered(seller, 4);
  const results = await buyer.completeTrade(request);
  expect(failures(results)).toEqual([
    undefined,
    undefined,
    'insufficient_funds',
    'insufficient_funds',
  ]);
  await market.confirm();
  expect(await holdings(buyer)).toEqual({ energy: 20n, ecoin: 5n });
});

test('a bid that rests offers ecoin for energy, and its own lots pay first', async () => {
  const buyer = await market.wallet({ ecoin: 1000n });
  const seller = await market.wallet({ energy: 100n });
  const lots = await buyer.split({ asset: 'ecoin', lotRaw: PRICE, count: 3 });
  const signed = buyer.signOffers({ outputs: lots, want: { asset: 'energy', raw: LOT } });
  const mine = await seller.split({ asset: 'energy', lotRaw: LOT, count: 3 });
  const results = await seller.completeTrade({
    trade: 'T1',
    owner: buyer.address,
    offers: lots.map((lot, i) => ({ lot: i, output: outputOf(lot), offer: signed[i] ?? '' })),
    give: { asset: 'ecoin', raw: PRICE },
    want: { asset: 'energy', raw: LOT },
    prefer: mine.map(outputOf),
  });
  expect(failures(results)).toEqual([undefined, undefined, undefined]);
  await market.confirm();
  expect(await seller.balances()).toMatchObject([
    { asset: 'energy', raw: 70n, locked: 0n },
    { asset: 'ecoin', raw: 3n * PRICE },
  ]);
});

test('an issue with a reference happens once', async () => {
  const seller = await market.wallet();
  const issue = { asset: 'energy', raw: 5n, reference: 'meter 2026-11-23T08:00' };
  const first = await seller.issueMore(issue);
  expect(await seller.issueMore(issue)).toBe(first);
  await market.confirm();
  expect(await seller.issueMore(issue)).toBe(first);
  expect(await holdings(seller)).toEqual({ energy: 5n });
  await seller.issueMore({ ...issue, reference: 'meter 2026-11-23T08:15' });
  expect(await holdings(seller)).toEqual({ energy: 10n });
});

test('a wallet of very many small outputs still pays with all it has', async () => {
  const seller = await market.wallet({ energy: 600n });
  const lots = await seller.split({ asset: 'energy', lotRaw: 1n, count: 600 });
  seller.unlock(lots.map(outputOf));
  const [lot] = await seller.split({ asset: 'energy', lotRaw: 600n, count: 1 });
  await market.confirm();
  expect(lot && market.chain.output(lot.txid, 0)?.assets).toMatchObject([{ raw: 600n }]);
});

test('a wallet that follows the changes knows what one that starts anew is told, whatever happens', async () => {
  const one = await market.wallet({ energy: 300n, ecoin: 300n });
  const other = await market.wallet({ energy: 300n, ecoin: 300n });
  const wallets = [one, other];
  const steps = fc.array(fc.constantFrom('split', 'pay', 'back', 'renew', 'block', 'look'), {
    maxLength: 15,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (chosen) => {
      for (const step of chosen) {
        if (step === 'split') await one.split({ asset: 'energy', lotRaw: 1n, count: 2 });
        if (step === 'pay') await one.pay({ asset: 'ecoin', raw: 1n, to: other.address });
        if (step === 'back') await other.pay({ asset: 'ecoin', raw: 1n, to: one.address });
        if (step === 'renew') await one.renew([...one.view.outputs()].slice(0, 2).map(outputOf));
        if (step === 'block') await market.confirm();
        if (step === 'look') await other.balances();
      }
      await Promise.all(wallets.map((wallet) => wallet.balances()));
      for (const { view } of wallets) {
        const { gained } = market.chain.changesSince(undefined, view.addresses);
        const expected = new Map(gained.map((output) => [outputOf(output), output]));
        expect(new Map([...view.outputs()].map((output) => [outputOf(output), output]))).toEqual(
          expected,
        );
      }
    }),
    { numRuns: 20 },
  );
});

test('everything works over HTTP too, and an unreachable chain is a typed failure', async () => {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(parts).toString());
      void handleChainRequest(market.chain, body).then((answer) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer));
      });
    });
  });
  const port = httpChainPort({ url: await listen(server), timeoutMs: 2000 });
  const remote = (names: string[]): Wallet =>
    new Wallet(
      new WalletView({ chain: CHAIN, port, keys: keysInMemory(names, randomBytes) }),
      journalInMemory(),
    );
  const [seller, buyer] = [remote(['settlement', 'meter']), remote(['settlement'])];
  for (const { address } of [seller, buyer]) await market.operator.admit(address);
  await market.operator.admitMeter(seller.meterAddress);
  await market.operator.issueTo({ to: buyer.address, asset: 'ecoin', raw: 5000n });
  await seller.issueMore({ asset: 'energy', raw: 100n });
  const { request } = await offered(seller, 5);
  expect(failures(await buyer.completeTrade(request))).toEqual(request.offers.map(() => undefined));
  await market.confirm();
  expect(await holdings(buyer)).toEqual({ energy: 50n, ecoin: 5000n - 5n * PRICE });
  expect(failures(await buyer.completeTrade({ ...request, trade: 'T2' }))).toEqual(
    request.offers.map(() => 'output_spent'),
  );
  expect((await port.info()).name).toBe(CHAIN);
  expect((await port.block(market.chain.height))?.hash).toBe(market.chain.tip);
  expect(await port.history([buyer.address], 3)).toHaveLength(3);
  await expect(
    port.changes({ cursor: 'x'.repeat(9), addresses: ['0' as never] }),
  ).rejects.toMatchObject({ code: 'chain_request_invalid', retryable: false });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(buyer.balances()).rejects.toMatchObject({
    code: 'chain_unreachable',
    retryable: true,
  });
  await port.close();
});

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/chain`);
    });
  });
}
