import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChainPort } from '../chain/chain-port.ts';
import type { KnownOutput } from '../format/offer.ts';
import { outputOf } from '../format/transaction.ts';
import { LedgerError } from '../ledger-error.ts';
import { CHAIN, holdings, startMarket } from '../testing/market.ts';
import type { TestMarket } from '../testing/market.ts';
import { keysInMemory } from './key-file.ts';
import type { CompletionRequest, LotResult } from './trade-completion.ts';
import { openWalletJournal } from './wallet-journal.ts';
import type { WalletJournal } from './wallet-journal.ts';
import { WalletView } from './wallet-view.ts';
import { Wallet } from './wallet.ts';

const LOT = 10n;
const PRICE = 149n;
const give = { asset: 'energy', raw: LOT };
const want = { asset: 'ecoin', raw: PRICE };

let market: TestMarket;
let journals: WalletJournal[];

beforeEach(async () => {
  market = await startMarket();
  journals = [];
});

afterEach(async () => {
  for (const journal of journals) await journal.close();
  await market.end();
});

type Offer = CompletionRequest['offers'][number];

/** Lots on offer with a ladder over all of them. */
async function laddered(
  seller: Wallet,
  count: number,
): Promise<{
  readonly lots: readonly KnownOutput[];
  readonly offers: readonly Offer[];
  readonly request: CompletionRequest;
}> {
  const outputs = await seller.split({ asset: 'energy', lotRaw: LOT, count });
  const signed = seller.signOffers({ outputs, want });
  const scripts = seller.signLadder({ outputs, want });
  const offers = outputs.map((output, lot) => ({
    lot,
    output: outputOf(output),
    offer: signed[lot] ?? '',
    rung: { index: lot, script: scripts[lot] ?? '' },
  }));
  const request = { trade: 'T1', owner: seller.address, offers, give, want };
  return { lots: outputs, offers, request };
}

function txids(results: readonly LotResult[]): (string | undefined)[] {
  return results.map((result) => ('txid' in result ? result.txid : undefined));
}

function failures(results: readonly LotResult[]): (string | undefined)[] {
  return results.map((result) => ('failure' in result ? result.failure.code : undefined));
}

/** How many lots each transaction settled, in the order of the lots. */
function sizes(results: readonly LotResult[]): readonly number[] {
  const groups = Map.groupBy(txids(results), (txid) => txid);
  groups.delete(undefined);
  return [...groups.values()].map(({ length }) => length);
}

async function pair(ecoin = 10_000n): Promise<[Wallet, Wallet]> {
  return [await market.wallet({ energy: 2000n }), await market.wallet({ ecoin })];
}

/** Everything settled, nothing made or lost. */
async function expectSettled(seller: Wallet, buyer: Wallet, count: bigint): Promise<void> {
  await market.confirm();
  const left = 10_000n - count * PRICE;
  expect(await holdings(buyer)).toEqual({ ecoin: left, energy: count * LOT });
  expect(await holdings(seller)).toEqual({ energy: 2000n - count * LOT, ecoin: count * PRICE });
}

test('all lots of a trade that stand in one ladder settle in one transaction', async () => {
  const [seller, buyer] = await pair();
  const { request } = await laddered(seller, 50);
  const results = await buyer.completeTrade(request);
  expect(sizes(results)).toEqual([50]);
  await expectSettled(seller, buyer, 50n);
});

test('any first lots of a ladder do, and two ladders make two transactions', async () => {
  const [seller, buyer] = await pair();
  const [one, two] = [await laddered(seller, 10), await laddered(seller, 8)];
  const rest = two.offers.map((offer) => ({ ...offer, lot: offer.lot + 10 }));
  const offers = [...one.offers, ...rest.slice(0, 5)];
  const results = await buyer.completeTrade({ ...one.request, offers });
  expect(sizes(results)).toEqual([10, 5]);
  await expectSettled(seller, buyer, 15n);
});

test('a ladder whose first lots are gone settles lot by lot until it is signed anew', async () => {
  const [seller, buyer] = await pair();
  const { lots, offers, request } = await laddered(seller, 6);
  await buyer.completeTrade({ ...request, offers: offers.slice(0, 2) });
  const results = await buyer.completeTrade({ ...request, offers: offers.slice(2, 4) });
  expect(sizes(results)).toEqual([1, 1]);
  const scripts = seller.signLadder({ outputs: lots.slice(4), want });
  const again = offers
    .slice(4)
    .map((offer, index) => ({ ...offer, rung: { index, script: scripts[index] ?? '' } }));
  expect(sizes(await buyer.completeTrade({ ...request, offers: again }))).toEqual([2]);
  await expectSettled(seller, buyer, 6n);
});

test('a lot without a rung in the middle settles by its offer, and those after it', async () => {
  const [seller, buyer] = await pair();
  const { offers, request } = await laddered(seller, 6);
  const holed = offers.map((offer) => (offer.lot === 3 ? { ...offer, rung: undefined } : offer));
  expect(sizes(await buyer.completeTrade({ ...request, offers: holed }))).toEqual([3, 1, 1, 1]);
  await expectSettled(seller, buyer, 6n);
});

/** Puts something wrong in the place of lot 3's rung. */
type Spoil = (
  offers: readonly Offer[],
  lots: readonly KnownOutput[],
  seller: Wallet,
) => readonly Offer[];

test.each<[string, string, Spoil]>([
  [
    'is for another index',
    'signature-wrong',
    (offers) => [...offers.slice(0, 3), moved(offers[3], offers[4]), ...offers.slice(4)],
  ],
  [
    'is of another lot',
    'signature-wrong',
    (offers) => offers.with(3, { ...at(offers, 3), rung: rungOf(offers, 2, 3) }),
  ],
  [
    'is at another price',
    'signature-wrong',
    (offers, lots, seller) => offers.with(3, { ...at(offers, 3), rung: dearer(lots, seller) }),
  ],
  [
    'is no hexadecimal text',
    'not-hex',
    (offers) => offers.with(3, { ...at(offers, 3), rung: { index: 3, script: 'zz' } }),
  ],
  [
    'is empty',
    'signature-form',
    (offers) => offers.with(3, { ...at(offers, 3), rung: { index: 3, script: '' } }),
  ],
])('a rung that %s is noted and its lot settles by its offer', async (_, fault, spoil) => {
  const [seller, buyer] = await pair();
  const { lots, offers, request } = await laddered(seller, 6);
  const spoiled = spoil(offers, lots, seller);
  const results = await buyer.completeTrade({ ...request, offers: spoiled });
  expect(failures(results)).toEqual(offers.map(() => undefined));
  expect(results.map(({ rungFault }) => rungFault)).toEqual(
    offers.map(({ lot }) => (lot === 3 ? fault : undefined)),
  );
  expect(sizes(results)).toEqual([3, 1, 1, 1]);
  await expectSettled(seller, buyer, 6n);
});

function at(offers: readonly Offer[], lot: number): Offer {
  const offer = offers[lot];
  if (!offer) throw new Error('no such lot');
  return offer;
}

/** The rung of one lot, said to be for an index. */
function rungOf(offers: readonly Offer[], lot: number, index: number): Offer['rung'] {
  const { rung } = at(offers, lot);
  return rung && { index, script: rung.script };
}

function moved(offer: Offer | undefined, other: Offer | undefined): Offer {
  if (!offer?.rung || !other?.rung) throw new Error('no rungs');
  return { ...offer, rung: { index: offer.rung.index, script: other.rung.script } };
}

/** The rung of lot 3 as it would be at another price. */
function dearer(lots: readonly KnownOutput[], seller: Wallet): Offer['rung'] {
  const scripts = seller.signLadder({ outputs: lots, want: { ...want, raw: PRICE + 1n } });
  return { index: 3, script: scripts[3] ?? '' };
}

test('a ladder of somebody else’s output is not paid, nor one of a lot that holds less', async () => {
  const [seller, buyer] = await pair();
  const other = await market.wallet({ energy: 100n });
  const { offers, request } = await laddered(seller, 3);
  const foreign = await laddered(other, 3);
  const small = await seller.split({ asset: 'energy', lotRaw: 1n, count: 3 });
  const scripts = seller.signLadder({ outputs: small, want });
  const mixed = offers.map((offer) => {
    if (offer.lot === 1) return { ...at(foreign.offers, 1) };
    if (offer.lot !== 2) return offer;
    const output = small[2] ? outputOf(small[2]) : offer.output;
    return { ...offer, output, rung: { index: 2, script: scripts[2] ?? '' } };
  });
  const results = await buyer.completeTrade({ ...request, offers: mixed });
  expect(failures(results)).toEqual([undefined, 'offer_bad', 'offer_bad']);
  expect(results[1]?.rungFault).toBe('lot-not-owned');
  await market.confirm();
  expect(await holdings(buyer)).toEqual({ ecoin: 10_000n - PRICE, energy: LOT });
  expect(await holdings(other)).toEqual({ energy: 100n });
});

test('a lot named twice is paid once', async () => {
  const [seller, buyer] = await pair();
  const { offers, request } = await laddered(seller, 3);
  const twice = [...offers, { ...at(offers, 1), lot: 3, rung: rungOf(offers, 1, 3) }];
  const results = await buyer.completeTrade({ ...request, offers: twice });
  expect(failures(results)).toEqual([undefined, undefined, undefined, 'output_spent']);
  expect(sizes(results)).toEqual([3]);
  await expectSettled(seller, buyer, 3n);
});

test('a lot that was spent before is failed, and the ladder before it holds', async () => {
  const [seller, buyer] = await pair();
  const { lots, request } = await laddered(seller, 6);
  await seller.renew(lots.slice(4, 5).map(outputOf));
  const results = await buyer.completeTrade(request);
  expect(failures(results)[4]).toBe('output_spent');
  expect(sizes(results)).toEqual([4, 1]);
  await expectSettled(seller, buyer, 5n);
});

/** A wallet whose journal is on disk and whose sending a test can cut. */
async function shakyBuyer(): Promise<{
  readonly open: (send: ChainPort['send']) => Promise<Wallet>;
}> {
  const keys = keysInMemory(['settlement'], randomBytes);
  const path = join(market.folder, 'buyer.sent');
  const open = async (send: ChainPort['send']): Promise<Wallet> => {
    await journals.at(-1)?.close();
    const journal = await openWalletJournal(path);
    journals.push(journal);
    const port = { ...market.port, send };
    return new Wallet(new WalletView({ chain: CHAIN, port, keys }), journal);
  };
  const { address } = await open((transactions) => market.port.send(transactions));
  await market.operator.admit(address);
  await market.operator.issueTo({ to: address, asset: 'ecoin', raw: 10_000n });
  return { open };
}

const away = new LedgerError('chain_unreachable', 'cut', { retryable: true });

test.each<[string, ChainPort['send']]>([
  ['written down and not sent', () => Promise.reject(away)],
  [
    'sent and not answered',
    async (transactions) => {
      await market.port.send(transactions);
      throw away;
    },
  ],
])('a ladder that was %s before a crash is sent once with the same bytes', async (_, send) => {
  const seller = await market.wallet({ energy: 2000n });
  const { open } = await shakyBuyer();
  const { request } = await laddered(seller, 8);
  const first = await open(send);
  await expect(first.completeTrade(request)).rejects.toMatchObject({ retryable: true });
  const written = await journals.at(-1)?.get('trade/T1/5');
  const sent: number[] = [];
  const again = await open((transactions) => {
    sent.push(transactions.length);
    return market.port.send(transactions);
  });
  const results = await again.completeTrade(request);
  expect(new Set(txids(results))).toEqual(new Set([written?.txid]));
  expect(await again.completeTrade(request)).toEqual(results);
  // Each time the ladder, and before it what was issued in a plain output: not one for each lot.
  expect(sent).toEqual([2, 2]);
  await market.confirm();
  expect(await again.completeTrade(request)).toEqual(results);
  await expectSettled(seller, again, 8n);
});

test('a lot that is spent while its ladder settles takes no other with it', async () => {
  const [seller, buyer] = await pair();
  const { lots, request } = await laddered(seller, 8);
  let isFirst = true;
  const port: ChainPort = {
    ...market.port,
    send: async (transactions) => {
      if (isFirst) await seller.renew(lots.slice(5, 6).map(outputOf));
      isFirst = false;
      return market.port.send(transactions);
    },
  };
  Object.defineProperty(buyer.view, 'port', { value: port });
  const results = await buyer.completeTrade(request);
  expect(failures(results).filter(Boolean)).toEqual(['output_spent']);
  expect(failures(results)[5]).toBe('output_spent');
  expect(sizes(results)).toEqual([5, 1, 1]);
  expect(txids(await buyer.completeTrade(request))).toEqual(txids(results));
  await expectSettled(seller, buyer, 7n);
});

test('of two buyers of one ladder one has all of it, and the other pays nothing', async () => {
  const [seller, buyer] = await pair();
  const other = await market.wallet({ ecoin: 10_000n });
  const { request } = await laddered(seller, 5);
  const won = await buyer.completeTrade(request);
  const lost = await other.completeTrade({ ...request, trade: 'T2' });
  expect(sizes(won)).toEqual([5]);
  expect(failures(lost)).toEqual(request.offers.map(() => 'output_spent'));
  expect(await holdings(other)).toEqual({ ecoin: 10_000n });
  await expectSettled(seller, buyer, 5n);
});

test('a buyer without enough for a whole ladder takes as many of its lots as he can pay', async () => {
  const [seller, buyer] = await pair(3n * PRICE + 5n);
  const { request } = await laddered(seller, 5);
  const results = await buyer.completeTrade(request);
  expect(sizes(results)).toEqual([3]);
  expect(failures(results).slice(3)).toEqual(['insufficient_funds', 'insufficient_funds']);
  expect(await holdings(buyer)).toEqual({ ecoin: 5n, energy: 3n * LOT });
});

test('a payer of very many small outputs merges them before he pays a ladder', async () => {
  const seller = await market.wallet({ ecoin: 10_000n });
  const payer = await market.wallet({ energy: 800n });
  const small = await payer.split({ asset: 'energy', lotRaw: 1n, count: 800 });
  payer.unlock(small.map(outputOf));
  const outputs = await seller.split({ asset: 'ecoin', lotRaw: PRICE, count: 60 });
  const scripts = seller.signLadder({ outputs, want: give });
  const signed = seller.signOffers({ outputs, want: give });
  const offers = outputs.map((output, lot) => {
    const rung = { index: lot, script: scripts[lot] ?? '' };
    return { lot, output: outputOf(output), offer: signed[lot] ?? '', rung };
  });
  const owner = seller.address;
  const trade = { trade: 'T1', owner, offers, give: want, want: give };
  expect(sizes(await payer.completeTrade(trade))).toEqual([60]);
  await market.confirm();
  expect(await holdings(payer)).toEqual({ energy: 200n, ecoin: 60n * PRICE });
});
