/** RPC methods about single outputs: prepare, lock, list. */
import type { Address, Output } from '@wattlot/core';
import { toHex } from '../format/bytes.ts';
import { ZERO } from './decimal.ts';
import { canTrade, payerOf, payFrom } from './rpc-payments.ts';
import { confirmationsOf, countedOutputs } from './rpc-balances.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import {
  addressesParam,
  assetsParam,
  boolParam,
  fieldsParam,
  fromParam,
  intParam,
  method,
  outpointParams,
  typeOf,
} from './rpc-params.ts';
import { sendOne } from './rpc-send.ts';
import { filled } from './rpc-transaction-view.ts';
import { amountsView, grantView, heldIn, outputScriptView } from './rpc-views.ts';
import { parseOutputScript } from '../format/script.ts';
import { outpointOf, outputOf } from '../format/transaction.ts';
import { paymentTo } from '../wallet/wallet-transaction.ts';

async function prepare(
  context: RpcContext,
  from: Address,
  [assets, lock]: readonly unknown[],
): Promise<unknown> {
  const { view } = context;
  const key = view.keyOf(from);
  if (!key) throw new Error('prepares from an address that is not the wallet’s');
  const wanted = assetsParam(view, assets);
  const prepared = payFrom(context, from, [paymentTo(key.hash160, wanted)]);
  // of two outputs that hold nothing asked for, a node names the last
  const vout = wanted.length === 0 ? 1 : 0;
  const isLocked = boolParam(lock, true);
  const txid = await sendOne(view, prepared);
  if (isLocked) view.lock([outputOf({ txid, vout })], 'never');
  return { txid, vout };
}

function prepareAny(context: RpcContext, params: readonly unknown[]): Promise<unknown> {
  const { view } = context;
  const owners = view.addresses.filter((address) => canTrade(view, address));
  if (owners.length === 0) {
    const message = "This wallet doesn't have keys with send and receive permission";
    throw new RpcError(RPC.insufficientPermissions, message);
  }
  return prepare(context, payerOf(context, owners, assetsParam(view, params[0])), params);
}

function prepareFrom(context: RpcContext, [from, ...rest]: readonly unknown[]): Promise<unknown> {
  const { view } = context;
  const owner = fromParam(view, from);
  if (!canTrade(view, owner)) {
    const message = 'from-address must have send and receive permission';
    throw new RpcError(RPC.insufficientPermissions, message);
  }
  return prepare(context, owner, rest);
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

function listUnspent({ view, dialect }: RpcContext, params: readonly unknown[]): unknown {
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
          heldIn(output, dialect),
          dialect === '2.3' ? 'shown' : 'left out',
        ),
        permissions:
          meaning.kind === 'pay'
            ? meaning.permissions.map((grant) => grantView(view, grant, dialect))
            : [],
      },
    ];
  });
}

async function getTxOut(
  { view, dialect }: RpcContext,
  params: readonly unknown[],
): Promise<unknown> {
  const [txid, vout, includeWaiting] = params;
  const [answer] = await view.port.outputs([outpointParams(txid, vout)]);
  if (answer?.standing !== 'unspent') return null;
  const { output } = answer;
  const confirmations = confirmationsOf(view, output);
  if (confirmations === 0 && !boolParam(includeWaiting, true)) return null;
  const meaning = parseOutputScript(output.script);
  const grants = meaning.kind === 'pay' ? meaning.permissions : [];
  const assets = output.assets.map(({ asset, raw }) => ({
    ...Object(amountsView(view, [[asset, raw]])[0]),
    issuetxid: view.assetById(asset)?.issueTxid,
    raw: Number(raw),
  }));
  const permissions = grants.map((grant) => grantView(view, grant, dialect));
  return {
    bestblock: view.tip,
    confirmations,
    value: ZERO,
    scriptPubKey: outputScriptView(view, output.script),
    version: 1,
    coinbase: false,
    ...(dialect === '2.3' ? filled({ assets, permissions }) : { assets, permissions }),
  };
}

/** preparelockunspent(from), lockunspent, listlockunspent, listunspent, gettxout. */
export const OUTPUT_METHODS: readonly RpcMethod[] = [
  method('preparelockunspent', 'assets [lock]', prepareAny),
  method('preparelockunspentfrom', 'from-address assets [lock]', prepareFrom),
  method('lockunspent', 'unlock [outputs]', lockUnspent),
  method('listlockunspent', '', listLockUnspent),
  method('listunspent', '[minconf] [maxconf] [addresses]', listUnspent),
  method('gettxout', 'txid vout [includemempool]', getTxOut),
];
