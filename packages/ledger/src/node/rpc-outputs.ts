/** RPC methods about single outputs: prepare, lock, list; and payments. */
import type { Address, Output } from '@wattlot/core';
import { toHex } from '../format/bytes.ts';
import { ZERO } from './decimal.ts';
import type { AssetQuantity } from '../format/element.ts';
import { changeOf, Purse } from '../wallet/purse.ts';
import { confirmationsOf, countedOutputs } from './rpc-balances.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import {
  addressesParam,
  addressParam,
  assetParam,
  assetsParam,
  boolParam,
  fieldsParam,
  fromParam,
  intParam,
  method,
  outpointParams,
  quantityParam,
  requireNoNative,
  typeOf,
} from './rpc-params.ts';
import { sendOne } from './rpc-send.ts';
import { amountsView, grantView, outputScriptView } from './rpc-views.ts';
import { parseOutputScript } from '../format/script.ts';
import { outpointOf, outputOf } from '../format/transaction.ts';
import { makeTransaction, paymentTo } from '../wallet/wallet-transaction.ts';
import type { OwnTransaction } from '../wallet/wallet-transaction.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

/** A payment as a node makes it: the payment first, all that is left over in one output after it. */
function payFrom(
  view: WalletView,
  from: Address,
  to: { readonly hash160: Uint8Array; readonly assets: readonly AssetQuantity[] },
): OwnTransaction {
  const need = new Map(to.assets.map(({ asset, raw }) => [asset, raw]));
  const purse = new Purse(view, { addresses: [from] });
  let inputs = purse.take(need);
  if (inputs?.length === 0) {
    const any = purse.takeAny([from]);
    inputs = any ? [any] : undefined;
  }
  const key = view.keyOf(from);
  if (!inputs || !key) throw new RpcError(RPC.insufficientFunds, 'Insufficient funds');
  const change = paymentTo(key.hash160, changeOf(inputs, need));
  return makeTransaction(inputs, [paymentTo(to.hash160, to.assets), change], (owner) =>
    view.keyOf(owner),
  );
}

async function prepare(
  view: WalletView,
  from: Address,
  [assets, lock]: readonly unknown[],
): Promise<unknown> {
  const key = view.keyOf(from);
  if (!key) throw new Error('prepares from an address that is not the wallet’s');
  const wanted = assetsParam(view, assets);
  const prepared = payFrom(view, from, { hash160: key.hash160, assets: wanted });
  // of two outputs that hold nothing asked for, a node names the last
  const vout = wanted.length === 0 ? 1 : 0;
  const isLocked = boolParam(lock, true);
  const txid = await sendOne(view, prepared);
  if (isLocked) view.lock([outputOf({ txid, vout })], 'never');
  return { txid, vout };
}

function prepareAny({ view }: RpcContext, params: readonly unknown[]): Promise<unknown> {
  const owners = view.addresses.filter((address) => canTrade(view, address));
  if (owners.length === 0) {
    const message = "This wallet doesn't have keys with send and receive permission";
    throw new RpcError(RPC.insufficientPermissions, message);
  }
  return prepare(view, richestOf(view, owners, assetsParam(view, params[0])), params);
}

/** The first address that has enough; else the first. */
function richestOf(
  view: WalletView,
  owners: readonly Address[],
  assets: readonly AssetQuantity[],
): Address {
  const [first] = owners;
  if (first === undefined) throw new Error('no address to choose from');
  const hasEnough = (owner: Address): boolean => {
    const purse = new Purse(view, { addresses: [owner] });
    return assets.every(({ asset, raw }) => purse.total(asset) >= raw);
  };
  return owners.find(hasEnough) ?? first;
}

/** Whether an address may spend and be paid. */
export function canTrade(view: WalletView, address: Address): boolean {
  return view.may(address, 'send') && view.may(address, 'receive');
}

function prepareFrom({ view }: RpcContext, [from, ...rest]: readonly unknown[]): Promise<unknown> {
  const owner = fromParam(view, from);
  if (!canTrade(view, owner)) {
    const message = 'from-address must have send and receive permission';
    throw new RpcError(RPC.insufficientPermissions, message);
  }
  return prepare(view, owner, rest);
}

function lockUnspent({ view }: RpcContext, [unlock, which]: readonly unknown[]): unknown {
  if (typeof unlock !== 'boolean') {
    throw new RpcError(RPC.type, `Expected type bool, got ${typeOf(unlock)}`);
  }
  if (which === undefined) {
    if (unlock) view.unlock(view.locks());
    return true;
  }
  if (!Array.isArray(which)) {
    throw new RpcError(RPC.type, `Expected type array, got ${typeOf(which)}`);
  }
  const outputs = which.map(lockedOutput);
  if (unlock) view.unlock(outputs);
  else view.lock(outputs, 'never');
  return true;
}

function lockedOutput(value: unknown): Output {
  const fields = new Map(fieldsParam(value));
  if (fields.size === 0)
    throw new RpcError(RPC.invalidParameter, 'Invalid parameter, expected object');
  const [txid, vout] = [fields.get('txid'), fields.get('vout')];
  if (txid === undefined) throw new RpcError(RPC.type, 'Missing txid');
  if (typeof txid !== 'string')
    throw new RpcError(RPC.type, `Expected type str, got ${typeOf(txid)}`);
  if (typeof vout !== 'number')
    throw new RpcError(RPC.type, `Expected type int, got ${typeOf(vout)}`);
  if (!/^[0-9a-fA-F]+$/.test(txid)) {
    throw new RpcError(RPC.invalidParameter, 'Invalid parameter, expected hex txid');
  }
  if (vout < 0)
    throw new RpcError(RPC.invalidParameter, 'Invalid parameter, vout must be positive');
  return outputOf({ txid: txid.toLowerCase(), vout });
}

function listLockUnspent({ view }: RpcContext): unknown {
  return view.locks().map((output) => outpointOf(output) ?? output);
}

function listUnspent({ view }: RpcContext, params: readonly unknown[]): unknown {
  const [minimum, maximum, addresses] = params;
  const only =
    addresses === undefined || addresses === null ? undefined : addressesParam(view, addresses);
  const [least, most] = [intParam(minimum, 1), intParam(maximum, 9_999_999)];
  const outputs = countedOutputs(view, { minimum: 0, locked: false, addresses: only });
  return outputs.flatMap((output) => {
    const confirmations = confirmationsOf(view, output);
    if (confirmations < least || confirmations > most) return [];
    const meaning = parseOutputScript(output.script);
    return [
      {
        txid: output.txid,
        vout: output.vout,
        address: output.address,
        account: '',
        scriptPubKey: toHex(output.script),
        amount: ZERO,
        confirmations,
        cansend: view.may(output.address, 'send'),
        spendable: true,
        assets: amountsView(
          view,
          output.assets.map(({ asset, raw }) => [asset, raw] as const),
        ),
        permissions:
          meaning.kind === 'pay' ? meaning.permissions.map((grant) => grantView(view, grant)) : [],
      },
    ];
  });
}

async function getTxOut({ view }: RpcContext, params: readonly unknown[]): Promise<unknown> {
  const [txid, vout, includeWaiting] = params;
  const [answer] = await view.port.outputs([outpointParams(txid, vout)]);
  if (answer?.standing !== 'unspent') return null;
  const { output } = answer;
  const confirmations = confirmationsOf(view, output);
  if (confirmations === 0 && !boolParam(includeWaiting, true)) return null;
  const meaning = parseOutputScript(output.script);
  const grants = meaning.kind === 'pay' ? meaning.permissions : [];
  return {
    bestblock: view.tip,
    confirmations,
    value: ZERO,
    scriptPubKey: outputScriptView(view, output.script),
    version: 1,
    coinbase: false,
    assets: output.assets.map(({ asset, raw }) => ({
      ...Object(amountsView(view, [[asset, raw]])[0]),
      issuetxid: view.assetById(asset)?.issueTxid,
      raw: Number(raw),
    })),
    permissions: grants.map((grant) => grantView(view, grant)),
  };
}

interface Payment {
  readonly from: Address | undefined;
  readonly to: unknown;
  readonly assets: (view: WalletView) => AssetQuantity[];
}

async function pay({ view }: RpcContext, payment: Payment): Promise<unknown> {
  const to = addressParam(view, payment.to);
  const assets = payment.assets(view);
  const senders = view.addresses.filter((address) => view.may(address, 'send'));
  if (payment.from !== undefined && !senders.includes(payment.from)) {
    throw new RpcError(RPC.insufficientPermissions, "from-address doesn't have send permission");
  }
  if (senders.length === 0) {
    const message = "This wallet doesn't have keys with send permission";
    throw new RpcError(RPC.insufficientPermissions, message);
  }
  const held = await view.port.permissions(null, [to]);
  if (assets.length > 0 && !held.some(({ type }) => type === 'receive')) {
    const message = "Destination address doesn't have receive permission";
    throw new RpcError(RPC.insufficientPermissions, message);
  }
  const hash160 = view.hashOf(to);
  if (!hash160) throw new Error('an address without a hash');
  const from = payment.from ?? richestOf(view, senders, assets);
  return sendOne(view, payFrom(view, from, { hash160, assets }));
}

function send(from: Address | undefined, [to, amount]: readonly unknown[]): Payment {
  return { from, to, assets: (view) => assetsParam(view, amount) };
}

function sendAsset(from: Address | undefined, params: readonly unknown[]): Payment {
  const [to, asset, quantity, native] = params;
  return {
    from,
    to,
    assets: (view) => {
      const known = assetParam(view, asset);
      requireNoNative(native);
      return [quantityParam(known, quantity)];
    },
  };
}

const COMMENTS = '[comment] [comment-to]';

/** preparelockunspent(from), lockunspent, listlockunspent, listunspent, gettxout, send, sendfrom, sendasset, sendassetfrom. */
export const OUTPUT_METHODS: readonly RpcMethod[] = [
  method('preparelockunspent', 'assets [lock]', prepareAny),
  method('preparelockunspentfrom', 'from-address assets [lock]', prepareFrom),
  method('lockunspent', 'unlock [outputs]', lockUnspent),
  method('listlockunspent', '', listLockUnspent),
  method('listunspent', '[minconf] [maxconf] [addresses]', listUnspent),
  method('gettxout', 'txid vout [includemempool]', getTxOut),
  method('send', `address amount ${COMMENTS}`, (context, params) =>
    pay(context, send(undefined, params)),
  ),
  method('sendfrom', `from-address address amount ${COMMENTS}`, (context, [from, ...rest]) =>
    pay(context, send(fromParam(context.view, from), rest)),
  ),
  method('sendasset', `address asset quantity [native-amount] ${COMMENTS}`, (context, params) =>
    pay(context, sendAsset(undefined, params)),
  ),
  method(
    'sendassetfrom',
    `from-address address asset quantity [native-amount] ${COMMENTS}`,
    (context, [from, ...rest]) => pay(context, sendAsset(fromParam(context.view, from), rest)),
  ),
];
