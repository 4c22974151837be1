import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex } from './bytes.ts';
import type { AssetQuantity } from './element.ts';
import { RAW_MAX } from '../limits.ts';
import { checkOffer } from './offer-check.ts';
import { makeUnitOffer } from './offer.ts';
import { transactionFixtures } from '../testing/recordings.ts';
import { parsePlainPayment } from './script.ts';
import { readSignatureScript, SIGHASH } from './signature.ts';
import { decodeTransaction, encodeTransaction, outputOf } from './transaction.ts';
import {
  seller,
  thief,
  energy,
  ecoin,
  GIVE,
  WANT,
  pay,
  LOT,
  EXPECTED,
  OFFER,
  ADMIN,
  good,
  faultOf,
  codeOf,
} from '../testing/offer-example.ts';

describe('an offer of one lot', () => {
  test('is found good by whoever knows the lot and the order', () => {
    const offer = good(OFFER);
    expect(offer.bytes).toEqual(OFFER);
    expect(offer.legs).toHaveLength(1);
    expect(offer.legs[0]).toMatchObject({ give: GIVE, want: WANT });
  });

  test('is made and found good for every quantity there is', () => {
    const raw = fc.bigInt({ min: 1n, max: RAW_MAX });
    fc.assert(
      fc.property(raw, raw, fc.nat(0xffff_ffff), (give, want, vout) => {
        const script = pay(seller.hash160, [energy(give)]);
        const output = { txid: 'b2'.repeat(32), vout, script };
        const bytes = makeUnitOffer({ output, want: ecoin(want), key: seller });
        const expected = {
          ...EXPECTED,
          give: energy(give),
          want: ecoin(want),
          outputScript: script,
        };
        expect(faultOf(bytes, { ...expected, output: outputOf(output) })).toBe('none');
        expect(
          faultOf(bytes, { ...expected, output: outputOf(output), want: ecoin(want ^ 1n) }),
        ).toBe('pays-other-sum');
      }),
      { numRuns: 50 },
    );
  });

  test('has the bytes that createrawexchange makes of the same lot and ask, but for its signer', () => {
    const recorded = transactionFixtures().filter(({ about }) =>
      about.includes('1 energy for 1000'),
    );
    expect(recorded).toHaveLength(1);
    for (const { hex, previous } of recorded) {
      const [output = '', script = ''] = Object.entries(previous)[0] ?? [];
      const [txid = '', vout] = output.split(':');
      const theirs = decodeTransaction(hex);
      const owner = parsePlainPayment(fromHex(script))?.hash160 ?? new Uint8Array(0);
      const { hashType } = readSignatureScript(theirs.inputs[0]?.script ?? owner) ?? {};
      expect(hashType).toBe(SIGHASH.singleAnyoneCanPay);
      // Ours has another owner, because we do not have the recorded one's key.
      const mine = pay(seller.hash160, [energy(1000n)]);
      const lot = { txid, vout: Number(vout), script: mine };
      const ours = decodeTransaction(
        makeUnitOffer({ output: lot, want: ecoin(1000n), key: seller }),
      );
      const withTheirs = {
        ...ours,
        inputs: ours.inputs.map((input, i) => ({
          ...input,
          script: theirs.inputs[i]?.script ?? owner,
        })),
        outputs: ours.outputs.map((paid) => ({
          ...paid,
          script: concatBytes(paid.script.subarray(0, 3), owner, paid.script.subarray(23)),
        })),
      };
      expect(toHex(encodeTransaction(withTheirs))).toBe(hex);
      const expected = {
        give: energy(1000n),
        want: ecoin(1000n),
        owner,
        output,
        outputScript: fromHex(script),
      };
      expect(checkOffer(fromHex(hex), expected).kind).toBe('good');
    }
  });

  test.each([
    ['quantity-out-of-range', { want: ecoin(0n) }],
    ['quantity-out-of-range', { want: ecoin(-1n) }],
    ['quantity-out-of-range', { want: ecoin(RAW_MAX + 1n) }],
    ['quantity-out-of-range', { script: pay(seller.hash160, [energy(0n)]) }],
    ['same-asset', { want: energy(1n) }],
    ['output-not-owned', { script: pay(thief.hash160, [GIVE]) }],
    ['output-not-plain', { script: pay(seller.hash160, [GIVE], ADMIN) }],
    ['output-not-plain', { script: fromHex('6a0101') }],
    ['lot-not-single', { script: pay(seller.hash160, []) }],
    ['lot-not-single', { script: pay(seller.hash160, [GIVE, ecoin(1n)]) }],
  ])(
    'is refused as %s when it cannot be meant',
    (code, meant: { readonly want?: AssetQuantity; readonly script?: Uint8Array }) => {
      const { want = WANT, script = LOT.script } = meant;
      expect(codeOf(() => makeUnitOffer({ output: { ...LOT, script }, want, key: seller }))).toBe(
        code,
      );
    },
  );
});
