/** RPC methods about permissions. */
import type { Address } from '@wattlot/core';
import type { AssetId } from '../format/element.ts';
import { PERMISSION_FOREVER } from '../format/element.ts';
import { authorityTransaction, grantTo } from '../wallet/issuing.ts';
import { PERMISSION_NAMES, revocation, standingGrant } from '../chain/permissions.ts';
import type { PermissionName, PermissionView } from '../chain/permissions.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import {
  addressesParam,
  assetParam,
  boolParam,
  fromParam,
  intParam,
  method,
  requireNoNative,
  textParam,
} from './rpc-params.ts';
import { sendOne } from './rpc-send.ts';
import { entityView } from './rpc-views.ts';
import { toHex } from '../format/bytes.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

interface Asked {
  readonly entity: AssetId | null;
  readonly names: readonly PermissionName[];
}

/** `connect,send`, `energy.issue`, `energy.*`, `*` or `all`. */
function askedOf(view: WalletView, value: unknown): Asked {
  const text = value === undefined || value === null ? '*' : textParam(value);
  const [, asset, list] = /^(.+)\.([^.]*)$/.exec(text) ?? [undefined, undefined, text];
  const entity = asset === undefined ? null : assetParam(view, asset, 'Entity').id;
  const isAll = list === '*' || list === 'all';
  return { entity, names: isAll ? PERMISSION_NAMES : (list ?? '').split(',').map(nameOf) };
}

function nameOf(text: string): PermissionName {
  const name = PERMISSION_NAMES.find((known) => known === text);
  if (!name) throw new RpcError(RPC.invalidParameter, 'Invalid permission');
  return name;
}

/** The order within an address when all addresses are listed; with addresses named it is that of PERMISSION_NAMES. */
const ALL_ORDER: readonly PermissionName[] = [
  'mine',
  'admin',
  'activate',
  'connect',
  'send',
  'receive',
  'issue',
  'create',
];

async function listPermissions(
  { view }: RpcContext,
  [which, addresses, verbose]: readonly unknown[],
): Promise<unknown> {
  const { entity, names } = askedOf(view, which);
  const isAll = addresses === undefined || addresses === null || addresses === '*';
  const only = isAll ? undefined : addressesParam(view, addresses);
  const held = await view.port.permissions(entity, only);
  const chosen = held.filter(({ type }) => names.includes(type));
  if (isAll) chosen.sort((one, other) => compareAll(view, one, other));
  const detailed = boolParam(verbose, false);
  return chosen.map(({ address, type, admin }) => ({
    address,
    for: entityView(view, entity),
    type,
    startblock: 0,
    endblock: PERMISSION_FOREVER,
    ...(detailed ? { admins: [admin], pending: [] } : {}),
  }));
}

/** By address, in the order of the hashes they stand for. */
function compareAll(view: WalletView, one: PermissionView, other: PermissionView): number {
  const [first, second] = [hashText(view, one.address), hashText(view, other.address)];
  if (first !== second) return first < second ? -1 : 1;
  return ALL_ORDER.indexOf(one.type) - ALL_ORDER.indexOf(other.type);
}

function hashText(view: WalletView, address: Address): string {
  const hash = view.hashOf(address);
  return hash ? toHex(hash) : '';
}

type Change = 'grant' | 'revoke';

async function change(
  { view, now }: RpcContext,
  kind: Change,
  from: Address | undefined,
  params: readonly unknown[],
): Promise<unknown> {
  const [addresses, which, native, start, end] = params;
  const owners = addressesParam(view, addresses);
  const { entity, names } = askedOf(view, textParam(which));
  requireNoNative(native);
  if (kind === 'grant') requireStanding(start, end);
  const granter = from ?? granterFor(view, kind, { entity, names });
  if (!mayGrant(view, granter, { entity, names })) {
    const message = "from-address doesn't have activate or admin permission";
    throw new RpcError(RPC.insufficientPermissions, message);
  }
  const timestamp = Math.floor(now() / 1000);
  const make = kind === 'grant' ? standingGrant : revocation;
  const outputs = owners.flatMap((owner) => {
    const hash = view.hashOf(owner);
    return hash ? [grantTo(hash, make(names, entity, timestamp))] : [];
  });
  return sendOne(view, authorityTransaction(view, granter, outputs));
}

/** Blocks come here when there is work, so a window of blocks means nothing. */
function requireStanding(start: unknown, end: unknown): void {
  if (intParam(start, 0) !== 0 || intParam(end, PERMISSION_FOREVER) !== PERMISSION_FOREVER) {
    const message = 'Permissions for a window of blocks are not supported by an embedded chain';
    throw new RpcError(RPC.invalidParameter, message);
  }
}

function granterFor(view: WalletView, kind: Change, asked: Asked): Address {
  const granter = view.addresses.find((address) => mayGrant(view, address, asked));
  if (granter !== undefined) return granter;
  const what = kind === 'revoke' || isActivatable(asked.names) ? 'activate or admin' : 'admin';
  const where = asked.entity === null ? '' : ' for this entity';
  const words = asked.entity === null ? what : 'admin';
  throw new RpcError(
    RPC.insufficientPermissions,
    `This wallet doesn't have addresses with ${words} permission${where}`,
  );
}

function mayGrant(view: WalletView, address: Address, { entity, names }: Asked): boolean {
  if (view.may(address, 'admin', entity)) return true;
  return isActivatable(names) && view.may(address, 'activate', entity);
}

function isActivatable(names: readonly PermissionName[]): boolean {
  return names.every((name) => name === 'connect' || name === 'send' || name === 'receive');
}

const GRANT =
  'addresses permissions [native-amount] [start-block] [end-block] [comment] [comment-to]';
const REVOKE = 'addresses permissions [native-amount] [comment] [comment-to]';

/** listpermissions, grant, grantfrom, revoke, revokefrom. */
export const PERMISSION_METHODS: readonly RpcMethod[] = [
  method('listpermissions', '[permissions] [addresses] [verbose]', listPermissions),
  method('grant', GRANT, (context, params) => change(context, 'grant', undefined, params)),
  method('grantfrom', `from-address ${GRANT}`, (context, [from, ...rest]) =>
    change(context, 'grant', fromParam(context.view, from), rest),
  ),
  method('revoke', REVOKE, (context, params) => change(context, 'revoke', undefined, params)),
  method('revokefrom', `from-address ${REVOKE}`, (context, [from, ...rest]) =>
    change(context, 'revoke', fromParam(context.view, from), rest),
  ),
];
