/** A wallet's past transactions, as answers show them. */
import type { Address } from '@wattlot/core';
import type { TransactionView } from '../chain/chain.ts';
import { toHex } from '../format/bytes.ts';
import type { AssetId, AssetQuantity } from '../format/element.ts';
import { assetIdOf } from '../format/element.ts';
import { hash160 } from '../format/hash.ts';
import type { PayMeaning } from '../format/script.ts';
import { parseOutputScript } from '../format/script.ts';
import { readSignatureScript } from '../format/signature.ts';
import { decodeTransaction } from '../format/transaction.ts';
import type { Transaction } from '../format/transaction.ts';
import type { WalletView } from '../wallet/wallet-view.ts';
import { ZERO } from './decimal.ts';
import { confirmationsOf } from './rpc-balances.ts';
import type { RpcContext } from './rpc-params.ts';
import { dataIn, filled } from './rpc-transaction-view.ts';
import { amountsView, amountView, assetName, grantView, quantityView } from './rpc-views.ts';

/** A payment with its owner's address and all it held. */
export interface Paid {
  readonly address: Address;
  readonly assets: readonly AssetQuantity[];
  readonly meaning: PayMeaning;
}

/** What an input spends. */
interface Spent {
  readonly txid: string;
  readonly vout: number;
  /** Undefined where the chain does not have it, or it is no payment. */
  readonly paid: Paid | undefined;
  /** Whether the wallet knows the transaction that made it. */
  readonly isKnown: boolean;
}

/** A transaction of the past with what it spent. */
export interface Past {
  readonly context: RpcContext;
  readonly found: TransactionView;
  readonly transaction: Transaction;
  readonly spent: readonly Spent[];
  /** By place; undefined where an output is no payment. */
  readonly outputs: readonly (Paid | undefined)[];
}

/** Whose transactions count as the wallet's. */
export interface Scope {
  readonly watched: boolean;
  /** Only these addresses; all of the wallet's without it. */
  readonly only?: readonly Address[];
}

/** Whether an address is the wallet's, or watched. */
export function isMine({ view, state }: RpcContext, address: string, scope: Scope): boolean {
  if (scope.only) return scope.only.includes(address as Address);
  if (view.keyOf(address)) return true;
  return scope.watched && state.watched.has(address as Address);
}

function paidIn(view: WalletView, script: Uint8Array, txid: string): Paid | undefined {
  const meaning = parseOutputScript(script);
  if (meaning.kind !== 'pay') return undefined;
  const assets: AssetQuantity[] = [...meaning.assets];
  if (meaning.issue !== null) assets.push({ asset: assetIdOf(txid), raw: meaning.issue });
  return { address: view.addressOf(meaning.hash160), assets, meaning };
}

/** Reads transactions and what they spent. */
export async function pastOf(
  context: RpcContext,
  all: readonly TransactionView[],
): Promise<Past[]> {
  const { view } = context;
  const decoded = all.map((found) => ({ found, transaction: decodeTransaction(found.bytes) }));
  const txids = decoded.flatMap(({ transaction }) => transaction.inputs.map(({ txid }) => txid));
  const before = new Map<string, { transaction: Transaction; isKnown: boolean }>();
  for (const found of await view.port.transactions([...new Set(txids)])) {
    if (!found) continue;
    const transaction = decodeTransaction(found.bytes);
    before.set(found.txid, { transaction, isKnown: touchesWallet(view, transaction) });
  }
  return decoded.map(({ found, transaction }) => {
    const spent = transaction.inputs.map(({ txid, vout }): Spent => {
      const from = before.get(txid);
      const script = from?.transaction.outputs[vout]?.script;
      const paid = script && paidIn(view, script, txid);
      return { txid, vout, paid, isKnown: from?.isKnown ?? false };
    });
    const outputs = transaction.outputs.map(({ script }) => paidIn(view, script, found.txid));
    return { context, found, transaction, spent, outputs };
  });
}

function touchesWallet(view: WalletView, { inputs, outputs }: Transaction): boolean {
  const own = (hash: Uint8Array): boolean => view.keyOf(view.addressOf(hash)) !== undefined;
  if (outputs.some(({ script }) => own(paidHash(script)))) return true;
  return inputs.some(({ script }) => {
    const signature = readSignatureScript(script);
    return signature !== undefined && own(hash160(signature.publicKey));
  });
}

const NOBODY = new Uint8Array(20);

function paidHash(script: Uint8Array): Uint8Array {
  const meaning = parseOutputScript(script);
  return meaning.kind === 'pay' ? meaning.hash160 : NOBODY;
}

/** `getwallettransaction`, and each entry of the lists. */
export function pastView(past: Past, scope: Scope, isVerbose: boolean): unknown {
  const { context, outputs, spent, transaction } = past;
  const { view, dialect } = context;
  const paid = outputs.filter((one) => one !== undefined);
  const mine = (address: Address): boolean => isMine(context, address, scope);
  // of what is only watched, an input counts if the wallet knows where it comes from
  const spentByMe = spent.flatMap((one) => {
    if (!one.paid || !mine(one.paid.address)) return [];
    return one.isKnown || view.keyOf(one.paid.address) ? [one.paid] : [];
  });
  const paidToMe = paid.filter(({ address }) => mine(address));
  const own = new Set([...paidToMe, ...spentByMe].map(({ address }) => address));
  const all = [...paid, ...spent.flatMap((one) => one.paid ?? [])];
  const others = all.filter((one) => !paidToMe.includes(one) && !spentByMe.includes(one));
  return {
    balance: amountView(view, netOf(spentByMe, paidToMe)),
    myaddresses: [...own],
    addresses: [...new Set(others.map(({ address }) => address))],
    permissions: paid.flatMap(({ meaning, address }) =>
      meaning.permissions.map((grant) => ({
        ...Object(grantView(view, grant, dialect)),
        addresses: [address],
      })),
    ),
    ...issueView(past),
    items: [],
    data: transaction.outputs.flatMap(({ script }) => dataIn(script)),
    ...placeView(past),
    ...(isVerbose ? detailsView(past, scope) : {}),
  };
}

/** Where and when. */
export function placeView({ context, found }: Past): object {
  const { view, now, dialect } = context;
  const { block } = found;
  const time = block?.time ?? Math.floor(now() / 1000);
  return {
    confirmations: block ? confirmationsOf(view, block) : 0,
    ...(block
      ? {
          blockhash: block.hash,
          ...(dialect === '2.3' ? { blockheight: block.height } : {}),
          blockindex: block.index,
          blocktime: block.time,
        }
      : {}),
    txid: found.txid,
    valid: true,
    time,
    timereceived: time,
  };
}

function netOf(spent: readonly Paid[], paid: readonly Paid[]): Map<AssetId, bigint> {
  const sums = new Map<AssetId, bigint>();
  const add = (all: readonly Paid[], sign: bigint): void => {
    for (const { assets } of all) {
      for (const { asset, raw } of assets) sums.set(asset, (sums.get(asset) ?? 0n) + sign * raw);
    }
  };
  add(spent, -1n);
  add(paid, 1n);
  return sums;
}

/** Inputs, outputs and bytes. */
function detailsView(past: Past, scope: Scope): object {
  const { context, found, spent, outputs } = past;
  const { view, dialect, state } = context;
  const owner = (address: Address, isKnown: boolean): object => ({
    addresses: [address],
    type: 'pubkeyhash',
    ismine: view.keyOf(address) !== undefined,
    iswatchonly: isKnown && scope.watched && state.watched.has(address),
  });
  const quantities = ({ assets }: Paid): (readonly [AssetId, bigint])[] =>
    assets.map(({ asset, raw }) => [asset, raw] as const);
  return {
    vin: spent.map(({ txid, vout, paid, isKnown }) => ({
      txid,
      vout,
      ...(paid ? owner(paid.address, isKnown) : {}),
      ...(paid && isKnown ? { amount: ZERO, assets: amountsView(view, quantities(paid)) } : {}),
    })),
    vout: outputs.map((paid, n): object => {
      if (!paid) return { n, type: 'nulldata' };
      const permissions = paid.meaning.permissions.map((grant) => grantView(view, grant, dialect));
      return {
        n,
        ...owner(paid.address, true),
        amount: ZERO,
        assets: paid.meaning.assets.map(({ asset, raw, how }) => ({
          ...Object(amountsView(view, [[asset, raw]])[0]),
          type: how,
        })),
        ...(dialect === '2.3' ? filled({ permissions }) : { permissions, items: [] }),
      };
    }),
    hex: toHex(found.bytes),
  };
}

/** What the transaction issues, with the details that it gives. */
function issueView({ context, found, outputs, transaction }: Past): object {
  const { view } = context;
  const issued = new Map<AssetId, { raw: bigint; addresses: Address[] }>();
  for (const paid of outputs) {
    if (!paid) continue;
    const { meaning, address } = paid;
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
