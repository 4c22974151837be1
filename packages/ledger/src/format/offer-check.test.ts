import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex } from './bytes.ts';
import { PERMISSION_FLAGS } from './element.ts';
import type { AssetId, AssetQuantity } from './element.ts';
import { OFFER_FAULTS } from './offer-check.ts';
import type { ExpectedOffer, OfferFault } from './offer-check.ts';
import { transactionFixtures } from '../testing/recordings.ts';
import { parsePlainPayment } from './script.ts';
import { SIGHASH, signInput } from './signature.ts';
import type { HashType } from './signature.ts';
import { decodeTransaction, encodeTransaction, outputOf } from './transaction.ts';
import type { Transaction } from './transaction.ts';
import {
  ENERGY,
  seller,
  thief,
  energy,
  ecoin,
  GIVE,
  WANT,
  pay,
  LOT,
  OFFER,
  ADMIN,
  faultOf,
} from '../testing/offer-example.ts';

/** The offer with something changed and then signed again by its owner: he himself may be the attacker. */
function forged(
  change: (offer: Transaction) => Transaction,
  hashType: HashType = SIGHASH.singleAnyoneCanPay,
): Uint8Array {
  const transaction = change(decodeTransaction(OFFER));
  const request = { prevScript: LOT.script, key: seller, hashType };
  const script = signInput({ transaction, index: 0, ...request });
  const inputs = transaction.inputs.map((input, i) => (i === 0 ? { ...input, script } : input));
  return encodeTransaction({ ...transaction, inputs });
}

/** The offer with something changed and the signature left as it was. */
function tampered(change: (offer: Transaction) => Transaction): Uint8Array {
  return encodeTransaction(change(decodeTransaction(OFFER)));
}

function paying(script: Uint8Array, value = 0n) {
  return (offer: Transaction): Transaction => ({ ...offer, outputs: [{ value, script }] });
}

/** Every way we know to make an offer that is not what it seems, and why it is refused. */
const ATTACKS: readonly (readonly [string, OfferFault, Uint8Array, Partial<ExpectedOffer>?])[] = [
  [
    'the lot holds less',
    'lot-not-exact',
    OFFER,
    { outputScript: pay(seller.hash160, [energy(9n)]) },
  ],
  [
    'the lot holds more',
    'lot-not-exact',
    OFFER,
    { outputScript: pay(seller.hash160, [energy(11n)]) },
  ],
  [
    'the lot holds another asset',
    'lot-not-exact',
    OFFER,
    { outputScript: pay(seller.hash160, [ecoin(10n)]) },
  ],
  [
    'the lot holds another asset as well',
    'lot-not-exact',
    OFFER,
    { outputScript: pay(seller.hash160, [GIVE, ecoin(1n)]) },
  ],
  ['the lot holds nothing', 'lot-not-exact', OFFER, { outputScript: pay(seller.hash160, []) }],
  [
    'nothing is to be given',
    'lot-not-exact',
    OFFER,
    { give: energy(0n), outputScript: pay(seller.hash160, [energy(0n)]) },
  ],
  [
    'the lot carries a permission',
    'lot-not-plain',
    OFFER,
    { outputScript: pay(seller.hash160, [GIVE], ADMIN) },
  ],
  [
    'the lot was only just issued',
    'lot-not-plain',
    OFFER,
    { outputScript: pay(seller.hash160, [GIVE], { issue: 1n }) },
  ],
  [
    'the lot is somebody else’s',
    'lot-not-owned',
    OFFER,
    { outputScript: pay(thief.hash160, [GIVE]) },
  ],
  [
    'another lot of the owner is spent',
    'other-output',
    OFFER,
    { output: outputOf({ ...LOT, vout: 4 }) },
  ],
  ['no bytes at all', 'not-a-transaction', new Uint8Array(0)],
  ['only zeros, which a node decodes as complete', 'not-a-transaction', new Uint8Array(200)],
  [
    'bytes after it, which a node ignores',
    'not-a-transaction',
    concatBytes(OFFER, Uint8Array.of(0)),
  ],
  ['its last byte missing', 'not-a-transaction', OFFER.subarray(0, -1)],
  ['another version', 'version', forged((t) => ({ ...t, version: 2 }))],
  ['a lock time', 'lock-time', forged((t) => ({ ...t, lockTime: 500_000 }))],
  [
    'a replaceable input',
    'sequence',
    forged((t) => ({ ...t, inputs: t.inputs.map((x) => ({ ...x, sequence: 0 })) })),
  ],
  [
    'a second input',
    'input-count',
    forged((t) => ({ ...t, inputs: [...t.inputs, ...t.inputs.map((x) => ({ ...x, vout: 9 }))] })),
  ],
  ['no output', 'output-count', tampered((t) => ({ ...t, outputs: [] }))],
  [
    'a second output',
    'output-count',
    forged((t) => ({
      ...t,
      outputs: [...t.outputs, { value: 0n, script: pay(thief.hash160, [ecoin(1n)]) }],
    })),
  ],
  [
    'a second output of data',
    'output-count',
    forged((t) => ({ ...t, outputs: [...t.outputs, { value: 0n, script: fromHex('6a0101') }] })),
  ],
  ['native currency', 'native-value', forged(paying(pay(seller.hash160, [WANT]), 1n))],
  ['negative native currency', 'native-value', forged(paying(pay(seller.hash160, [WANT]), -1n))],
  ['a permission in its output', 'pays-more', forged(paying(pay(seller.hash160, [WANT], ADMIN)))],
  [
    'a permission of an asset in its output',
    'pays-more',
    forged(
      paying(
        pay(seller.hash160, [WANT], {
          permissions: [
            { entity: ENERGY, flags: PERMISSION_FLAGS.issue, start: 0, end: 9, timestamp: 0 },
          ],
        }),
      ),
    ),
  ],
  [
    'an issue in its output',
    'pays-more',
    forged(paying(pay(seller.hash160, [WANT], { issue: 7n }))),
  ],
  [
    'an unknown element in its output',
    'pays-more',
    forged(paying(concatBytes(pay(seller.hash160, [WANT]), fromHex('0473706b7a75')))),
  ],
  ['data instead of a payment', 'pays-more', forged(paying(fromHex('6a0101')))],
  ['another address', 'pays-other-owner', forged(paying(pay(thief.hash160, [WANT])))],
  ['less wanted', 'pays-other-sum', forged(paying(pay(seller.hash160, [ecoin(148n)])))],
  ['more wanted', 'pays-other-sum', forged(paying(pay(seller.hash160, [ecoin(150n)])))],
  ['nothing wanted', 'pays-other-sum', forged(paying(pay(seller.hash160, [ecoin(0n)])))],
  [
    'nothing wanted, and nothing expected',
    'pays-other-sum',
    forged(paying(pay(seller.hash160, [ecoin(0n)]))),
    { want: ecoin(0n) },
  ],
  ['an ask without any asset', 'pays-other-sum', forged(paying(pay(seller.hash160, [])))],
  ['another asset wanted', 'pays-other-sum', forged(paying(pay(seller.hash160, [energy(149n)])))],
  [
    'another asset wanted as well',
    'pays-other-sum',
    forged(paying(pay(seller.hash160, [WANT, energy(1n)]))),
  ],
  [
    'the sum written in two parts',
    'not-canonical',
    forged(paying(pay(seller.hash160, [ecoin(100n), ecoin(49n)]))),
  ],
  [
    'no signature',
    'signature-form',
    tampered((t) => ({ ...t, inputs: t.inputs.map((x) => ({ ...x, script: new Uint8Array(0) })) })),
  ],
  ['a signature over everything', 'signature-type', forged((t) => t, SIGHASH.all)],
  ['a stranger’s signature', 'signature-key', stolen()],
  [
    'a sum changed after signing',
    'signature-wrong',
    tampered(paying(pay(seller.hash160, [ecoin(150n)]))),
    { want: ecoin(150n) },
  ],
  [
    'an output changed after signing',
    'signature-wrong',
    tampered((t) => ({ ...t, inputs: t.inputs.map((x) => ({ ...x, vout: 5 })) })),
    { output: outputOf({ ...LOT, vout: 5 }) },
  ],
  ['a signature made for index 1', 'signature-wrong', signedAtOne()],
  ['a signature with the other half of S', 'signature-form', malleated()],
  [
    'a longer push of the key',
    'signature-form',
    tampered((t) => ({
      ...t,
      inputs: t.inputs.map((x) => ({
        ...x,
        script: concatBytes(x.script.subarray(0, -34), fromHex('4c'), x.script.subarray(-34)),
      })),
    })),
  ],
];

function stolen(): Uint8Array {
  const transaction = decodeTransaction(OFFER);
  const request = { prevScript: LOT.script, key: thief, hashType: SIGHASH.singleAnyoneCanPay };
  const script = signInput({ transaction, index: 0, ...request });
  return tampered((t) => ({ ...t, inputs: t.inputs.map((input) => ({ ...input, script })) }));
}

function signedAtOne(): Uint8Array {
  const { inputs, outputs, ...rest } = decodeTransaction(OFFER);
  const filler = inputs.map((input) => ({ ...input, vout: 77 }));
  const transaction = {
    ...rest,
    inputs: [...filler, ...inputs],
    outputs: [...outputs, ...outputs],
  };
  const request = { prevScript: LOT.script, key: seller, hashType: SIGHASH.singleAnyoneCanPay };
  const script = signInput({ transaction, index: 1, ...request });
  return tampered((t) => ({ ...t, inputs: t.inputs.map((input) => ({ ...input, script })) }));
}

function malleated(): Uint8Array {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  return tampered((t) => ({
    ...t,
    inputs: t.inputs.map((input) => {
      const signature = input.script.subarray(1, 1 + (input.script[0] ?? 0));
      const lengthR = signature[3] ?? 0;
      const s = BigInt(`0x${toHex(signature.subarray(6 + lengthR, -1))}`);
      const high = fromHex(`00${(order - s).toString(16).padStart(64, '0')}`);
      const body = concatBytes(
        signature.subarray(2, 4 + lengthR),
        Uint8Array.of(2, high.length),
        high,
      );
      const der = concatBytes(Uint8Array.of(0x30, body.length), body, Uint8Array.of(0x83));
      const key = input.script.subarray(-34);
      return { ...input, script: concatBytes(Uint8Array.of(der.length), der, key) };
    }),
  }));
}

describe('an offer is refused for', () => {
  const attacks = ATTACKS.map(([name, fault, bytes, expected = {}]) => ({
    name,
    fault,
    bytes,
    expected,
  }));

  test.each(attacks)('$name: $fault', ({ fault, bytes, expected }) => {
    expect(faultOf(bytes, expected)).toBe(fault);
  });

  test('every reason there is, each shown above', () => {
    const shown = new Set(ATTACKS.map(([, fault]) => fault));
    expect([...shown].toSorted()).toEqual(Object.keys(OFFER_FAULTS).toSorted());
  });

  test('any single bit changed', () => {
    for (let at = 0; at < OFFER.length * 8; at++) {
      const bytes = Uint8Array.from(OFFER);
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(faultOf(bytes)).not.toBe('none');
    }
  });

  test('any bytes whatever, without a crash', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 60 }),
        (bytes, script) => {
          expect(faultOf(bytes)).not.toBe('none');
          expect(faultOf(OFFER, { outputScript: script })).toBe('lot-not-plain');
        },
      ),
    );
  });

  test('offers that real nodes call wrongly signed', () => {
    const wrong = transactionFixtures().filter(({ wrong: [index] }) => index === 0);
    expect(wrong.length).toBeGreaterThan(1);
    for (const { hex, previous } of wrong) {
      const [output = '', script = ''] = Object.entries(previous)[0] ?? [];
      const lot = parsePlainPayment(fromHex(script));
      const paid = parsePlainPayment(
        decodeTransaction(hex).outputs[0]?.script ?? new Uint8Array(0),
      );
      if (!lot || !paid) throw new Error('no plain offer');
      const [give, want] = [only(lot.assets), only(paid.assets)];
      const expected = { give, want, owner: lot.hash160, output, outputScript: fromHex(script) };
      expect(faultOf(fromHex(hex), expected)).toBe('signature-wrong');
    }
  });
});

function only(assets: ReadonlyMap<AssetId, bigint>): AssetQuantity {
  const [entry] = assets;
  if (!entry || assets.size !== 1) throw new Error('not one asset');
  return { asset: entry[0], raw: entry[1] };
}
