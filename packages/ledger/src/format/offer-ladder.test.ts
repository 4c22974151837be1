import { describe, expect, test } from 'vitest';
import {
  ADMIN,
  ECOIN,
  ENERGY,
  EXPECTED,
  GIVE,
  OFFER,
  WANT,
  buyer,
  codeOf,
  ecoin,
  energy,
  pay,
  seller,
  thief,
} from '../testing/offer-example.ts';
import { LADDER_LEGS_MAX } from '../limits.ts';
import { checkSettlement, completeOffer } from './completion.ts';
import { checkOffer, checkRung } from './offer-check.ts';
import type { CheckedOffer, ExpectedOffer, OfferFault } from './offer-check.ts';
import { ladderGroups, ladderOffer, makeLadder, makeUnitOffer } from './offer.ts';
import type { KnownOutput } from './offer.ts';
import { parsePlainPayment } from './script.ts';
import { SIGHASH, SignatureCache, signInput, verifyInput } from './signature.ts';
import { decodeTransaction, encodeTransaction, outputOf } from './transaction.ts';
import type { Transaction } from './transaction.ts';

const script = pay(seller.hash160, [GIVE]);
const lotAt = (vout: number): KnownOutput => ({ txid: 'd4'.repeat(32), vout, script });
const LOTS = [0, 1, 2, 3].map(lotAt);
const SCRIPTS = makeLadder({ outputs: LOTS, want: WANT, key: seller });
const EXPECTEDS = LOTS.map((lot): ExpectedOffer => ({ ...EXPECTED, output: outputOf(lot) }));

/** An offer of some lots with some signatures, as a payer puts it together. */
function offerOf(lots: readonly KnownOutput[], scripts: readonly (Uint8Array | undefined)[]) {
  const legs = lots.map((output, i) => {
    const signed = scripts[i] ?? new Uint8Array(0);
    return { output, owner: seller.hash160, want: WANT, script: signed };
  });
  return ladderOffer(legs);
}

function faultAt(
  bytes: Uint8Array,
  expected: readonly ExpectedOffer[],
): readonly [OfferFault, number] | 'none' {
  const verdict = checkOffer(bytes, expected);
  return verdict.kind === 'bad' ? [verdict.reason, verdict.leg] : 'none';
}

function goodLadder(count: number): CheckedOffer {
  const verdict = checkOffer(offerOf(LOTS.slice(0, count), SCRIPTS), EXPECTEDS.slice(0, count));
  if (verdict.kind === 'bad') throw new Error(verdict.reason);
  return verdict.offer;
}

/** The whole ladder with one leg changed and signed again by its owner. */
function forged(leg: number, change: (t: Transaction) => Transaction, hashType?: 0x01): Uint8Array {
  const transaction = change(decodeTransaction(offerOf(LOTS, SCRIPTS)));
  const signed = signInput({
    transaction,
    index: leg,
    prevScript: script,
    key: seller,
    hashType: hashType ?? SIGHASH.singleAnyoneCanPay,
  });
  const inputs = transaction.inputs.map((input, i) =>
    i === leg ? { ...input, script: signed } : input,
  );
  return encodeTransaction({ ...transaction, inputs });
}

function payingAt(leg: number, paid: Uint8Array) {
  return (t: Transaction): Transaction => ({
    ...t,
    outputs: t.outputs.map((output, i) => (i === leg ? { value: 0n, script: paid } : output)),
  });
}

describe('a ladder', () => {
  test('is an offer of as many lots as one takes from its beginning', () => {
    for (const count of [1, 2, 3, 4]) expect(goodLadder(count).legs).toHaveLength(count);
  });

  test('has the unit offer of its first lot as its first rung', () => {
    const unit = makeUnitOffer({ output: lotAt(0), want: WANT, key: seller });
    expect(offerOf(LOTS.slice(0, 1), SCRIPTS)).toEqual(unit);
  });

  test('lets a lot at its index stand after any others', () => {
    const other = makeLadder({ outputs: [7, 8].map(lotAt), want: WANT, key: seller });
    const mixed = [lotAt(7), lotAt(8), lotAt(2)];
    const expected = mixed.map((lot) => ({ ...EXPECTED, output: outputOf(lot) }));
    expect(faultAt(offerOf(mixed, [...other, SCRIPTS[2]]), expected)).toBe('none');
  });

  test('is completed with one payment, in one transaction, signed by all', () => {
    const input = { txid: 'c3'.repeat(32), vout: 0, script: pay(buyer.hash160, [ecoin(500n)]) };
    const { bytes } = completeOffer({
      offer: goodLadder(3),
      inputs: [{ ...input, key: buyer }],
      payer: buyer.hash160,
      change: [ecoin(53n)],
    });
    const transaction = decodeTransaction(bytes);
    [script, script, script, input.script].forEach((spent, i) => {
      expect(verifyInput(transaction, i, spent)).toBe(true);
    });
    const paid = transaction.outputs.map((output) => parsePlainPayment(output.script)?.assets);
    const price = new Map([[ECOIN, 149n]]);
    const goods = new Map([[ENERGY, 30n]]);
    expect(paid).toEqual([price, price, price, goods, new Map([[ECOIN, 53n]])]);
  });

  test.each<[string, OfferFault, number, Uint8Array, (readonly ExpectedOffer[])?]>([
    ['two rungs are swapped', 'signature-wrong', 0, offerOf(LOTS, SCRIPTS.toReversed())],
    [
      'its lots stand at other indices',
      'other-output',
      0,
      offerOf(LOTS.toReversed(), SCRIPTS.toReversed()),
    ],
    ['a leg is signed over everything', 'signature-type', 2, forged(2, (t) => t, SIGHASH.all)],
    [
      'it has an output more',
      'output-count',
      0,
      forged(1, (t) => ({ ...t, outputs: [...t.outputs, { value: 0n, script }] })),
    ],
    [
      'it has an output less',
      'output-count',
      0,
      forged(1, (t) => ({ ...t, outputs: t.outputs.slice(0, 3) })),
    ],
    [
      'it has an input more',
      'input-count',
      0,
      forged(1, (t) => ({ ...t, inputs: [...t.inputs, ...t.inputs.slice(0, 1)] })),
    ],
    ['it has fewer legs than agreed', 'input-count', 0, offerOf(LOTS.slice(0, 3), SCRIPTS)],
    [
      'a leg asks the price of another order',
      'pays-other-sum',
      1,
      forged(1, payingAt(1, pay(seller.hash160, [ecoin(150n)]))),
    ],
    [
      'a leg pays somebody else',
      'pays-other-owner',
      3,
      forged(3, payingAt(3, pay(thief.hash160, [WANT]))),
    ],
    [
      'a leg grants a permission',
      'pays-more',
      3,
      forged(3, payingAt(3, pay(seller.hash160, [WANT], ADMIN))),
    ],
    [
      'a lot holds more than a lot',
      'lot-not-exact',
      2,
      offerOf(LOTS, SCRIPTS),
      EXPECTEDS.with(2, { ...expectedAt(2), outputScript: pay(seller.hash160, [energy(11n)]) }),
    ],
    [
      'a lot holds less than a lot',
      'lot-not-exact',
      2,
      offerOf(LOTS, SCRIPTS),
      EXPECTEDS.with(2, { ...expectedAt(2), outputScript: pay(seller.hash160, [energy(9n)]) }),
    ],
    [
      'a lot is somebody else’s',
      'lot-not-owned',
      1,
      offerOf(LOTS, SCRIPTS),
      EXPECTEDS.with(1, { ...expectedAt(1), outputScript: pay(thief.hash160, [GIVE]) }),
    ],
    [
      'its lots are of two owners',
      'lot-not-owned',
      1,
      offerOf(LOTS, SCRIPTS),
      EXPECTEDS.with(1, {
        ...expectedAt(1),
        owner: thief.hash160,
        outputScript: pay(thief.hash160, [GIVE]),
      }),
    ],
    [
      'one lot stands in it twice',
      'other-output',
      1,
      forged(1, (t) => ({ ...t, inputs: t.inputs.map((input) => ({ ...input, vout: 0 })) })),
      EXPECTEDS.map(() => expectedAt(0)),
    ],
    ['nothing is agreed', 'input-count', 0, OFFER, []],
  ])('is refused when %s', (_, fault, leg, bytes, expected = EXPECTEDS) => {
    expect(faultAt(bytes, expected)).toEqual([fault, leg]);
  });

  test('is not signed of what cannot be meant', () => {
    const make = (outputs: readonly KnownOutput[], want = WANT): string =>
      codeOf(() => makeLadder({ outputs, want, key: seller }));
    expect(make([lotAt(0), lotAt(0)])).toBe('output-twice');
    expect(make([lotAt(0), { ...lotAt(1), script: pay(thief.hash160, [GIVE]) }])).toBe(
      'output-not-owned',
    );
    expect(make(LOTS, ecoin(0n))).toBe('quantity-out-of-range');
    expect(make(Array.from({ length: LADDER_LEGS_MAX + 1 }, (__, i) => lotAt(i)))).toBe('too-long');
  });
});

function expectedAt(index: number): ExpectedOffer {
  return { ...EXPECTED, output: outputOf(lotAt(index)) };
}

describe('a rung alone', () => {
  test('is good at its index only, for its lot and its price', () => {
    for (const [index, signed] of SCRIPTS.entries()) {
      for (const at of [0, 1, 2, 3]) {
        const fault = checkRung({ index: at, script: signed }, expectedAt(index));
        expect(fault).toBe(at === index ? undefined : 'signature-wrong');
      }
      const rung = { index, script: signed };
      const dearer = { ...expectedAt(index), want: ecoin(150n) };
      expect(checkRung(rung, dearer)).toBe('signature-wrong');
      expect(checkRung(rung, expectedAt(9))).toBe('signature-wrong');
    }
  });

  test.each([-1, 0.5, Number.NaN, LADDER_LEGS_MAX, 2 ** 40])('is none at index %s', (index) => {
    const rung = { index, script: SCRIPTS[0] ?? script };
    expect(checkRung(rung, expectedAt(0))).toBe('signature-wrong');
  });

  test('found good needs no second check in the transaction that it settles in', () => {
    const cache = new SignatureCache();
    SCRIPTS.forEach((signed, index) => {
      expect(checkRung({ index, script: signed }, { ...expectedAt(index), cache })).toBeUndefined();
    });
    const before = cache.size;
    const transaction = decodeTransaction(offerOf(LOTS, SCRIPTS));
    for (const index of LOTS.keys()) verifyInput(transaction, index, script, cache);
    expect([before, cache.size]).toEqual([4, 4]);
  });
});

test('lots are cut where the next rung does not lead on', () => {
  const cut = (...indices: readonly (number | undefined)[]): unknown =>
    ladderGroups(indices, (index) => index);
  expect(cut(0, 1, 2)).toEqual([[0, 1, 2]]);
  expect(cut(0, 1, 0, 1, 2)).toEqual([
    [0, 1],
    [0, 1, 2],
  ]);
  expect(cut(5, 6)).toEqual([[5], [6]]);
  expect(cut(undefined, 1)).toEqual([[undefined], [1]]);
  expect(cut(0, 1, 3, 2)).toEqual([[0, 1], [3], [2]]);
  expect(cut(0, undefined, 1)).toEqual([[0], [undefined], [1]]);
  expect(cut()).toEqual([]);
  const long = Array.from({ length: LADDER_LEGS_MAX + 1 }, (_, index) => index);
  const groups = ladderGroups(long, (index) => index);
  expect(groups.map(({ length }) => length)).toEqual([LADDER_LEGS_MAX, 1]);
});

describe('the settlement of a ladder', () => {
  const input = { txid: 'c3'.repeat(32), vout: 0, script: pay(buyer.hash160, [ecoin(447n)]) };
  const { bytes } = completeOffer({
    offer: goodLadder(3),
    inputs: [{ ...input, key: buyer }],
    payer: buyer.hash160,
    change: [],
  });
  const units = LOTS.map((output) => makeUnitOffer({ output, want: WANT, key: seller }));
  const lots = units.map((offer) => ({ offer, taker: buyer.hash160, give: GIVE }));
  const changed = (change: (t: Transaction) => Transaction): Uint8Array =>
    encodeTransaction(change(decodeTransaction(bytes)));

  test('is what all its lots were to get', () => {
    expect(checkSettlement(bytes, lots.slice(0, 3))).toEqual(['agreed', 'agreed', 'agreed']);
    expect(checkSettlement(bytes, lots)).toEqual(['agreed', 'agreed', 'agreed', 'other']);
  });

  test('is none for anybody when the taker got the goods of fewer lots', () => {
    const less = changed(payingAt(3, pay(buyer.hash160, [energy(20n)])));
    expect(checkSettlement(less, lots.slice(0, 3))).toEqual(['other', 'other', 'other']);
    // Of two lots on offer it would be enough.
    expect(checkSettlement(less, lots.slice(0, 2))).toEqual(['agreed', 'agreed']);
  });

  test('is none for a lot whose owner was paid less, and stays one for the others', () => {
    const less = changed(payingAt(1, pay(seller.hash160, [ecoin(1n)])));
    expect(checkSettlement(less, lots.slice(0, 3))).toEqual(['agreed', 'other', 'agreed']);
  });

  test('counts each taker for himself, and no leg as goods', () => {
    const [first, second, third] = lots;
    if (!first || !second || !third) throw new Error('no lots');
    const two = [first, second, { ...third, taker: thief.hash160 }];
    expect(checkSettlement(bytes, two)).toEqual(['agreed', 'agreed', 'other']);
    const self = [first, { ...second, taker: seller.hash160, give: WANT }, third];
    expect(checkSettlement(bytes, self)).toEqual(['agreed', 'other', 'agreed']);
  });
});
