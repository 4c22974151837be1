/** RPC methods that issue assets. */
import type { Address } from '@wattlot/core';
import { isAssetName } from '../chain/assets.ts';
import type { AssetView } from '../chain/assets.ts';
import { multipleOf, rawOf } from './decimal.ts';
import type { ExactNumber } from './decimal.ts';
import type { Dialect } from './dialect.ts';
import type { DetailFields } from '../format/element.ts';
import { authorityTransaction, issueMoreTo, issueTo } from '../wallet/issuing.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import {
  addressParam,
  assetParam,
  fieldsParam,
  fromParam,
  method,
  quantityParam,
  realParam,
  requireNoNative,
  textParam,
} from './rpc-params.ts';
import { requireReceive } from './rpc-payments.ts';
import { sendOne } from './rpc-send.ts';
import type { OutputRequest } from '../format/script.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

function refused(code: number, message: string): RpcError {
  return new RpcError(code, message);
}

async function issue(
  { view, dialect }: RpcContext,
  from: Address | undefined,
  params: readonly unknown[],
): Promise<unknown> {
  const [to, which, quantity, units, native, details] = params;
  const hash = view.hashOf(textParam(to));
  if (!hash) throw refused(RPC.invalidAddress, 'Invalid address');
  requireNoNative(native);
  const multiple = units === undefined || units === null ? 1 : multipleParam(realParam(units));
  const raw = issuedRaw(realParam(quantity), multiple);
  await requireReceive(view, addressParam(view, to));
  const { name, open } = nameParam(view, which, dialect);
  const fields = detailsParam(details);
  const issuer = from ?? view.addresses.find((address) => view.may(address, 'issue'));
  if (issuer === undefined || !view.may(issuer, 'issue')) {
    const who =
      from === undefined ? "This wallet doesn't have keys with" : "from-address doesn't have";
    throw refused(RPC.insufficientPermissions, `${who} issue permission`);
  }
  const outputs = issueTo(hash, { name, multiple, open, fields }, raw);
  return sendOne(view, authorityTransaction(view, issuer, outputs));
}

function multipleParam(units: ExactNumber): number {
  const one = 10n ** BigInt(units.places);
  if (units.units <= 0n || units.units > one) {
    const message = 'Invalid smallest unit. Valid Range [0.00000001 - 1].';
    throw refused(RPC.invalidParameter, message);
  }
  const multiple = multipleOf(units);
  if (multiple !== undefined) return multiple;
  const message = 'Invalid smallest unit. 1 should be divisible by this number.';
  throw refused(RPC.invalidParameter, message);
}

function issuedRaw(quantity: ExactNumber, multiple: number): bigint {
  if (quantity.units < 0n) {
    throw refused(RPC.invalidParameter, 'Invalid quantity. Should be positive.');
  }
  if ((quantity.units * BigInt(multiple)) % 10n ** BigInt(quantity.places) !== 0n) {
    throw refused(RPC.invalidParameter, 'Quantity should be divisible by smallest unit.');
  }
  const raw = rawOf(quantity, multiple);
  if (raw === undefined) throw refused(RPC.invalidParameter, 'Invalid quantity or smallest unit. ');
  return raw;
}

function nameParam(
  view: WalletView,
  value: unknown,
  dialect: Dialect,
): { readonly name: string; readonly open: boolean } {
  const fields = new Map(fieldsParam(value));
  const name = fields.size > 0 ? textParam(fields.get('name') ?? '') : optionalText(value);
  const open = fields.get('open') ?? false;
  if (typeof open !== 'boolean') {
    const message = "Invalid value for 'open' field, should be boolean";
    throw refused(RPC.invalidParameter, message);
  }
  if (name === '*') throw refused(RPC.invalidParameter, 'Invalid asset name: *');
  if (/^\d+-\d+-\d+$/.test(name)) {
    const message = 'Invalid asset name, looks like an asset reference';
    throw refused(RPC.invalidParameter, message);
  }
  if (name !== '' && view.asset(name)) {
    const what = dialect === '2.3' ? 'Entity' : 'Asset or stream';
    throw refused(RPC.duplicateName, `${what} with this name already exists`);
  }
  if (!isAssetName(name)) throw refused(RPC.invalidParameter, 'Invalid asset name');
  return { name, open };
}

function optionalText(value: unknown): string {
  const isNothing = value === undefined || value === null || fieldsParam(value) !== undefined;
  return isNothing ? '' : textParam(value);
}

function detailsParam(value: unknown): DetailFields {
  if (value === undefined || value === null) return [];
  const fields = fieldsParam(value);
  if (!fields) throw refused(RPC.invalidParameter, 'Invalid custom fields, expecting object');
  return fields.map(([name, text]) => [name, textParam(text)] as const);
}

async function issueMore(
  { view }: RpcContext,
  from: Address | undefined,
  params: readonly unknown[],
): Promise<unknown> {
  const [to, which, quantity, native, details] = params;
  const hash = view.hashOf(textParam(to));
  if (!hash) throw refused(RPC.invalidAddress, 'Invalid address');
  requireNoNative(native);
  const asset = assetParam(view, which);
  const amount = quantityParam(asset, quantity);
  await requireReceive(view, addressParam(view, to));
  const fields = detailsParam(details);
  const issuer = issuerOf(view, asset, from);
  const outputs: OutputRequest[] = [issueMoreTo(hash, amount)];
  if (fields.length > 0) outputs.push({ kind: 'asset-update', asset: asset.id, fields });
  return sendOne(view, authorityTransaction(view, issuer, outputs));
}

function issuerOf(view: WalletView, asset: AssetView, from: Address | undefined): Address {
  if (!asset.open) {
    const message = `Issuing more units not allowed for this asset: ${asset.name}`;
    throw refused(RPC.notAllowed, message);
  }
  const may = (address: Address): boolean => view.may(address, 'issue', asset.id);
  const issuer = from ?? view.addresses.find(may);
  if (issuer !== undefined && may(issuer)) return issuer;
  const where = from === undefined ? 'wallet' : 'address';
  const message = `Issuing more units for this asset is not allowed from this ${where}`;
  throw refused(RPC.insufficientPermissions, message);
}

const ISSUE = 'address name quantity [units] [native-amount] [custom-fields]';
const MORE = 'address asset quantity [native-amount] [custom-fields]';

/** issue, issuefrom, issuemore, issuemorefrom. */
export const ASSET_METHODS: readonly RpcMethod[] = [
  method('issue', ISSUE, (context, params) => issue(context, undefined, params)),
  method('issuefrom', `from-address ${ISSUE}`, (context, [from, ...rest]) =>
    issue(context, fromParam(context.view, from), rest),
  ),
  method('issuemore', MORE, (context, params) => issueMore(context, undefined, params)),
  method('issuemorefrom', `from-address ${MORE}`, (context, [from, ...rest]) =>
    issueMore(context, fromParam(context.view, from), rest),
  ),
];
