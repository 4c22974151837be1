/** How a node's answers show assets, permissions and scripts. */
import type { AssetView } from '../chain/assets.ts';
import { ByteReader, toHex } from '../format/bytes.ts';
import type { Dialect } from './dialect.ts';
import { decimalOf, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import type { AssetId, PermissionGrant } from '../format/element.ts';
import { assetIdOf, PERMISSION_FLAGS } from '../format/element.ts';
import type { PermissionName } from '../chain/permissions.ts';
import { readPush } from '../format/script.ts';
import type { PayMeaning } from '../format/script.ts';
import { parseOutputScript } from '../format/script.ts';
import type { OwnOutput, WalletView } from '../wallet/wallet-view.ts';

/** An asset as an answer names it; unnamed assets go by their reference alone. */
export function assetName(asset: AssetView | undefined): {
  readonly name?: string;
  readonly assetref: string | null;
} {
  const assetref = asset?.ref ?? null;
  return asset && asset.name !== '' ? { name: asset.name, assetref } : { assetref };
}

/** A quantity in units, as a number with a node's digits. */
export function quantityView(view: WalletView, asset: AssetId, raw: bigint): Decimal {
  return decimalOf(raw, view.assetById(asset)?.multiple ?? 1);
}

/** `{name, assetref, qty}` of each asset of which there is something; of those there is nothing of too, where that is `shown`. */
export function amountsView(
  view: WalletView,
  sums: Iterable<readonly [AssetId, bigint]>,
  nothing: 'left out' | 'shown' = 'left out',
): unknown[] {
  return [...sums].flatMap(([id, raw]) => {
    if (raw === 0n && nothing === 'left out') return [];
    return [{ ...assetName(view.assetById(id)), qty: quantityView(view, id, raw) }];
  });
}

/** What an output holds. 2.3 names assets of which it holds nothing too: an issue of 0, a payment of 0. */
export function heldIn(
  { txid, script, assets }: Pick<OwnOutput, 'txid' | 'script' | 'assets'>,
  dialect: Dialect,
): readonly (readonly [AssetId, bigint])[] {
  if (dialect !== '2.3') return assets.map(({ asset, raw }) => [asset, raw] as const);
  const meaning = parseOutputScript(script);
  if (meaning.kind !== 'pay') return [];
  const sums = new Map<AssetId, bigint>();
  if (meaning.issue !== null) sums.set(assetIdOf(txid), meaning.issue);
  for (const { asset, raw } of meaning.assets) sums.set(asset, (sums.get(asset) ?? 0n) + raw);
  return [...sums];
}

/** `{amount, assets}`: what an exchange offers or asks. */
export function amountView(
  view: WalletView,
  sums: Iterable<readonly [AssetId, bigint]>,
): { readonly amount: Decimal; readonly assets: unknown[] } {
  return { amount: ZERO, assets: amountsView(view, sums) };
}

/** Whom a permission is about: null for the chain. */
export function entityView(view: WalletView, entity: AssetId | null): unknown {
  return entity === null ? null : { type: 'asset', ...assetName(view.assetById(entity)) };
}

const CHAIN_FIELDS: readonly PermissionName[] = [
  'connect',
  'send',
  'receive',
  'create',
  'issue',
  'mine',
  'admin',
  'activate',
];
const ASSET_FIELDS: readonly PermissionName[] = ['issue', 'admin'];
/** What 2.3 tells of a grant about an asset. */
const ASSET_FIELDS_23: readonly PermissionName[] = [
  'send',
  'receive',
  'issue',
  'admin',
  'activate',
];

/** A grant in an output. */
export function grantView(view: WalletView, grant: PermissionGrant, dialect: Dialect): unknown {
  const ofAsset = dialect === '2.3' ? ASSET_FIELDS_23 : ASSET_FIELDS;
  const fields = grant.entity === null ? CHAIN_FIELDS : ofAsset;
  return {
    for: entityView(view, grant.entity),
    ...Object.fromEntries(
      fields.map((name) => [name, (grant.flags & PERMISSION_FLAGS[name]) !== 0]),
    ),
    ...(dialect === '2.3' ? { custom: [] } : {}),
    startblock: grant.start,
    endblock: grant.end,
    timestamp: grant.timestamp,
  };
}

/** The assets of an output with where they come from. */
export function outputAssetsView(view: WalletView, meaning: PayMeaning, txid: string): unknown[] {
  const entries = meaning.assets.map(({ asset, raw, how }) => ({
    ...assetDetail(view, asset),
    qty: quantityView(view, asset, raw),
    raw: Number(raw),
    type: how,
  }));
  if (meaning.issue === null) return entries;
  const id = assetIdOf(txid);
  const issue = {
    ...assetDetail(view, id),
    qty: quantityView(view, id, meaning.issue),
    raw: Number(meaning.issue),
    type: 'issuefirst',
  };
  return [issue, ...entries];
}

function assetDetail(view: WalletView, id: AssetId): object {
  const asset = view.assetById(id);
  return { ...assetName(asset), issuetxid: asset?.issueTxid ?? id };
}

/** A script in a node's short form: data in hexadecimal, operations by name. */
function scriptText(script: Uint8Array): string {
  const reader = new ByteReader(script);
  const words: string[] = [];
  let at = 0;
  while (reader.remaining > 0) {
    const opcode = script[at] ?? 0;
    if (opcode > 0 && opcode <= 0x4e) words.push(toHex(readPush(reader)));
    else words.push(OPERATIONS.get(reader.uint8()) ?? 'OP_UNKNOWN');
    at = reader.offset;
  }
  return words.join(' ');
}

const OPERATIONS: ReadonlyMap<number, string> = new Map([
  [0x00, '0'],
  [0x6a, 'OP_RETURN'],
  [0x75, 'OP_DROP'],
  [0x76, 'OP_DUP'],
  [0x88, 'OP_EQUALVERIFY'],
  [0xa9, 'OP_HASH160'],
  [0xac, 'OP_CHECKSIG'],
]);

/** A signature script: the signature and the public key. */
export function inputScriptView(script: Uint8Array): { asm: string; hex: string } {
  return { asm: tryText(script), hex: toHex(script) };
}

/** An output script, and whom it pays. */
export function outputScriptView(view: WalletView, script: Uint8Array): unknown {
  const meaning = parseOutputScript(script);
  const text = { asm: tryText(script), hex: toHex(script) };
  if (meaning.kind !== 'pay') {
    return { ...text, type: meaning.kind === 'other' ? 'nonstandard' : 'nulldata' };
  }
  const addresses = [view.addressOf(meaning.hash160)];
  return { ...text, reqSigs: 1, type: 'pubkeyhash', addresses };
}

function tryText(script: Uint8Array): string {
  try {
    return scriptText(script);
  } catch {
    return '[error]';
  }
}
