/** The assets that were issued on the chain. */
import type { AssetDetails, AssetId, DetailFields } from '../format/element.ts';
import { assetIdOf } from '../format/element.ts';
import { ASSET_NAME_LENGTH_MAX } from '../limits.ts';

/** What is known of an asset. */
export interface AssetView {
  readonly id: AssetId;
  /** Empty for an asset without a name. */
  readonly name: string;
  readonly issueTxid: string;
  /** `height-offset-number`, null until the issue is in a block. */
  readonly ref: string | null;
  /** Raw units in one. */
  readonly multiple: number;
  /** Whether more may be issued. */
  readonly open: boolean;
  readonly fields: DetailFields;
  /** All that was issued, in raw units. */
  readonly issued: bigint;
  /** How often: the first time, and each time that added something. */
  readonly issues: number;
}

const REF = /^\d+-\d+-\d+$/;
const TXID = /^[0-9a-f]{64}$/;

/** Whether an asset may be called so: not `*`, nothing that looks like a reference or an id, no control characters, at most 32 bytes. */
export function isAssetName(name: string): boolean {
  if (name === '*' || REF.test(name) || TXID.test(name)) return false;
  if (/\p{Cc}/u.test(name)) return false;
  return new TextEncoder().encode(name).length <= ASSET_NAME_LENGTH_MAX;
}

/** The assets of a chain, in the order of their issue. */
export class AssetTable {
  readonly #assets = new Map<AssetId, AssetView>();
  readonly #names = new Map<string, AssetId>();
  readonly #refs = new Map<string, AssetId>();

  get size(): number {
    return this.#assets.size;
  }

  /** A new asset. */
  create(issueTxid: string, details: AssetDetails, issued: bigint): void {
    const id = assetIdOf(issueTxid);
    const { name, multiple, open, fields } = details;
    this.#assets.set(id, {
      id,
      name,
      issueTxid,
      ref: null,
      multiple,
      open,
      fields,
      issued,
      issues: 1,
    });
    if (name !== '') this.#names.set(name, id);
  }

  /** More of an asset. */
  issueMore(id: AssetId, raw: bigint): void {
    const asset = this.#assets.get(id);
    if (!asset) return;
    const issues = asset.issues + Number(raw > 0n);
    this.#assets.set(id, { ...asset, issued: asset.issued + raw, issues });
  }

  /** The asset's issue is in a block. */
  confirm(id: AssetId, ref: string): void {
    const asset = this.#assets.get(id);
    if (asset) this.#assets.set(id, { ...asset, ref });
    this.#refs.set(ref, id);
  }

  get(id: AssetId): AssetView | undefined {
    return this.#assets.get(id);
  }

  /** By name, reference or issue transaction. */
  find(identifier: string): AssetView | undefined {
    return findAsset(identifier, this.#names, this.#refs, this.#assets);
  }

  list(): AssetView[] {
    return [...this.#assets.values()];
  }
}

function findAsset(
  identifier: string,
  names: ReadonlyMap<string, AssetId>,
  refs: ReadonlyMap<string, AssetId>,
  assets: ReadonlyMap<AssetId, AssetView>,
): AssetView | undefined {
  const id =
    names.get(identifier) ??
    refs.get(identifier) ??
    (TXID.test(identifier) ? assetIdOf(identifier) : undefined);
  const asset = id === undefined ? undefined : assets.get(id);
  return TXID.test(identifier) && asset?.issueTxid !== identifier ? undefined : asset;
}

/** The reference of an asset whose issue stands `offset` bytes into block `height`. */
export function assetRefOf(height: number, offset: number, txid: string): string {
  const [first = '', second = ''] = [txid.slice(0, 2), txid.slice(2, 4)];
  return `${height}-${offset}-${Number.parseInt(second + first, 16)}`;
}
