/** Checks what households deliver, as the exchange does: every offer and every rung against the order's terms and against the chain. */
import { checkOffer, checkRung, fromHex, outpointOf } from '@wattlot/ledger';
import type { AssetId, Chain, ExpectedOffer } from '@wattlot/ledger';
import { lotTerms } from './place.ts';
import type { Household, OfferedLot } from './place.ts';

/** What must be in an offer of a lot of this seller. @throws Error when its output is not there. */
function expectedOf(chain: Chain, seller: Household, { output }: OfferedLot): ExpectedOffer {
  const outpoint = outpointOf(output);
  const held = outpoint && chain.output(outpoint.txid, outpoint.vout);
  if (held === undefined) throw new Error('an output is not there');
  return {
    give: { asset: assetId(chain, lotTerms.give.asset), raw: lotTerms.give.raw },
    want: { asset: assetId(chain, lotTerms.want.asset), raw: lotTerms.want.raw },
    owner: seller.hash,
    output,
    outputScript: held.script,
    cache: chain.signatures,
  };
}

function assetId(chain: Chain, name: string): AssetId {
  const asset = chain.asset(name);
  if (asset === undefined) throw new Error(`the chain has no asset ${name}`);
  return asset.id;
}

/** Checks the offer of each lot. @throws Error when one is bad. */
export function checkOffers(chain: Chain, seller: Household, lots: readonly OfferedLot[]): void {
  for (const lot of lots) {
    const verdict = checkOffer(fromHex(lot.offer), expectedOf(chain, seller, lot));
    if (verdict.kind === 'bad') throw new Error(`an offer is bad: ${verdict.reason}`);
  }
}

/** Checks the rung of each lot. @throws Error when one is bad or missing. */
export function checkRungs(chain: Chain, seller: Household, lots: readonly OfferedLot[]): void {
  for (const lot of lots) {
    if (lot.rung === undefined) throw new Error('a lot has no rung');
    const { index, script } = lot.rung;
    const fault = checkRung({ index, script: fromHex(script) }, expectedOf(chain, seller, lot));
    if (fault !== undefined) throw new Error(`a rung is bad: ${fault}`);
  }
}
