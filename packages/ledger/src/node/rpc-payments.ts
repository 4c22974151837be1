/** RPC methods that pay: one payment from one address, with what is left over back to it. */
import type { Address } from '@wattlot/core';
import type { AssetQuantity } from '../format/element.ts';
import type { OutputRequest } from '../format/script.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { changeOf } from '../wallet/purse.ts';
import type { Sums } from '../wallet/purse.ts';
import { makeTransaction, paymentTo } from '../wallet/wallet-transaction.ts';
import type { OwnTransaction } from '../wallet/wallet-transaction.ts';
import type { WalletView } from '../wallet/wallet-view.ts';
import { insufficientFunds } from './dialect.ts';
import { chooseOutputs } from './rpc-coins.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import {
  addressParam,
  assetParam,
  assetsParam,
  dataParam,
  fromParam,
  method,
  quantityParam,
  requireNoNative,
} from './rpc-params.ts';
import { sendOne } from './rpc-send.ts';

/** What some quantities come to, by asset. */
export function sumsOf(quantities: Iterable<AssetQuantity>): Sums {
  const sums = new Map<AssetQuantity['asset'], bigint>();
  for (const { asset, raw } of quantities) sums.set(asset, (sums.get(asset) ?? 0n) + raw);
  return sums;
}

/** What is left over, back to its owner: an output for each asset in the order of their issue, an empty one if nothing is left. */
export function changeTo(
  view: WalletView,
  hash160: Uint8Array,
  change: readonly AssetQuantity[],
): OutputRequest[] {
  if (change.length === 0) return [paymentTo(hash160, [])];
  const order = view.assets.map(({ id }) => id);
  return change
    .toSorted((one, other) => order.indexOf(one.asset) - order.indexOf(other.asset))
    .map((quantity) => paymentTo(hash160, [quantity]));
}

/** A signed transaction of one address: the outputs asked for, all that is left over after them. @throws RpcError -6. */
export function payFrom(
  { view, dialect }: RpcContext,
  from: Address,
  outputs: readonly OutputRequest[],
): OwnTransaction {
  const need = sumsOf(
    outputs.flatMap((output) => (output.kind === 'pay' ? (output.assets ?? []) : [])),
  );
  const inputs = chooseOutputs(view, [from], need);
  const key = view.keyOf(from);
  if (!inputs || !key) throw insufficientFunds(dialect);
  const change = changeTo(view, key.hash160, changeOf(inputs, need));
  return makeTransaction(inputs, [...outputs, ...change], (owner) => view.keyOf(owner));
}

/** The first address that has enough; else the first. @throws RpcError -6 if there is no address. */
export function payerOf(
  { view, dialect }: RpcContext,
  owners: readonly Address[],
  assets: readonly AssetQuantity[],
): Address {
  const [first] = owners;
  if (first === undefined) throw insufficientFunds(dialect);
  const need = sumsOf(assets);
  return owners.find((owner) => chooseOutputs(view, [owner], need) !== undefined) ?? first;
}

/** Whether an address may spend and be paid. */
export function canTrade(view: WalletView, address: Address): boolean {
  return view.may(address, 'send') && view.may(address, 'receive');
}

/** @throws RpcError -704 unless the address may be paid assets. */
export async function requireReceive(view: WalletView, to: Address): Promise<void> {
  const held = await view.port.permissions(null, [to]);
  if (held.some(({ type }) => type === 'receive')) return;
  const message = "Destination address doesn't have receive permission";
  throw new RpcError(RPC.insufficientPermissions, message);
}

interface Payment {
  readonly from: Address | undefined;
  readonly to: unknown;
  readonly assets: (view: WalletView) => AssetQuantity[];
  readonly data?: unknown;
}

async function pay(context: RpcContext, payment: Payment): Promise<unknown> {
  const { view } = context;
  const to = addressParam(view, payment.to);
  const assets = payment.assets(view);
  const data = payment.data === undefined ? [] : [dataParam(payment.data)];
  const senders = view.addresses.filter((address) => view.may(address, 'send'));
  if (payment.from !== undefined && !senders.includes(payment.from)) {
    throw new RpcError(RPC.insufficientPermissions, "from-address doesn't have send permission");
  }
  if (senders.length === 0) {
    const message = "This wallet doesn't have keys with send permission";
    throw new RpcError(RPC.insufficientPermissions, message);
  }
  if (assets.length > 0) await requireReceive(view, to);
  const hash160 = view.hashOf(to);
  if (!hash160) throw new Error('an address without a hash');
  const from = payment.from ?? payerOf(context, senders, assets);
  return sendOne(view, payFrom(context, from, [paymentTo(hash160, assets), ...data]));
}

type Send = (from: Address | undefined, params: readonly unknown[]) => Payment;

const send: Send = (from, [to, amount]) => ({
  from,
  to,
  assets: (view) => assetsParam(view, amount),
});

const sendWithData: Send = (from, [to, amount, data]) => ({
  ...send(from, [to, amount]),
  data: data ?? null,
});

const sendAsset: Send = (from, [to, asset, quantity, native]) => ({
  from,
  to,
  assets: (view) => {
    const known = assetParam(view, asset);
    requireNoNative(native);
    return [quantityParam(known, quantity)];
  },
});

/** A method, and the same from an address that is named first. */
function both(name: string, fromName: string, params: string, make: Send): RpcMethod[] {
  return [
    method(name, params, (context, given) => pay(context, make(undefined, given))),
    method(fromName, `from-address ${params}`, (context, [from, ...given]) =>
      pay(context, make(fromParam(context.view, from), given)),
    ),
  ];
}

const COMMENTS = '[comment] [comment-to]';
const SEND = `address amount ${COMMENTS}`;
const SEND_ASSET = `address asset quantity [native-amount] ${COMMENTS}`;

/** send, sendasset and sendwithdata, each also with `from`, and their older names. */
export const PAYMENT_METHODS: readonly RpcMethod[] = [
  ...both('send', 'sendfrom', SEND, send),
  ...both('sendtoaddress', 'sendfromaddress', SEND, send),
  ...both('sendasset', 'sendassetfrom', SEND_ASSET, sendAsset),
  method('sendassettoaddress', SEND_ASSET, (context, given) =>
    pay(context, sendAsset(undefined, given)),
  ),
  ...both('sendwithdata', 'sendwithdatafrom', 'address amount data-hex', sendWithData),
  ...both('sendwithmetadata', 'sendwithmetadatafrom', 'address amount data-hex', sendWithData),
];
