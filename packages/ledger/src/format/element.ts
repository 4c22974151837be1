/**
 * MultiChain's script elements: data pushed and dropped (`<data> OP_DROP`), which Bitcoin's rules
 * ignore and the permissioned chain gives meaning to. Four bytes say which: `spk` and a letter.
 *
 * | letter | meaning                                              | content                          |
 * | ------ | ---------------------------------------------------- | -------------------------------- |
 * | `q`    | quantities of assets move                            | (asset 16, int64)*               |
 * | `o`    | more of an existing asset is issued (`issuemore`)    | (asset 16, int64)*               |
 * | `g`    | first quantity of the asset this transaction makes   | int64                            |
 * | `p`    | permissions granted or revoked                       | flags, start, end, time: 4 each  |
 * | `e`    | the entity (asset) which the next element is about   | asset 16                         |
 * | `n`    | a new entity: type 1 is an asset                     | type 1, details                  |
 * | `u`    | details added to an existing entity                  | type 1, details                  |
 */
import { ByteReader, ByteWriter, fromHex, TransactionFormatError, toHex } from './bytes.ts';
import { RAW_MAX } from '../limits.ts';

declare const brand: unique symbol;

/** Which asset: the first 32 hexadecimal digits of its issue transaction's id, lower case. */
export type AssetId = string & { readonly [brand]: 'AssetId' };

/** A quantity of an asset in its smallest units, 0 to 2^63 - 1. */
export interface AssetQuantity {
  readonly asset: AssetId;
  readonly raw: bigint;
}

/** What `grant` and `revoke` write. Revoked is a grant for no block at all: `start` 0, `end` 0. */
export interface PermissionGrant {
  /** The asset that the permission is about, or null for a permission of the whole chain. */
  readonly entity: AssetId | null;
  /** A union of `PERMISSION_FLAGS`. */
  readonly flags: number;
  /** First block in which it holds. */
  readonly start: number;
  /** First block in which it holds no more; `PERMISSION_FOREVER` for ever. */
  readonly end: number;
  /** Seconds since 1970, as the granting node's clock said. */
  readonly timestamp: number;
}

/** What the issue of an asset says about it besides its first quantity. */
export interface AssetDetails {
  /** May be empty: an asset without a name. */
  readonly name: string;
  /** Smallest units in one: 1000 for units of 0.001. */
  readonly multiple: number;
  /** Whether more may be issued later. */
  readonly open: boolean;
  /** Names and values in the order given. */
  readonly fields: DetailFields;
}

/** Custom fields in the order given; a name is neither empty nor holds a zero byte. */
export type DetailFields = readonly (readonly [name: string, value: string])[];

/** One element, as `readElement` understands it. */
export type Element =
  | { readonly kind: 'transfer' | 'issuemore'; readonly assets: readonly AssetQuantity[] }
  | { readonly kind: 'issue'; readonly raw: bigint }
  | { readonly kind: 'permission'; readonly grant: Omit<PermissionGrant, 'entity'> }
  | { readonly kind: 'entity'; readonly asset: AssetId }
  | { readonly kind: 'new-asset'; readonly details: AssetDetails }
  | { readonly kind: 'asset-update'; readonly fields: DetailFields };

/** The bit of each permission, by the name that `grant` and `listpermissions` use. */
export const PERMISSION_FLAGS = {
  connect: 0x1,
  send: 0x2,
  receive: 0x4,
  write: 0x8,
  issue: 0x10,
  create: 0x20,
  mine: 0x100,
  admin: 0x1000,
  activate: 0x2000,
} as const;

/** The `end` of a permission without end. */
export const PERMISSION_FOREVER = 0xffff_ffff;

const MARK = 0x6b_70_73; // "spk", little-endian
const ASSET_BYTES = 16;
const QUANTITY_BYTES = ASSET_BYTES + 8;
const ENTITY_ASSET = 0x01;
const DETAIL_NAME = 0x01;
const DETAIL_OPEN = 0x02;
const DETAIL_MULTIPLE = 0x41;
const ASSET_ID = /^[0-9a-f]{32}$/;

const LETTER = {
  transfer: 0x71,
  issuemore: 0x6f,
  issue: 0x67,
  permission: 0x70,
  entity: 0x65,
  'new-asset': 0x6e,
  'asset-update': 0x75,
} as const satisfies Record<Element['kind'], number>;

/** The asset that an issue transaction makes. @throws TransactionFormatError unless `txid` is an id. */
export function assetIdOf(txid: string): AssetId {
  const asset = /^[0-9a-f]{64}$/.test(txid) ? toAssetId(txid.slice(0, 32)) : undefined;
  if (asset === undefined) throw new TransactionFormatError('not-hex', 'not a transaction id');
  return asset;
}

/** @returns `text` as an asset id, undefined unless it is 32 lower-case hexadecimal digits. */
export function toAssetId(text: string): AssetId | undefined {
  return ASSET_ID.test(text) ? (text as AssetId) : undefined;
}

/** Writes an element's data. @throws TransactionFormatError `out-of-range` on a value that has no such form. */
export function writeElement(element: Element): Uint8Array {
  const writer = new ByteWriter(64);
  writer.uint32(MARK + LETTER[element.kind] * 0x100_0000);
  switch (element.kind) {
    case 'transfer':
    case 'issuemore':
      for (const { asset, raw } of element.assets) {
        writer.put(fromHex(asset).toReversed());
        writer.int64(checkedRaw(raw));
      }
      break;
    case 'issue':
      writer.int64(checkedRaw(element.raw));
      break;
    case 'permission':
      writer.uint32(element.grant.flags);
      writer.uint32(element.grant.start);
      writer.uint32(element.grant.end);
      writer.uint32(element.grant.timestamp);
      break;
    case 'entity':
      writer.put(fromHex(element.asset).toReversed());
      break;
    case 'new-asset':
      writer.uint8(ENTITY_ASSET);
      writeAssetDetails(writer, element.details);
      break;
    case 'asset-update':
      writer.uint8(ENTITY_ASSET);
      writeFields(writer, element.fields);
      break;
  }
  return writer.finish();
}

/**
 * Understands an element's data.
 * @returns undefined for anything else than what `writeElement` writes: another letter, a negative
 *   quantity, no quantity at all, a detail we do not know.
 */
export function readElement(data: Uint8Array): Element | undefined {
  try {
    const reader = new ByteReader(data);
    const mark = reader.uint32();
    if ((mark & 0xff_ffff) !== MARK) return undefined;
    const element = readBody(mark >>> 24, reader);
    return reader.remaining === 0 ? element : undefined;
  } catch (error) {
    if (error instanceof TransactionFormatError) return undefined;
    throw error;
  }
}

function readBody(letter: number, reader: ByteReader): Element | undefined {
  switch (letter) {
    case LETTER.transfer:
      return readQuantities('transfer', reader);
    case LETTER.issuemore:
      return readQuantities('issuemore', reader);
    case LETTER.issue: {
      const raw = reader.int64();
      return raw < 0n ? undefined : { kind: 'issue', raw };
    }
    case LETTER.permission:
      return {
        kind: 'permission',
        grant: {
          flags: reader.uint32(),
          start: reader.uint32(),
          end: reader.uint32(),
          timestamp: reader.uint32(),
        },
      };
    case LETTER.entity:
      return { kind: 'entity', asset: readAsset(reader) };
    case LETTER['new-asset']:
      return reader.uint8() === ENTITY_ASSET ? readAssetDetails(reader) : undefined;
    case LETTER['asset-update']: {
      if (reader.uint8() !== ENTITY_ASSET) return undefined;
      const fields = readFields(reader);
      return fields && { kind: 'asset-update', fields };
    }
    default:
      return undefined;
  }
}

function readQuantities(kind: 'transfer' | 'issuemore', reader: ByteReader): Element | undefined {
  if (reader.remaining === 0 || reader.remaining % QUANTITY_BYTES !== 0) return undefined;
  const assets: AssetQuantity[] = [];
  while (reader.remaining > 0) {
    const asset = readAsset(reader);
    const raw = reader.int64();
    if (raw < 0n) return undefined;
    assets.push({ asset, raw });
  }
  return { kind, assets };
}

function readAsset(reader: ByteReader): AssetId {
  return toHex(reader.take(ASSET_BYTES).toReversed()) as AssetId;
}

function writeAssetDetails(writer: ByteWriter, details: AssetDetails): void {
  const { name, multiple, open } = details;
  if (!Number.isInteger(multiple) || multiple < 1 || multiple > 0x7fff_ffff) {
    throw new TransactionFormatError('out-of-range', 'a multiple is 1 to 2^31 - 1');
  }
  if (name !== '') {
    writer.uint16(DETAIL_NAME * 0x100);
    writer.varbytes(new TextEncoder().encode(name));
  }
  writer.uint16(DETAIL_MULTIPLE * 0x100);
  writer.varint(4);
  writer.uint32(multiple);
  if (open) {
    writer.uint16(DETAIL_OPEN * 0x100);
    writer.varint(1);
    writer.uint8(1);
  }
  writeFields(writer, details.fields);
}

function readAssetDetails(reader: ByteReader): Element | undefined {
  let name = '';
  let open = false;
  let code = readDetailCode(reader);
  if (code === DETAIL_NAME) {
    const text = readText(reader.varbytes());
    if (text === undefined || text === '') return undefined;
    name = text;
    code = readDetailCode(reader);
  }
  if (code !== DETAIL_MULTIPLE || reader.varint() !== 4) return undefined;
  const multiple = reader.uint32();
  if (multiple < 1 || multiple > 0x7fff_ffff) return undefined;
  if (reader.remaining > 0 && reader.peek() === 0) {
    if (readDetailCode(reader) !== DETAIL_OPEN || reader.varint() !== 1 || reader.uint8() !== 1) {
      return undefined;
    }
    open = true;
  }
  const fields = readFields(reader);
  return fields && { kind: 'new-asset', details: { name, multiple, open, fields } };
}

/** Details the chain itself understands are named by a zero byte and a code, custom ones by text and a zero byte. */
function readDetailCode(reader: ByteReader): number | undefined {
  return reader.uint8() === 0 ? reader.uint8() : undefined;
}

function writeFields(writer: ByteWriter, fields: DetailFields): void {
  const encoder = new TextEncoder();
  for (const [name, value] of fields) {
    if (name === '' || name.includes('\0')) {
      throw new TransactionFormatError('out-of-range', 'a field needs a name without zero bytes');
    }
    writer.put(encoder.encode(name));
    writer.uint8(0);
    writer.varbytes(encoder.encode(value));
  }
}

function readFields(reader: ByteReader): DetailFields | undefined {
  const fields: (readonly [string, string])[] = [];
  while (reader.remaining > 0) {
    const bytes: number[] = [];
    for (let byte = reader.uint8(); byte !== 0; byte = reader.uint8()) bytes.push(byte);
    const name = readText(Uint8Array.from(bytes));
    const value = readText(reader.varbytes());
    if (name === undefined || name === '' || value === undefined) return undefined;
    fields.push([name, value]);
  }
  return fields;
}

function readText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function checkedRaw(raw: bigint): bigint {
  if (raw < 0n || raw > RAW_MAX) {
    throw new TransactionFormatError('out-of-range', 'a quantity is 0 to 2^63 - 1');
  }
  return raw;
}
