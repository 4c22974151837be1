/** Trades between households: offers made and checked, matches completed, sent, and seen settled. */
import { decodeTransaction, fromHex } from '@wattlot/ledger';
import type { AssetId } from '@wattlot/ledger';
import { checkOffers, checkRungs } from './check.ts';
import { countVerifications } from './curve.ts';
import { lotTerms, offerLots, startPlace, took } from './place.ts';
import type { Household, OfferedLot, Place, Took } from './place.ts';
import { followSettled } from './settled.ts';
import type { Settled } from './settled.ts';

/** A match: lots of one seller that one buyer took. */
export interface Match {
  readonly trade: string;
  readonly seller: Household;
  readonly buyer: Household;
  readonly lots: readonly OfferedLot[];
}

/** Households of a side, with enough for so many lots each. */
export async function households(
  place: Place,
  side: 'seller' | 'buyer',
  { count, lots }: { readonly count: number; readonly lots: number },
): Promise<readonly Household[]> {
  const amount = side === 'seller' ? lotTerms.give.raw : lotTerms.want.raw;
  const raw = amount * BigInt(lots);
  const funds = side === 'seller' ? { energy: raw, ecoin: 0n } : { energy: 0n, ecoin: raw };
  const made: Household[] = [];
  for (let i = 0; i < count; i += 1) made.push(await place.household(funds, true));
  await place.idle();
  return made;
}

/** Completes a match as its buyer's agent does. Done when the chain has accepted it; `settled` is called for each lot when it is in a block. */
export async function completeMatch(
  { trade, seller, buyer, lots }: Match,
  follow: { readonly settled: Settled; readonly energy: AssetId },
  settled: () => void,
): Promise<void> {
  const give = { asset: follow.energy, raw: lotTerms.give.raw };
  for (const { output, offer } of lots) {
    follow.settled.expect(output, { offer: fromHex(offer), taker: buyer.hash, give }, settled);
  }
  const results = await buyer.wallet.completeTrade({
    trade,
    owner: seller.address,
    offers: lots,
    ...lotTerms,
  });
  for (const result of results) {
    if ('failure' in result) throw new Error(`a lot failed: ${result.failure.code}`);
  }
}

/** The asset that lots are made of. */
export function energyOf({ chain }: Place): AssetId {
  const energy = chain.asset(lotTerms.give.asset);
  if (energy === undefined) throw new Error('the chain has no energy');
  return energy.id;
}

/** What to settle: every trade takes `lots` lots, by ladder in one transaction or each in one of its own. */
export interface SettlingPlan {
  readonly trades: number;
  readonly lots: number;
  readonly isLadder: boolean;
}

/** What it took, and how many signatures were checked for it. */
export interface SettlingFigures {
  readonly lots: number;
  readonly transactions: number;
  readonly blocks: number;
  /** Split, signed, and checked by the exchange. */
  readonly offered: Took;
  /** From the first match until the last lot is in a block on disk and seen there. */
  readonly settled: Took;
  /** Signature checks for each lot: by the exchange when it is offered, by its buyer and the chain when it settles. */
  readonly checksOffered: number;
  readonly checksSettled: number;
  /** Signatures of offers and rungs that the chain checked although the exchange had: all checks less a lot's by its buyer and a payer's input's by the chain. */
  readonly checkedAgain: number;
}

const sides = 10;

/** Settles trades between ten sellers and ten buyers, as fast as they go. */
export async function measureSettling(plan: SettlingPlan): Promise<SettlingFigures> {
  const { trades, lots, isLadder } = plan;
  const place = await startPlace('local');
  try {
    const perHousehold = Math.ceil(trades / sides) * lots;
    const size = { count: sides, lots: perHousehold };
    const sellers = await households(place, 'seller', size);
    const buyers = await households(place, 'buyer', size);
    const count = countVerifications();
    const offered: { seller: Household; lots: readonly OfferedLot[] }[] = [];
    const offeredTook = await took(async () => {
      for (const seller of sellers) {
        for (let done = 0; done < perHousehold; done += lots) {
          const own = await offerLots(seller, { count: lots, ladder: isLadder ? lots : 0 });
          checkOffers(place.chain, seller, own);
          if (isLadder) checkRungs(place.chain, seller, own);
          offered.push({ seller, lots: own });
        }
      }
    });
    const checksOffered = count.take();
    await place.idle();
    const before = { height: place.chain.height };
    const settledTook = await took(() => settleAll(place, offered, buyers));
    const checksSettled = count.take();
    count.stop();
    const all = offered.length * lots;
    return {
      lots: all,
      transactions: isLadder ? offered.length : all,
      blocks: place.chain.height - before.height,
      offered: offeredTook,
      settled: settledTook,
      checksOffered: checksOffered / all,
      checksSettled: checksSettled / all,
      checkedAgain: checksSettled - all - (inputsAfter(place, before.height) - all),
    };
  } finally {
    await place.close();
    await place.remove();
  }
}

/** Inputs of all transactions after a block. */
function inputsAfter({ chain }: Place, height: number): number {
  let inputs = 0;
  for (let at = height + 1; at <= chain.height; at += 1) {
    for (const { bytes } of chain.block(at)?.transactions ?? []) {
      inputs += decodeTransaction(bytes).inputs.length;
    }
  }
  return inputs;
}

/** Every buyer completes its matches one after the other, as its agent does; buyers do so side by side. */
async function settleAll(
  place: Place,
  offered: readonly { readonly seller: Household; readonly lots: readonly OfferedLot[] }[],
  buyers: readonly Household[],
): Promise<void> {
  const settled = followSettled(place.chain);
  const follow = { settled, energy: energyOf(place) };
  await Promise.all(
    buyers.map(async (buyer, first) => {
      for (let i = first; i < offered.length; i += buyers.length) {
        const match = offered[i];
        if (match)
          await completeMatch({ trade: `T${i}`, buyer, ...match }, follow, () => undefined);
      }
    }),
  );
  await place.idle();
  settled.stop();
  if (settled.left > 0) throw new Error(`${settled.left} lots did not settle`);
}
