/** For tests only: a lot, its offer, and helpers to make others like them. */
import { assetIdOf, PERMISSION_FLAGS, PERMISSION_FOREVER } from '../format/element.ts';
import type { AssetId, AssetQuantity } from '../format/element.ts';
import { keyPairOf } from '../format/keys.ts';
import type { KeyPair } from '../format/keys.ts';
import { checkOffer } from '../format/offer-check.ts';
import type { CheckedOffer, ExpectedOffer, OfferFault } from '../format/offer-check.ts';
import { makeUnitOffer, OfferError } from '../format/offer.ts';
import type { KnownOutput } from '../format/offer.ts';
import { buildOutputScript } from '../format/script.ts';
import type { PayMeaning } from '../format/script.ts';
import { outputOf } from '../format/transaction.ts';

export const ENERGY: AssetId = assetIdOf(
  '0f640adc5e995d0928ba647356882e77f3a744343d933e17580e64cdb240bc8c',
);
export const ECOIN: AssetId = assetIdOf(
  '96e5f03ed51a95861487ea6e4fd70a54fbb9817939da00cd85433aa207b4e2f0',
);
export const seller: KeyPair = keyPairOf(new Uint8Array(32).fill(1));
export const buyer: KeyPair = keyPairOf(new Uint8Array(32).fill(2));
export const thief: KeyPair = keyPairOf(new Uint8Array(32).fill(3));

export const energy = (raw: bigint): AssetQuantity => ({ asset: ENERGY, raw });
export const ecoin = (raw: bigint): AssetQuantity => ({ asset: ECOIN, raw });
export const GIVE: AssetQuantity = energy(10n);
export const WANT: AssetQuantity = ecoin(149n);

export function pay(
  owner: Uint8Array,
  quantities: readonly AssetQuantity[],
  extra: Partial<PayMeaning> = {},
): Uint8Array {
  const assets = quantities.map((quantity) => ({ ...quantity, how: 'transfer' as const }));
  return buildOutputScript({ kind: 'pay', hash160: owner, assets, ...extra });
}

export const LOT: KnownOutput = {
  txid: 'a1'.repeat(32),
  vout: 3,
  script: pay(seller.hash160, [GIVE]),
};
export const EXPECTED: ExpectedOffer = {
  give: GIVE,
  want: WANT,
  owner: seller.hash160,
  output: outputOf(LOT),
  outputScript: LOT.script,
};
export const OFFER: Uint8Array = makeUnitOffer({ output: LOT, want: WANT, key: seller });
export const ADMIN: Pick<PayMeaning, 'permissions'> = {
  permissions: [
    {
      entity: null,
      flags: PERMISSION_FLAGS.admin,
      start: 0,
      end: PERMISSION_FOREVER,
      timestamp: 0,
    },
  ],
};

export function good(bytes: Uint8Array, expected: ExpectedOffer = EXPECTED): CheckedOffer {
  const verdict = checkOffer(bytes, expected);
  if (verdict.kind !== 'good') throw new Error(verdict.reason);
  return verdict.offer;
}

export function faultOf(
  bytes: Uint8Array,
  expected: Partial<ExpectedOffer> = {},
): OfferFault | 'none' {
  const verdict = checkOffer(bytes, { ...EXPECTED, ...expected });
  return verdict.kind === 'bad' ? verdict.reason : 'none';
}

export function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof OfferError) return error.code;
    throw error;
  }
  return 'none';
}
