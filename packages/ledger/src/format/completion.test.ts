import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from './bytes.ts';
import { checkSettlement, completeOffer } from './completion.ts';
import type { LotToSettle, PayerInput } from './completion.ts';
import { transactionFixtures } from '../testing/recordings.ts';
import { parsePlainPayment } from './script.ts';
import { SignatureCache, verifyInput } from './signature.ts';
import { decodeTransaction, encodeTransaction } from './transaction.ts';
import type { Transaction, TransactionOutput } from './transaction.ts';
import {
  ADMIN,
  ECOIN,
  ENERGY,
  EXPECTED,
  GIVE,
  LOT,
  OFFER,
  WANT,
  buyer,
  codeOf,
  ecoin,
  energy,
  good,
  pay,
  seller,
  thief,
} from '../testing/offer-example.ts';

function purse(vout: number, raw: bigint, key = buyer): PayerInput {
  return { txid: 'c3'.repeat(32), vout, script: pay(key.hash160, [ecoin(raw)]), key };
}

const TRADE = {
  offer: good(OFFER),
  inputs: [purse(0, 100n), purse(1, 60n)],
  payer: buyer.hash160,
  change: [ecoin(11n)],
};

describe('a completed offer', () => {
  const { bytes, txid } = completeOffer(TRADE);
  const transaction = decodeTransaction(bytes);

  test('pays the owner, the payer, and the change, in this order, and every input is rightly signed', () => {
    const scripts = [LOT.script, ...TRADE.inputs.map(({ script }) => script)];
    expect(transaction.inputs).toHaveLength(3);
    scripts.forEach((script, i) => {
      expect(verifyInput(transaction, i, script)).toBe(true);
    });
    expect(transaction.outputs.map(({ script }) => parsePlainPayment(script))).toEqual([
      { hash160: seller.hash160, assets: new Map([[ECOIN, 149n]]) },
      { hash160: buyer.hash160, assets: new Map([[ENERGY, 10n]]) },
      { hash160: buyer.hash160, assets: new Map([[ECOIN, 11n]]) },
    ]);
    expect(transaction.inputs[0]).toEqual(decodeTransaction(OFFER).inputs[0]);
    expect(transaction.outputs[0]).toEqual(decodeTransaction(OFFER).outputs[0]);
    expect(txid).toMatch(/^[0-9a-f]{64}$/);
  });

  test('cannot be added to: the payer signed the whole', () => {
    const more = {
      ...transaction,
      outputs: [...transaction.outputs, { value: 0n, script: LOT.script }],
    };
    expect(verifyInput(more, 1, TRADE.inputs[0]?.script ?? LOT.script)).toBe(false);
    expect(verifyInput(more, 0, LOT.script)).toBe(true);
  });

  test('needs no second check of the offer’s signature', () => {
    const cache = new SignatureCache();
    good(OFFER, { ...EXPECTED, cache });
    expect(cache.size).toBe(1);
    expect(verifyInput(transaction, 0, LOT.script, cache)).toBe(true);
    expect(cache.size).toBe(1);
  });

  test('needs no change when the inputs are just right', () => {
    const exact = completeOffer({ ...TRADE, inputs: [purse(0, 149n)], change: [] });
    expect(decodeTransaction(exact.bytes).outputs).toHaveLength(2);
  });

  test('balances for every way to split the payment', () => {
    const amounts = fc.array(fc.bigInt({ min: 1n, max: 10n ** 15n }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(amounts, amounts, (paid, returned) => {
        const inputs = paid.map((raw, i) => purse(i, raw));
        const total = paid.reduce((sum, raw) => sum + raw, 0n);
        const change = returned.map(ecoin);
        const due = WANT.raw + returned.reduce((sum, raw) => sum + raw, 0n);
        const request = { ...TRADE, inputs, change };
        expect(codeOf(() => completeOffer(request))).toBe(total === due ? 'none' : 'unbalanced');
        const rest = due > total ? [...inputs, purse(9, due - total)] : inputs;
        const fair = due < total ? [...change, ecoin(total - due)] : change;
        const made = completeOffer({ ...TRADE, inputs: rest, change: fair });
        expect(decodeTransaction(made.bytes).outputs).toHaveLength(2 + fair.length);
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    ['unbalanced', 'too little is paid', { inputs: [purse(0, 148n)], change: [] }],
    ['unbalanced', 'a surplus would be left to anybody', { inputs: [purse(0, 150n)], change: [] }],
    ['unbalanced', 'the change is of an asset not paid in', { change: [ecoin(11n), energy(1n)] }],
    [
      'unbalanced',
      'an input holds another asset that would be lost',
      { inputs: [{ ...purse(0, 160n), script: pay(buyer.hash160, [ecoin(160n), energy(1n)]) }] },
    ],
    ['quantity-out-of-range', 'change of nothing', { change: [ecoin(11n), ecoin(0n)] }],
    ['quantity-out-of-range', 'negative change', { change: [ecoin(12n), ecoin(-1n)] }],
    ['output-twice', 'one output is spent twice', { inputs: [purse(0, 80n), purse(0, 80n)] }],
    [
      'output-twice',
      'the lot itself is spent as payment',
      { inputs: [{ ...LOT, key: seller }, purse(1, 160n)] },
    ],
    [
      'output-not-owned',
      'a purse is somebody else’s',
      { inputs: [{ ...purse(0, 160n, thief), key: buyer }] },
    ],
    [
      'output-not-plain',
      'a purse carries a permission',
      { inputs: [{ ...purse(0, 160n), script: pay(buyer.hash160, [ecoin(160n)], ADMIN) }] },
    ],
  ])('is refused as %s when %s', (code, _, change) => {
    expect(codeOf(() => completeOffer({ ...TRADE, ...change }))).toBe(code);
  });
});

function output(script: Uint8Array): TransactionOutput {
  return { value: 0n, script };
}

/** What a transaction is to one lot. */
function settlement(bytes: Uint8Array, lot: LotToSettle): string | undefined {
  return checkSettlement(bytes, [lot])[0];
}

describe('a settlement', () => {
  const { bytes } = completeOffer(TRADE);
  const expected = { offer: OFFER, taker: buyer.hash160, give: GIVE };
  const changed = (change: (t: Transaction) => Transaction): Uint8Array =>
    encodeTransaction(change(decodeTransaction(bytes)));

  test('is agreed when it is what was completed, and when a node wrote it otherwise but to the same end', () => {
    expect(settlement(bytes, expected)).toBe('agreed');
    const merged = changed((t) => ({
      ...t,
      outputs: [...t.outputs.slice(0, 1), output(pay(buyer.hash160, [GIVE, ecoin(11n)]))],
    }));
    expect(settlement(merged, expected)).toBe('agreed');
  });

  test('of a real node is agreed with the taker it paid and nobody else', () => {
    const fixtures = transactionFixtures();
    const offer = fixtures.find(({ about }) => about.includes('1 energy for 1000'));
    const taken = fixtures.find(({ about }) => about.includes('the same offer completed'));
    if (!offer || !taken) throw new Error('not recorded');
    const paid = parsePlainPayment(decodeTransaction(taken.hex).outputs[1]?.script ?? LOT.script);
    const taker = paid?.hash160 ?? LOT.script;
    const asked = { offer: fromHex(offer.hex), taker, give: energy(1000n) };
    expect(settlement(fromHex(taken.hex), asked)).toBe('agreed');
    expect(settlement(fromHex(taken.hex), { ...asked, taker: thief.hash160 })).toBe('other');
    expect(settlement(fromHex(taken.hex), { ...asked, give: energy(1001n) })).toBe('other');
  });

  test.each([
    [
      'the owner took the lot back',
      changed((t) => ({ ...t, outputs: [output(pay(seller.hash160, [GIVE]))] })),
    ],
    [
      'the owner was paid less',
      changed((t) => ({
        ...t,
        outputs: [output(pay(seller.hash160, [ecoin(1n)])), ...t.outputs.slice(1)],
      })),
    ],
    [
      'the goods went to a stranger',
      changed((t) => ({
        ...t,
        outputs: [...t.outputs.slice(0, 1), output(pay(thief.hash160, [GIVE]))],
      })),
    ],
    [
      'the goods stand at the owner’s index',
      changed((t) => ({ ...t, outputs: t.outputs.toReversed() })),
    ],
    [
      'the taker got less',
      changed((t) => ({
        ...t,
        outputs: [...t.outputs.slice(0, 1), output(pay(buyer.hash160, [energy(9n)]))],
      })),
    ],
    [
      'the goods are issued, not given',
      changed((t) => ({
        ...t,
        outputs: [...t.outputs.slice(0, 1), output(pay(buyer.hash160, [GIVE], { issue: 5n }))],
      })),
    ],
    ['the lot stands at another index', changed((t) => ({ ...t, inputs: t.inputs.toReversed() }))],
    [
      'another lot is spent',
      changed((t) => ({ ...t, inputs: t.inputs.map((x) => ({ ...x, vout: x.vout + 1 })) })),
    ],
    ['it is the offer alone', OFFER],
    ['it is no transaction', new Uint8Array(9)],
  ])('is another one when %s', (_, transaction) => {
    expect(settlement(transaction, expected)).toBe('other');
  });

  test('does not count what the owner is paid as what the taker gets', () => {
    const self = { offer: OFFER, taker: seller.hash160, give: WANT };
    expect(settlement(bytes, self)).toBe('other');
  });

  test('of no offer is never agreed', () => {
    expect(settlement(bytes, { ...expected, offer: new Uint8Array(10) })).toBe('other');
  });
});
