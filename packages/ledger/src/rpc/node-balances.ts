/** What an address owns, as a node tells it: in decimal numbers, read exactly. */
import type { Address } from '@wattlot/core';
import { exactNumber, rawOf } from '../node/decimal.ts';
import type { Balance } from '../wallet/wallet.ts';
import { accepted, fieldsIn, listIn, textIn, unexpected } from './answers.ts';
import type { NodeAsset } from './node-ledger.ts';
import type { BatchNode } from './rpc-client.ts';

const METHOD = 'getaddressbalances';

/** Balances of an address, what waits for a block counted. One request, and one for each asset not seen before. */
export async function balancesOf(
  node: BatchNode,
  address: Address,
  assetOf: (name: string) => Promise<NodeAsset>,
): Promise<readonly Balance[]> {
  // All of it; all that is not locked; all that is in a block or came of the wallet's own outputs.
  const answers = await node.batch(
    [
      [address, 0, true],
      [address, 0, false],
      [address, 1, true],
    ].map((params) => ({ method: METHOD, params })),
  );
  const [all, free, sure] = answers.map(quantitiesIn);
  const balances: Balance[] = [];
  for (const [asset, quantity] of all ?? []) {
    const { multiple } = await assetOf(asset);
    const raw = rawIn(quantity, multiple);
    balances.push({
      asset,
      raw,
      locked: raw - rawIn(free?.get(asset) ?? 0, multiple),
      incoming: raw - rawIn(sure?.get(asset) ?? 0, multiple),
    });
  }
  return balances;
}

/** Quantities by the asset's name, or its reference where it has none. */
function quantitiesIn(answer: unknown): ReadonlyMap<string, unknown> {
  return new Map(
    listIn(METHOD, accepted(answer)).map((one) => {
      const { name, assetref, qty } = fieldsIn(METHOD, one);
      const isNamed = typeof name === 'string' && name !== '';
      return [textIn(METHOD, isNamed ? name : assetref), qty];
    }),
  );
}

function rawIn(quantity: unknown, multiple: number): bigint {
  const exact = exactNumber(quantity);
  const raw = exact && rawOf(exact, multiple);
  if (raw === undefined) throw unexpected(METHOD, 'no quantity');
  return raw;
}
