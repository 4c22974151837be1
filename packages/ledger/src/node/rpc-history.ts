/** RPC methods about the wallet's past transactions. */
import type { Address } from '@wattlot/core';
import { toHex } from '../format/bytes.ts';
import type { TransactionView } from '../chain/chain.ts';
import type { AssetId, AssetQuantity } from '../format/element.ts';
import { assetIdOf } from '../format/element.ts';
import { HISTORY_ANSWERS_MAX } from '../limits.ts';
import { confirmationsOf } from './rpc-balances.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import { intParam, method, textParam } from './rpc-params.ts';
import { amountView, assetName, grantView, quantityView } from './rpc-views.ts';
import type { PayMeaning } from '../format/script.ts';
import { parseOutputScript } from '../format/script.ts';
import { decodeTransaction } from '../format/transaction.ts';
import type { Transaction } from '../format/transaction.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

interface Past {
  readonly view: WalletView;
  readonly now: () => number;
  readonly found: TransactionView;
  readonly transaction: Transaction;
  /** What it spent, as far as the chain still has it. */
  readonly inputs: readonly Paid[];
  readonly outputs: readonly Paid[];
}

/** A payment with its owner's address and all it held. */
interface Paid {
  readonly address: Address;
  readonly assets: readonly AssetQuantity[];
  readonly meaning: PayMeaning;
}

function paidIn(view: WalletView, script: Uint8Array, txid: string): Paid[] {
  const meaning = parseOutputScript(script);
  if (meaning.kind !== 'pay') return [];
  const assets: AssetQuantity[] = [...meaning.assets];
  if (meaning.issue !== null) assets.push({ asset: assetIdOf(txid), raw: meaning.issue });
  return [{ address: view.addressOf(meaning.hash160), assets, meaning }];
}

async function pastOf({ view, now }: RpcContext, all: readonly TransactionView[]): Promise<Past[]> {
  const decoded = all.map((found) => ({ found, transaction: decodeTransaction(found.bytes) }));
  const txids = decoded.flatMap(({ transaction }) => transaction.inputs.map(({ txid }) => txid));
  const spent = new Map<string, Transaction>();
  for (const found of await view.port.transactions([...new Set(txids)])) {
    if (found) spent.set(found.txid, decodeTransaction(found.bytes));
  }
  return decoded.map(({ found, transaction }) => {
    const inputs = transaction.inputs.flatMap(({ txid, vout }) => {
      const script = spent.get(txid)?.outputs[vout]?.script;
      return script ? paidIn(view, script, txid) : [];
    });
    const outputs = transaction.outputs.flatMap(({ script }) => paidIn(view, script, found.txid));
    return { view, now, found, transaction, inputs, outputs };
  });
}

function pastView(past: Past): unknown {
  const { view, found, inputs, outputs, transaction } = past;
  const isOwn = (address: Address): boolean => view.keyOf(address) !== undefined;
  const addresses = [...new Set([...outputs, ...inputs].map(({ address }) => address))];
  const data = transaction.outputs.flatMap(({ script }) => {
    const meaning = parseOutputScript(script);
    return meaning.kind === 'data' ? [toHex(meaning.data)] : [];
  });
  const { block } = found;
  const time = block?.time ?? Math.floor(past.now() / 1000);
  return {
    balance: amountView(view, netOf(past, isOwn)),
    myaddresses: addresses.filter(isOwn),
    addresses: addresses.filter((address) => !isOwn(address)),
    permissions: outputs.flatMap(({ meaning, address }) =>
      meaning.permissions.map((grant) => ({
        ...Object(grantView(view, grant)),
        addresses: [address],
      })),
    ),
    ...issueView(past),
    items: [],
    data,
    confirmations: block ? confirmationsOf(view, block) : 0,
    ...(block ? { blockhash: block.hash, blockindex: block.index, blocktime: block.time } : {}),
    txid: found.txid,
    valid: true,
    time,
    timereceived: time,
  };
}

function netOf(past: Past, isOwn: (address: Address) => boolean): Map<AssetId, bigint> {
  const sums = new Map<AssetId, bigint>();
  const add = (paid: readonly Paid[], sign: bigint): void => {
    for (const { address, assets } of paid) {
      if (!isOwn(address)) continue;
      for (const { asset, raw } of assets) sums.set(asset, (sums.get(asset) ?? 0n) + sign * raw);
    }
  };
  add(past.inputs, -1n);
  add(past.outputs, 1n);
  return sums;
}

/** What the transaction issues, with the details that it gives. */
function issueView({ view, found, outputs, transaction }: Past): object {
  const issued = new Map<AssetId, { raw: bigint; addresses: Address[] }>();
  for (const { meaning, address } of outputs) {
    const own = meaning.assets.filter(({ how }) => how === 'issuemore');
    const first =
      meaning.issue === null ? [] : [{ asset: assetIdOf(found.txid), raw: meaning.issue }];
    for (const { asset, raw } of [...own, ...first]) {
      const sum = issued.get(asset) ?? { raw: 0n, addresses: [] };
      issued.set(asset, { raw: sum.raw + raw, addresses: [...sum.addresses, address] });
    }
  }
  const [one] = issued;
  if (!one) return {};
  const [id, { raw, addresses }] = one;
  const fields = transaction.outputs.flatMap(({ script }) => {
    const meaning = parseOutputScript(script);
    if (meaning.kind === 'new-asset') return meaning.details.fields;
    return meaning.kind === 'asset-update' ? meaning.fields : [];
  });
  return {
    issue: {
      ...assetName(view.assetById(id)),
      details: Object.fromEntries(fields),
      qty: quantityView(view, id, raw),
      raw: Number(raw),
      addresses,
    },
  };
}

async function getWalletTransaction(
  context: RpcContext,
  [id]: readonly unknown[],
): Promise<unknown> {
  const { view } = context;
  const txid = textParam(id).toLowerCase();
  const isId = /^[0-9a-f]{64}$/.test(txid);
  const [found] = isId ? await view.port.transactions([txid]) : [];
  const [past] = await pastOf(context, found ? [found] : []);
  const touched = [...(past?.inputs ?? []), ...(past?.outputs ?? [])];
  if (!past || !touched.some(({ address }) => view.keyOf(address))) {
    throw new RpcError(RPC.transactionNotFound, 'Invalid or non-wallet transaction id');
  }
  return pastView(past);
}

async function listWalletTransactions(
  context: RpcContext,
  [countParam, skipParam]: readonly unknown[],
): Promise<unknown> {
  const { view } = context;
  const [count, skip] = [intParam(countParam, 10), intParam(skipParam, 0)];
  if (count < 0) throw new RpcError(RPC.invalidParameter, 'Negative count');
  if (skip < 0) throw new RpcError(RPC.invalidParameter, 'Negative from');
  const most = Math.min(count + skip, HISTORY_ANSWERS_MAX);
  const all = await view.port.history(view.addresses, most);
  const chosen = all.slice(Math.max(0, all.length - skip - count), all.length - skip);
  return (await pastOf(context, chosen)).map(pastView);
}

/** getwallettransaction, listwallettransactions. */
export const HISTORY_METHODS: readonly RpcMethod[] = [
  method('getwallettransaction', 'txid [includeWatchonly] [verbose]', getWalletTransaction),
  method(
    'listwallettransactions',
    '[count] [skip] [includeWatchonly] [verbose]',
    listWalletTransactions,
  ),
];
