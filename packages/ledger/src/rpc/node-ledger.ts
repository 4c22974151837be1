/** The ledger as a real node shows it: assets, outputs, transactions. Each function is one request, or two, whatever the number of things asked about. */
import type { Address, Txid } from '@wattlot/core';
import type { ChainParams } from '../format/address.ts';
import { paramsOfNode } from '../format/address.ts';
import { assetIdOf } from '../format/element.ts';
import type { AssetId, AssetQuantity } from '../format/element.ts';
import { parseOutputScript } from '../format/script.ts';
import type { Outpoint } from '../format/transaction.ts';
import { decodeTransaction, outputOf } from '../format/transaction.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { Spendable } from '../wallet/purse.ts';
import { accepted, bytesIn, countIn, fieldsIn, listIn, textIn, unexpected } from './answers.ts';
import type { BatchNode } from './rpc-client.ts';

/** An asset as an amount of it is written in RPC and on the chain. */
export interface NodeAsset {
  readonly id: AssetId;
  readonly name: string;
  /** Raw units of 1. */
  readonly multiple: number;
}

/** An unspent output of an address. */
export interface NodeOutput extends Spendable {
  /** Blocks on top of its transaction, its own counted; 0 while it waits. */
  readonly confirmations: number;
}

/** What became of an output as this node knows, what waits for a block counted as done. */
export type NodeStanding =
  | { readonly standing: 'unspent'; readonly script: Uint8Array; readonly confirmations: number }
  /** `missing`: the node knows no such transaction, or not yet. */
  | { readonly standing: 'spent' | 'missing' };

/** The parameters that the chain's addresses need. @throws LedgerError, RpcError. */
export async function chainParamsOf(node: BatchNode): Promise<ChainParams> {
  const method = 'getblockchainparams';
  const fields = fieldsIn(method, await node.call(method));
  const field = (name: string): string => textIn(method, fields[name]);
  return paramsOfNode({
    'chain-name': field('chain-name'),
    'address-pubkeyhash-version': field('address-pubkeyhash-version'),
    'address-scripthash-version': field('address-scripthash-version'),
    'private-key-version': field('private-key-version'),
    'address-checksum-value': field('address-checksum-value'),
  });
}

/** The hash of the first block: it tells chains of one name apart. @throws LedgerError, RpcError. */
export async function genesisOf(node: BatchNode): Promise<string> {
  const method = 'getblockhash';
  return textIn(method, await node.call(method, [0]));
}

/** Seconds between two blocks as the chain aims at. @throws LedgerError, RpcError. */
export async function targetBlockTimeOf(node: BatchNode): Promise<number> {
  const method = 'getblockchainparams';
  const fields = fieldsIn(method, await node.call(method));
  return countIn(method, fields['target-block-time']);
}

/** An asset by its name. What is known of it here never changes. @throws RpcError -708 if there is none. */
export async function assetOf(node: BatchNode, name: string): Promise<NodeAsset> {
  const method = 'listassets';
  const [first] = listIn(method, await node.call(method, [name]));
  const { issuetxid, multiple } = fieldsIn(method, first);
  const id = assetIdOf(textIn(method, issuetxid));
  return { id, name, multiple: countIn(method, multiple) };
}

/** What an output's script says it holds. @param txid of the transaction that makes it: names what is issued there. */
export function assetsIn(txid: string, script: Uint8Array): readonly AssetQuantity[] {
  const meaning = parseOutputScript(script);
  if (meaning.kind !== 'pay') return [];
  const sums = new Map<AssetId, bigint>();
  const add = ({ asset, raw }: AssetQuantity): void => {
    sums.set(asset, (sums.get(asset) ?? 0n) + raw);
  };
  if (meaning.issue !== null) add({ asset: assetIdOf(txid), raw: meaning.issue });
  for (const { asset, raw } of meaning.assets) add({ asset, raw });
  return [...sums].flatMap(([asset, raw]) => (raw > 0n ? [{ asset, raw }] : []));
}

/** The unspent outputs of an address that the node has not locked, and the outputs that it has. */
export async function unspentOf(
  node: BatchNode,
  address: Address,
): Promise<{ readonly outputs: readonly NodeOutput[]; readonly locked: ReadonlySet<string> }> {
  const [listed, locks] = await node.batch([
    { method: 'listunspent', params: [0, 9_999_999, [address]] },
    { method: 'listlockunspent', params: [] },
  ]);
  const method = 'listunspent';
  const outputs = listIn(method, accepted(listed)).map((one): NodeOutput => {
    const fields = fieldsIn(method, one);
    const txid = textIn(method, fields['txid']);
    const script = bytesIn(method, fields['scriptPubKey']);
    return {
      txid: txid as Txid,
      vout: countIn(method, fields['vout']),
      address,
      script,
      assets: assetsIn(txid, script),
      confirmations: countIn(method, fields['confirmations']),
    };
  });
  const locked = listIn('listlockunspent', accepted(locks)).map((one) => {
    const { txid, vout } = fieldsIn('listlockunspent', one);
    const name = textIn('listlockunspent', txid);
    return outputOf({ txid: name, vout: countIn('listlockunspent', vout) });
  });
  return { outputs, locked: new Set(locked) };
}

/** What became of some outputs, in the same order. */
export async function standingsOf(
  node: BatchNode,
  outpoints: readonly Outpoint[],
): Promise<readonly NodeStanding[]> {
  const method = 'gettxout';
  const calls = outpoints.map(({ txid, vout }) => ({ method, params: [txid, vout, true] }));
  const found = (await node.batch(calls)).map((answer) => {
    const shown = accepted(answer);
    if (shown === null) return undefined;
    const { scriptPubKey, confirmations } = fieldsIn(method, shown);
    const script = bytesIn(method, fieldsIn(method, scriptPubKey)['hex']);
    return { script, confirmations: countIn(method, confirmations) };
  });
  const absent = new Set(outpoints.flatMap(({ txid }, i) => (found[i] ? [] : [txid])));
  const counts = await outputCountsOf(node, [...absent]);
  return outpoints.map(({ txid, vout }, i): NodeStanding => {
    const output = found[i];
    if (output) return { standing: 'unspent', ...output };
    return { standing: vout < (counts.get(txid) ?? 0) ? 'spent' : 'missing' };
  });
}

/** How many outputs transactions have, for those the node knows. */
async function outputCountsOf(
  node: BatchNode,
  txids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const method = 'getrawtransaction';
  const answers = await node.batch(txids.map((txid) => ({ method, params: [txid, 0] })));
  const counts = new Map<string, number>();
  for (const [i, answer] of answers.entries()) {
    if (isUnknown(answer)) continue;
    const { outputs } = decodeTransaction(bytesIn(method, accepted(answer)));
    counts.set(txids[i] ?? '', outputs.length);
  }
  return counts;
}

/** How deep transactions are: 0 waits for a block, undefined is not known to the node; in the same order. */
export async function depthsOf(
  node: BatchNode,
  txids: readonly string[],
): Promise<readonly (number | undefined)[]> {
  const method = 'getrawtransaction';
  const answers = await node.batch(txids.map((txid) => ({ method, params: [txid, 1] })));
  return answers.map((answer) => {
    if (isUnknown(answer)) return undefined;
    const { confirmations } = fieldsIn(method, accepted(answer));
    return confirmations === undefined ? 0 : countIn(method, confirmations);
  });
}

function isUnknown(answer: unknown): boolean {
  return answer instanceof RpcError && answer.code === RPC.transactionNotFound;
}

/** Whether an address may issue more of an asset. */
export async function mayIssue(node: BatchNode, asset: string, address: Address): Promise<boolean> {
  const method = 'listpermissions';
  return listIn(method, await node.call(method, [`${asset}.issue`, address])).some(
    (one) => fieldsIn(method, one)['type'] === 'issue',
  );
}

/** The txid that a node answers. @throws LedgerError. */
export function txidIn(method: string, value: unknown): Txid {
  const text = textIn(method, value);
  if (!/^[0-9a-f]{64}$/.test(text)) throw unexpected(method, 'no transaction id');
  return text as Txid;
}
