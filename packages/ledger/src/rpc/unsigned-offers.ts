/** Offers before they are signed: the same bytes as those of format/offer.ts, for a node to sign. */
import { sameBytes } from '../format/bytes.ts';
import { OfferError, payment, requireQuantity } from '../format/offer.ts';
import type { KnownOutput, Want } from '../format/offer.ts';
import { parsePlainPayment } from '../format/script.ts';
import { outputOf } from '../format/transaction.ts';
import type { SigningRequest } from './signing.ts';
import { unsignedTransaction } from './signing.ts';

/**
 * Makes what a node is to sign: outputs of one owner, each for the same want, at indices 0 and up.
 * @throws OfferError unless each output is a plain one of one asset that is the owner's, and the want a positive quantity of another asset.
 */
export function makeLadderUnsigned(
  owner: Uint8Array,
  want: Want,
): (outputs: readonly KnownOutput[]) => SigningRequest {
  requireQuantity(want);
  const wanted = payment(owner, want);
  return (outputs) => {
    if (new Set(outputs.map(outputOf)).size < outputs.length) {
      throw new OfferError('output-twice', 'one output is offered twice');
    }
    for (const output of outputs) requireLot(output, owner, want);
    return {
      kind: 'single',
      transaction: unsignedTransaction(
        outputs,
        outputs.map(() => wanted),
      ),
      prevScripts: outputs.map(({ script }) => script),
    };
  };
}

function requireLot(output: KnownOutput, owner: Uint8Array, want: Want): void {
  const plain = parsePlainPayment(output.script);
  if (!plain) throw new OfferError('output-not-plain', `${outputOf(output)} is more than assets`);
  if (!sameBytes(plain.hash160, owner)) {
    throw new OfferError('output-not-owned', `${outputOf(output)} is not the wallet's`);
  }
  const [lot] = plain.assets;
  if (!lot || plain.assets.size !== 1)
    throw new OfferError('lot-not-single', 'a lot holds one asset');
  requireQuantity({ asset: lot[0], raw: lot[1] });
  if (lot[0] === want.asset) throw new OfferError('same-asset', 'gives what it wants');
}
