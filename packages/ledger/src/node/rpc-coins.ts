/** Which outputs a call spends: chosen as a node's wallet does, but never by chance. */
import type { Address } from '@wattlot/core';
import type { AssetId } from '../format/element.ts';
import { outputOf } from '../format/transaction.ts';
import { WALLET_INPUTS_MAX } from '../limits.ts';
import { Purse } from '../wallet/purse.ts';
import type { Spendable, Sums } from '../wallet/purse.ts';
import type { OwnOutput, WalletView } from '../wallet/wallet-view.ts';

/**
 * Unlocked outputs of some addresses that hold what is needed, those in blocks before those that wait; one output, as empty as there is, when nothing
 * is needed. @returns undefined if there is not enough.
 */
export function chooseOutputs(
  view: WalletView,
  addresses: readonly Address[],
  need: Sums,
): Spendable[] | undefined {
  const free = [...view.outputs()].filter(
    (output) => addresses.includes(output.address) && !view.isLocked(outputOf(output)),
  );
  const confirmed = free.filter(({ height }) => height !== undefined);
  const chosen = new Set<OwnOutput>();
  for (const [asset, raw] of need) {
    const missing = raw - sumOf(chosen, asset);
    if (missing <= 0n) continue;
    const left = (all: readonly OwnOutput[]): OwnOutput[] =>
      all.filter((output) => !chosen.has(output) && quantityIn(output, asset) > 0n);
    const found = pick(left(confirmed), asset, missing) ?? pick(left(free), asset, missing);
    if (!found) return undefined;
    for (const output of found) chosen.add(output);
  }
  if (chosen.size > 0) return [...chosen];
  const any = new Purse(view, { addresses }).takeAny(addresses);
  return any && [any];
}

/** Just so much; or the smaller outputs that come closest from above; or the smallest of the larger ones. */
function pick(
  outputs: readonly OwnOutput[],
  asset: AssetId,
  target: bigint,
): OwnOutput[] | undefined {
  const exact = outputs.find((output) => quantityIn(output, asset) === target);
  if (exact) return [exact];
  const bySize = outputs.toSorted((one, other) => {
    const more = quantityIn(one, asset) - quantityIn(other, asset);
    return more < 0n ? -1 : Number(more > 0n);
  });
  const larger = bySize.find((output) => quantityIn(output, asset) > target);
  const smaller = fewest(
    bySize.filter((output) => quantityIn(output, asset) < target),
    asset,
    target,
  );
  if (!smaller) return larger && [larger];
  const isCloser = larger && quantityIn(larger, asset) <= sumOf(smaller, asset);
  return isCloser ? [larger] : smaller;
}

/** Smaller outputs that are enough together, none of which can be left out. */
function fewest(
  smaller: readonly OwnOutput[],
  asset: AssetId,
  target: bigint,
): OwnOutput[] | undefined {
  let sum = sumOf(smaller, asset);
  if (sum < target) return undefined;
  const kept = smaller.toReversed().filter((output) => {
    const without = sum - quantityIn(output, asset);
    if (without < target) return true;
    sum = without;
    return false;
  });
  if (kept.length <= WALLET_INPUTS_MAX) return kept;
  const largest = smaller.slice(-WALLET_INPUTS_MAX);
  return sumOf(largest, asset) >= target ? largest : undefined;
}

function sumOf(outputs: Iterable<OwnOutput>, asset: AssetId): bigint {
  let sum = 0n;
  for (const output of outputs) sum += quantityIn(output, asset);
  return sum;
}

function quantityIn({ assets }: OwnOutput, asset: AssetId): bigint {
  return assets.find((held) => held.asset === asset)?.raw ?? 0n;
}
