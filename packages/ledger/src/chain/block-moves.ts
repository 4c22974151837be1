/** What a block did, as far as an exchange cares: who gained and lost what, and which outputs are gone. */
import type { Address, Amount, Asset, Output, Txid } from '@wattlot/core';
import { toAmount } from '@wattlot/core';
import type { AssetTable } from './assets.ts';
import type { CheckedTransaction, Movement, OutputContent, Spend } from './chain-state.ts';
import type { AssetId } from '../format/element.ts';
import { outputOf } from '../format/transaction.ts';

/** One asset movement at one address. */
export interface BlockMove {
  readonly address: Address;
  /** By name; an asset without one by its issue transaction. */
  readonly asset: Asset;
  /** Net over the block, in raw units; negative where it lost. Never 0. */
  readonly amount: Amount;
}

/** What a block did. The sum of the moves per asset is what the block issued. */
export interface BlockMoves {
  readonly moves: readonly BlockMove[];
  /** Every output that the block's transactions spent, and by which. */
  readonly spends: readonly { readonly output: Output; readonly txid: Txid }[];
}

/** What some transactions did together. */
export function movesOf(
  transactions: readonly Pick<CheckedTransaction, 'txid' | 'spends' | 'movements'>[],
  assets: AssetTable,
): BlockMoves {
  const sums = new Map<Address, Map<AssetId, bigint>>();
  const spends: { output: Output; txid: Txid }[] = [];
  for (const { txid, spends: spent, movements } of transactions) {
    for (const spend of spent) spends.push({ output: outputOf(spend), txid });
    for (const { address, asset, raw } of movements) {
      let own = sums.get(address);
      if (!own) sums.set(address, (own = new Map()));
      own.set(asset, (own.get(asset) ?? 0n) + raw);
    }
  }
  const moves: BlockMove[] = [];
  for (const [address, own] of sums) {
    for (const [id, raw] of own) {
      if (raw !== 0n) moves.push({ address, asset: nameOf(id, assets), amount: amountOf(raw) });
    }
  }
  return { moves, spends };
}

/** What a transaction moves: what it makes less what it spends, nothing of 0. */
export function movementsBetween(
  spends: readonly Spend[],
  made: readonly (OutputContent | undefined)[],
): Movement[] {
  const sums = new Map<Address, Map<AssetId, bigint>>();
  const move = ({ owner, assets }: OutputContent, sign: bigint): void => {
    for (const { asset, raw } of assets) {
      let own = sums.get(owner);
      if (!own) sums.set(owner, (own = new Map()));
      own.set(asset, (own.get(asset) ?? 0n) + sign * raw);
    }
  };
  for (const { content } of spends) move(content, -1n);
  for (const content of made) if (content) move(content, 1n);
  const movements: Movement[] = [];
  for (const [address, own] of sums) {
    for (const [asset, raw] of own) if (raw !== 0n) movements.push({ address, asset, raw });
  }
  return movements;
}

/** How an asset is called outside the ledger. */
function nameOf(id: AssetId, assets: AssetTable): Asset {
  const asset = assets.get(id);
  return (asset && asset.name !== '' ? asset.name : (asset?.issueTxid ?? id)) as Asset;
}

function amountOf(raw: bigint): Amount {
  const amount = toAmount(Number(raw));
  if (amount === undefined) throw new RangeError('more than the chain lets anybody issue');
  return amount;
}
