/** The rules about what needs an authority: new assets, more of an asset, permissions. */
import type { Address } from '@wattlot/core';
import { isAssetName } from './assets.ts';
import type { ChainState, Made, Spend } from './chain-state.ts';
import type { AssetDetails, AssetId, AssetQuantity, PermissionGrant } from '../format/element.ts';
import { assetIdOf, PERMISSION_FLAGS, PERMISSION_FOREVER } from '../format/element.ts';
import { ASSETS_MAX, ISSUED_MAX } from '../limits.ts';
import { ASSET_FLAGS, CHAIN_FLAGS, isRevocation, isStanding } from './permissions.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { OutputMeaning, PayMeaning } from '../format/script.ts';
import { readSignatureScript, SIGHASH } from '../format/signature.ts';
import type { Transaction } from '../format/transaction.ts';

/** A transaction on its way through the rules. */
export interface Draft {
  readonly state: ChainState;
  readonly transaction: Transaction;
  readonly txid: string;
  readonly spends: readonly Spend[];
  readonly made: readonly Made[];
}

/** A refusal by the chain's rules. */
export function rejected(message: string): RpcError {
  return new RpcError(RPC.transactionRejected, message);
}

/** Adds to a sum. */
export function addTo(sums: Map<AssetId, bigint>, asset: AssetId, raw: bigint): void {
  sums.set(asset, (sums.get(asset) ?? 0n) + raw);
}

/**
 * Who answers for output `index`: the owners whose signatures cover it. A signature SINGLE|ANYONECANPAY answers for its own output only, so that
 * nobody can hide an issue or a grant behind somebody's offer.
 */
function authorsOf({ transaction, spends }: Draft, index: number): Set<Address> {
  const authors = new Set<Address>();
  spends.forEach(({ content }, i) => {
    const signature = readSignatureScript(transaction.inputs[i]?.script ?? new Uint8Array(0));
    if (signature?.hashType === SIGHASH.all || i === index) authors.add(content.owner);
  });
  return authors;
}

function authorWith(
  draft: Draft,
  index: number,
  holds: (author: Address) => boolean,
): Address | undefined {
  for (const author of authorsOf(draft, index)) if (holds(author)) return author;
  return undefined;
}

/** The asset that a transaction makes, if it does. */
export function readNewAsset(
  draft: Draft,
): { readonly details: AssetDetails; readonly issued: bigint } | RpcError | undefined {
  const { state, made } = draft;
  let details: AssetDetails | undefined;
  let issued: bigint | undefined;
  for (const [index, { meaning }] of made.entries()) {
    if (meaning.kind === 'new-asset') {
      if (details) return rejected('64: Issue transaction rejected - more than one asset');
      details = meaning.details;
    } else if (meaning.kind === 'pay' && meaning.issue !== null) {
      issued = (issued ?? 0n) + meaning.issue;
    } else continue;
    const may = (author: Address): boolean => state.permissions.has(author, 'issue', null);
    if (authorWith(draft, index, may) === undefined) {
      return rejected("64: Inputs don't have issue permission");
    }
  }
  if (details === undefined && issued === undefined) return undefined;
  if (details === undefined || issued === undefined) {
    return rejected('64: Issue transaction rejected - details or quantity missing');
  }
  if (details.name !== '' && (!isAssetName(details.name) || state.assets.find(details.name))) {
    return rejected('64: New asset rejected - entity with this name already exists');
  }
  if (state.assets.size >= ASSETS_MAX) return rejected('64: New asset rejected - too many assets');
  if (issued > ISSUED_MAX)
    return rejected('64: Issue transaction rejected - negative asset quantity');
  return { details, issued };
}

/** What a transaction issues of assets that exist. */
export function readIssued(draft: Draft): AssetQuantity[] | RpcError {
  const { state, made } = draft;
  const sums = new Map<AssetId, bigint>();
  const described: AssetId[] = [];
  for (const [index, { meaning }] of made.entries()) {
    const assets = issuedBy(meaning);
    for (const { asset, raw } of assets) {
      const known = state.assets.get(asset);
      if (!known) return rejected('64: Asset follow-on script rejected - asset not found');
      if (!known.open) {
        return rejected('64: Asset follow-on script rejected - not allowed for this asset');
      }
      const may = (author: Address): boolean => state.permissions.has(author, 'issue', asset);
      if (authorWith(draft, index, may) === undefined) {
        return rejected("64: Inputs don't have issue permission for this asset");
      }
      if (meaning.kind === 'asset-update') described.push(asset);
      else addTo(sums, asset, raw);
    }
  }
  if (described.some((asset) => !sums.has(asset))) {
    return rejected('64: Asset update script rejected - no follow-on issue in this transaction');
  }
  for (const [asset, raw] of sums) {
    if ((state.assets.get(asset)?.issued ?? 0n) + raw > ISSUED_MAX) {
      return rejected('64: Asset follow-on script rejected - exceeds maximal quantity');
    }
  }
  return [...sums].map(([asset, raw]) => ({ asset, raw }));
}

function issuedBy(meaning: OutputMeaning): AssetQuantity[] {
  if (meaning.kind === 'asset-update') return [{ asset: meaning.asset, raw: 0n }];
  if (meaning.kind !== 'pay') return [];
  return meaning.assets.filter(({ how }) => how === 'issuemore');
}

/** The permissions that a transaction grants and revokes, those of an asset's first issuer included. */
export function readGrants(
  draft: Draft,
): { address: Address; grant: PermissionGrant; admin: Address }[] | RpcError {
  const { state, made } = draft;
  const grants: { address: Address; grant: PermissionGrant; admin: Address }[] = [];
  for (const [index, { meaning }] of made.entries()) {
    if (meaning.kind !== 'pay' || meaning.permissions.length === 0) continue;
    const address = state.addressOf(meaning.hash160);
    for (const grant of meaning.permissions) {
      const admin = granterOf(draft, index, meaning, grant);
      if (admin instanceof RpcError) return admin;
      grants.push({ address, grant, admin });
    }
  }
  return [...grants, ...issuerGrants(draft)];
}

/** An admin grants anything; connect, send and receive also those who may activate. Of an asset, the admins of that asset. */
function granterOf(
  draft: Draft,
  index: number,
  meaning: PayMeaning,
  grant: PermissionGrant,
): Address | RpcError {
  const { state } = draft;
  const { entity, flags } = grant;
  const known = entity === null ? CHAIN_FLAGS : ASSET_FLAGS;
  if (flags === 0 || (flags & ~known) !== 0 || !isStanding(grant)) {
    return rejected('64: Permission script rejected');
  }
  if (entity !== null && !state.assets.get(entity)) {
    return rejected('64: Permission script rejected - entity not found');
  }
  const names = entity === null && (flags & ~ACTIVATABLE) === 0 ? ['admin', 'activate'] : ['admin'];
  const may = (author: Address): boolean =>
    (names.includes('activate') && state.permissions.has(author, 'activate', entity)) ||
    state.permissions.has(author, 'admin', entity);
  const admin = authorWith(draft, index, may);
  if (admin === undefined) return rejected("64: Inputs don't have permission to grant or revoke");
  if (isRevocation(grant) && (flags & PERMISSION_FLAGS.admin) !== 0) {
    const address = state.addressOf(meaning.hash160);
    if (address === admin) return rejected('64: Permission script rejected - own admin permission');
  }
  return admin;
}

const ACTIVATABLE = PERMISSION_FLAGS.connect | PERMISSION_FLAGS.send | PERMISSION_FLAGS.receive;

/** Whoever issues an asset first administers it and may issue more of it. */
function issuerGrants(
  draft: Draft,
): { address: Address; grant: PermissionGrant; admin: Address }[] {
  const { state, made, txid } = draft;
  const index = made.findIndex(({ meaning }) => meaning.kind === 'new-asset');
  if (index < 0) return [];
  const flags = PERMISSION_FLAGS.admin | PERMISSION_FLAGS.issue;
  const grant = { entity: assetIdOf(txid), flags, start: 0, end: PERMISSION_FOREVER, timestamp: 0 };
  const issuers = [...authorsOf(draft, index)].filter((author) =>
    state.permissions.has(author, 'issue', null),
  );
  return issuers.map((address) => ({ address, grant, admin: address }));
}
