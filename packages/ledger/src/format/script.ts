/**
 * Output scripts: who may spend an output, and what it means to the permissioned chain.
 *
 * A payment is `OP_DUP OP_HASH160 <20> OP_EQUALVERIFY OP_CHECKSIG` followed by any number of
 * `<element> OP_DROP`. Data is `OP_RETURN <data>`; the details of an asset are `<element> OP_DROP`
 * (twice when added later) and a bare `OP_RETURN`. Reading is strict: a script that is not written
 * as `buildOutputScript` writes it, to the last byte, is `other`, so nothing hides in one that is not.
 */
import { ByteReader, ByteWriter, TransactionFormatError } from './bytes.ts';
import { readElement, writeElement } from './element.ts';
import { DATA_BYTES_MAX, ELEMENT_BYTES_MAX, ELEMENTS_MAX, RAW_MAX } from '../limits.ts';
import type {
  AssetDetails,
  AssetId,
  AssetQuantity,
  DetailFields,
  Element,
  PermissionGrant,
} from './element.ts';

/** A payment to the owner of a key, with what it moves, issues and grants. */
export interface PayMeaning {
  readonly kind: 'pay';
  /** Hash of the owner's public key, 20 bytes. */
  readonly hash160: Uint8Array;
  /** Quantities in the order written; the same asset may come twice and then adds up. */
  readonly assets: readonly AssetMove[];
  /** First quantity of the asset that this very transaction makes, null if it makes none here. */
  readonly issue: bigint | null;
  readonly permissions: readonly PermissionGrant[];
}

/** A quantity, and where it comes from: the transaction's inputs, or nowhere because it is issued. */
export interface AssetMove extends AssetQuantity {
  readonly how: 'transfer' | 'issuemore';
}

/** What an output script says. */
export type OutputMeaning =
  | PayMeaning
  | { readonly kind: 'data'; readonly data: Uint8Array }
  | { readonly kind: 'new-asset'; readonly details: AssetDetails }
  | { readonly kind: 'asset-update'; readonly asset: AssetId; readonly fields: DetailFields }
  | { readonly kind: 'other' };

/** What `buildOutputScript` can write. Parts left out of a payment are empty. */
export type OutputRequest =
  | (Pick<PayMeaning, 'kind' | 'hash160'> & Partial<PayMeaning>)
  | Exclude<OutputMeaning, PayMeaning | { readonly kind: 'other' }>;

const OP = {
  pushdata1: 0x4c,
  pushdata2: 0x4d,
  pushdata4: 0x4e,
  return: 0x6a,
  drop: 0x75,
  dup: 0x76,
  equalverify: 0x88,
  hash160: 0xa9,
  checksig: 0xac,
} as const;

const HASH_BYTES = 20;
const PAY_BYTES = 25;

/**
 * Writes an output script. Elements of a payment come in the order: first issue, more issued,
 * transfers, permissions (each after its entity).
 * @throws TransactionFormatError `out-of-range` or `too-long` on values a default chain has no room for.
 */
export function buildOutputScript(output: OutputRequest): Uint8Array {
  const writer = new ByteWriter(96);
  switch (output.kind) {
    case 'pay':
      writePay(writer, output.hash160);
      writeDrops(writer, payElements(output));
      break;
    case 'data':
      if (output.data.length > DATA_BYTES_MAX) {
        throw new TransactionFormatError('too-long', 'more data than an output may carry');
      }
      writer.uint8(OP.return);
      writePush(writer, output.data);
      break;
    case 'new-asset':
      writeDrops(writer, [output]);
      writer.uint8(OP.return);
      break;
    case 'asset-update':
      writeDrops(writer, [{ kind: 'entity', asset: output.asset }, output]);
      writer.uint8(OP.return);
      break;
  }
  return writer.finish();
}

/** Says what a script means; never throws. */
export function parseOutputScript(script: Uint8Array): OutputMeaning {
  try {
    return readScript(script) ?? { kind: 'other' };
  } catch (error) {
    if (error instanceof TransactionFormatError) return { kind: 'other' };
    throw error;
  }
}

/** Who may spend the output: 20 bytes. @returns undefined unless it is a payment we understand. */
export function ownerOf(script: Uint8Array): Uint8Array | undefined {
  const meaning = parseOutputScript(script);
  return meaning.kind === 'pay' ? meaning.hash160 : undefined;
}

/**
 * The assets of an output that holds assets and nothing else: no permission, nothing issued.
 * An asset written twice comes out added up.
 * @returns undefined for every other script, and if quantities add up past int64.
 */
export function parsePlainPayment(
  script: Uint8Array,
): { readonly hash160: Uint8Array; readonly assets: ReadonlyMap<AssetId, bigint> } | undefined {
  const meaning = parseOutputScript(script);
  if (meaning.kind !== 'pay') return undefined;
  if (meaning.issue !== null || meaning.permissions.length > 0) return undefined;
  const assets = new Map<AssetId, bigint>();
  for (const { asset, raw, how } of meaning.assets) {
    if (how !== 'transfer') return undefined;
    const sum = (assets.get(asset) ?? 0n) + raw;
    if (sum > RAW_MAX) return undefined;
    assets.set(asset, sum);
  }
  return { hash160: meaning.hash160, assets };
}

function payElements(output: OutputRequest & { readonly kind: 'pay' }): Element[] {
  const elements: Element[] = [];
  const issue = output.issue ?? null;
  if (issue !== null) elements.push({ kind: 'issue', raw: issue });
  for (const kind of ['issuemore', 'transfer'] as const) {
    const assets = (output.assets ?? []).filter((move) => move.how === kind);
    if (assets.length > 0) elements.push({ kind, assets });
  }
  for (const { entity, ...grant } of output.permissions ?? []) {
    if (entity !== null) elements.push({ kind: 'entity', asset: entity });
    elements.push({ kind: 'permission', grant });
  }
  return elements;
}

function writePay(writer: ByteWriter, hash160: Uint8Array): void {
  if (hash160.length !== HASH_BYTES) {
    throw new TransactionFormatError('out-of-range', 'a public key hash has 20 bytes');
  }
  writer.uint8(OP.dup);
  writer.uint8(OP.hash160);
  writer.uint8(HASH_BYTES);
  writer.put(hash160);
  writer.uint8(OP.equalverify);
  writer.uint8(OP.checksig);
}

function writeDrops(writer: ByteWriter, elements: readonly Element[]): void {
  if (elements.length > ELEMENTS_MAX) {
    throw new TransactionFormatError('too-long', 'more elements than a script may have');
  }
  for (const element of elements) {
    const data = writeElement(element);
    if (data.length > ELEMENT_BYTES_MAX) {
      throw new TransactionFormatError('too-long', 'an element larger than a script may have');
    }
    writePush(writer, data);
    writer.uint8(OP.drop);
  }
}

/** Pushes data with the shortest length prefix, as a signature script or a dropped element has it. */
export function writePush(writer: ByteWriter, data: Uint8Array): void {
  if (data.length < OP.pushdata1) {
    writer.uint8(data.length);
  } else if (data.length < 0x100) {
    writer.uint8(OP.pushdata1);
    writer.uint8(data.length);
  } else if (data.length < 0x1_0000) {
    writer.uint8(OP.pushdata2);
    writer.uint16(data.length);
  } else {
    writer.uint8(OP.pushdata4);
    writer.uint32(data.length);
  }
  writer.put(data);
}

/** Reads a push written with the shortest length prefix. @throws TransactionFormatError on any other operation. */
export function readPush(reader: ByteReader): Uint8Array {
  const opcode = reader.uint8();
  if (opcode < OP.pushdata1) return reader.take(opcode);
  if (opcode > OP.pushdata4) throw new TransactionFormatError('not-canonical', 'not a push');
  const [length, least] =
    opcode === OP.pushdata1
      ? [reader.uint8(), OP.pushdata1]
      : opcode === OP.pushdata2
        ? [reader.uint16(), 0x100]
        : [reader.uint32(), 0x1_0000];
  if (length < least) throw new TransactionFormatError('not-canonical', 'longer push than needed');
  return reader.take(length);
}

function readScript(script: Uint8Array): OutputMeaning | undefined {
  const reader = new ByteReader(script);
  if (script[0] === OP.dup) return readPayment(script, reader);
  if (script[0] !== OP.return) return readDetails(reader);
  reader.uint8();
  const data = readPush(reader);
  if (reader.remaining > 0 || data.length > DATA_BYTES_MAX) return undefined;
  return { kind: 'data', data };
}

function readPayment(script: Uint8Array, reader: ByteReader): PayMeaning | undefined {
  if (script.length < PAY_BYTES) return undefined;
  if (script[1] !== OP.hash160 || script[2] !== HASH_BYTES) return undefined;
  if (script[23] !== OP.equalverify || script[24] !== OP.checksig) return undefined;
  reader.take(3);
  const hash160 = reader.take(HASH_BYTES);
  reader.take(2);
  const assets: AssetMove[] = [];
  const permissions: PermissionGrant[] = [];
  let issue: bigint | null = null;
  let entity: AssetId | null = null;
  for (let drops = 0; reader.remaining > 0; drops++) {
    const element = drops < ELEMENTS_MAX ? readDrop(reader) : undefined;
    if (!element) return undefined;
    if (entity !== null && element.kind !== 'permission') return undefined;
    switch (element.kind) {
      case 'transfer':
      case 'issuemore':
        for (const quantity of element.assets) assets.push({ ...quantity, how: element.kind });
        break;
      case 'issue':
        if (issue !== null) return undefined;
        issue = element.raw;
        break;
      case 'permission':
        permissions.push({ entity, ...element.grant });
        entity = null;
        break;
      case 'entity':
        entity = element.asset;
        break;
      case 'new-asset':
      case 'asset-update':
        return undefined;
    }
  }
  return entity === null ? { kind: 'pay', hash160, assets, issue, permissions } : undefined;
}

function readDetails(reader: ByteReader): OutputMeaning | undefined {
  const first = readDrop(reader);
  if (first?.kind === 'new-asset') return endsInReturn(reader) ? first : undefined;
  if (first?.kind !== 'entity') return undefined;
  const second = readDrop(reader);
  if (second?.kind !== 'asset-update' || !endsInReturn(reader)) return undefined;
  return { kind: 'asset-update', asset: first.asset, fields: second.fields };
}

function readDrop(reader: ByteReader): Element | undefined {
  const data = readPush(reader);
  if (data.length > ELEMENT_BYTES_MAX || reader.uint8() !== OP.drop) return undefined;
  return readElement(data);
}

function endsInReturn(reader: ByteReader): boolean {
  return reader.uint8() === OP.return && reader.remaining === 0;
}
