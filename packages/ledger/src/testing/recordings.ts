/**
 * For tests only: what real nodes said. The small fixtures in `fixtures/multichain` are always
 * there; the full recordings only where the shared folder is.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { paramsOfNode } from '../format/address.ts';
import type { ChainParams } from '../format/address.ts';
import { ByteReader, fromHex, toHex, TransactionFormatError } from '../format/bytes.ts';
import { assetIdOf } from '../format/element.ts';
import type { AssetId } from '../format/element.ts';
import { hash160 } from '../format/hash.ts';
import { buildOutputScript, parsePlainPayment } from '../format/script.ts';
import type { AssetMove } from '../format/script.ts';
import { readSignatureScript, SIGHASH } from '../format/signature.ts';
import {
  decodeTransaction,
  encodeTransaction,
  outputOf,
  readTransaction,
  txidOf,
} from '../format/transaction.ts';
import type { Outpoint, Transaction } from '../format/transaction.ts';

const PROJECT = resolve(import.meta.dirname, '../../../..');
const SHARED = join(resolve(PROJECT, process.env['WATTLOT_SHARED'] ?? '../shared'), 'multichain');
const BLOCK_HEADER_BYTES = 80;

/** Whether the full recordings can be read. */
export const recordingsPresent: boolean = existsSync(join(SHARED, 'lots.jsonl'));

/** One recorded call. */
export interface Recording {
  readonly file: string;
  readonly about: string;
  readonly method: string;
  readonly params: readonly unknown[];
  readonly result: unknown;
  readonly error: unknown;
  /** The whole line. */
  readonly text: string;
}

/** Everything recorded of one chain. */
export interface RecordedChain {
  readonly version: string;
  readonly lines: readonly Recording[];
}

/** A transaction found anywhere in the recordings. */
export interface RecordedTransaction {
  readonly hex: string;
  readonly txid: string;
  readonly transaction: Transaction;
  /** The first line in which it stands. */
  readonly line: Recording;
}

/** The recordings of both versions; read `recordingsPresent` before. */
export function readRecordings(): readonly RecordedChain[] {
  return [
    { version: '1.0.9', lines: readFolder(SHARED) },
    { version: '2.3.3', lines: readFolder(join(SHARED, 'v2.3')) },
  ];
}

/** A property of a JSON object, undefined if it has none. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (Object.entries(value).find(([key]) => key === name)?.[1] as unknown)
    : undefined;
}

/** The elements of a JSON list, none if it is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** A JSON string, '' if it is none. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Every transaction of a chain: as hexadecimal text of its own, or inside a block. Text that does
 * not decode comes back too, for the tests to say why.
 */
export function transactionsOf(chain: RecordedChain): {
  readonly found: readonly RecordedTransaction[];
  readonly refused: readonly {
    readonly hex: string;
    readonly code: string;
    readonly line: Recording;
  }[];
} {
  const found = new Map<string, RecordedTransaction>();
  const refused = new Map<string, { hex: string; code: string; line: Recording }>();
  for (const line of chain.lines) {
    for (const [, hex = ''] of line.text.matchAll(/"(0[123]000000[0-9a-f]{100,})\\?"/g)) {
      try {
        const decoded = hex.startsWith('03') ? inBlock(hex) : [decodeTransaction(hex)];
        for (const transaction of decoded) {
          const bytes = encodeTransaction(transaction);
          const own = hex.startsWith('03') ? toHex(bytes) : hex;
          if (found.has(own)) continue;
          found.set(own, { hex: own, txid: txidOf(fromHex(own)), transaction, line });
        }
      } catch (error) {
        if (!(error instanceof TransactionFormatError)) throw error;
        if (!refused.has(hex)) refused.set(hex, { hex, code: error.code, line });
      }
    }
  }
  return { found: [...found.values()], refused: [...refused.values()] };
}

/**
 * The scripts of outputs that the recorded transactions spend: those recorded themselves, and those
 * that the call which made the output, or the balance of the transaction that spends it, leaves no choice about.
 */
export function previousScripts(
  chain: RecordedChain,
  transactions: readonly RecordedTransaction[],
): (spender: Transaction, index: number) => Uint8Array | undefined {
  const known = new Map<string, Uint8Array>();
  const made = new Map<string, readonly AssetMove[]>();
  const assets = assetsOf(chain);
  for (const { txid, transaction } of transactions) {
    transaction.outputs.forEach(({ script }, vout) => known.set(outputOf({ txid, vout }), script));
  }
  for (const { method, params, result } of chain.lines) {
    if (method === 'gettxout') note(`${text(params[0])}:${String(params[1])}`, result);
    if (method === 'listunspent') {
      for (const entry of list(result)) note(outputIn(entry), field(entry, 'scriptPubKey'));
    }
    if (method === 'preparelockunspent') make(outputIn(result), params[0], 'transfer');
    if (method === 'preparelockunspentfrom') make(outputIn(result), params[1], 'transfer');
    if (method === 'issuemore' && typeof result === 'string') {
      make(`${result}:0`, { [text(params[1])]: params[2] }, 'issuemore');
    }
  }
  return (spender, index) => {
    const input = spender.inputs[index];
    if (!input) return undefined;
    const output = outputOf(input);
    return known.get(output) ?? implied(spender, input.script, made.get(output));
  };

  function note(output: string, holder: unknown): void {
    const script = field(holder, 'scriptPubKey') ?? holder;
    const hex = text(field(script, 'hex') ?? script);
    if (hex !== '') known.set(output, fromHex(hex));
  }

  function make(output: string, quantities: unknown, how: AssetMove['how']): void {
    if (typeof quantities !== 'object' || quantities === null) return;
    const moves = Object.entries(quantities).flatMap(([name, quantity]): AssetMove[] => {
      const asset = assets.get(name);
      const raw = BigInt(Math.floor(Number(quantity) * (asset?.multiple ?? 1) + 0.499999));
      return asset ? [{ asset: asset.id, raw, how }] : [];
    });
    if (moves.length > 0) made.set(output, moves);
  }
}

function implied(
  spender: Transaction,
  signature: Uint8Array,
  moves: readonly AssetMove[] | undefined,
): Uint8Array | undefined {
  const parts = readSignatureScript(signature);
  if (!parts) return undefined;
  const assets = moves ?? balanceOf(spender, parts.hashType === SIGHASH.all);
  return assets && buildOutputScript({ kind: 'pay', hash160: hash160(parts.publicKey), assets });
}

/** What the only input of a transaction must hold: what its outputs hold. */
function balanceOf(spender: Transaction, whole: boolean): readonly AssetMove[] | undefined {
  if (!whole || spender.inputs.length !== 1) return undefined;
  const sums = new Map<AssetId, bigint>();
  for (const output of spender.outputs) {
    for (const [asset, raw] of parsePlainPayment(output.script)?.assets ?? []) {
      sums.set(asset, (sums.get(asset) ?? 0n) + raw);
    }
  }
  return [...sums].map(([asset, raw]) => ({ asset, raw, how: 'transfer' }));
}

function assetsOf(chain: RecordedChain): Map<string, { id: AssetId; multiple: number }> {
  const assets = new Map<string, { id: AssetId; multiple: number }>();
  for (const { method, result } of chain.lines) {
    if (method !== 'listassets') continue;
    for (const asset of list(result)) {
      const id = assetIdOf(text(field(asset, 'issuetxid')));
      assets.set(text(field(asset, 'name')), { id, multiple: Number(field(asset, 'multiple')) });
    }
  }
  return assets;
}

function outputIn(value: unknown): string {
  const outpoint: Outpoint = {
    txid: text(field(value, 'txid')),
    vout: Number(field(value, 'vout')),
  };
  return outputOf(outpoint);
}

function inBlock(hex: string): readonly Transaction[] {
  const reader = new ByteReader(fromHex(hex));
  reader.take(BLOCK_HEADER_BYTES);
  const transactions: Transaction[] = [];
  for (let left = reader.count(10); left > 0; left--) transactions.push(readTransaction(reader));
  return transactions;
}

function readFolder(folder: string): readonly Recording[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  return files.flatMap((file) => {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    return lines.filter(Boolean).map((line): Recording => {
      const value: unknown = JSON.parse(line);
      const call = inBody(value, 'request_body') ?? value;
      const answer = inBody(value, 'response_body') ?? value;
      return {
        file,
        about: text(field(value, 'case')) || text(field(value, 'client')),
        method: text(field(call, 'method')),
        params: list(field(call, 'params')),
        result: field(answer, 'result'),
        error: field(answer, 'error'),
        text: line,
      };
    });
  });
}

/** Lines recorded on the wire hold the HTTP bodies as text. */
function inBody(line: unknown, name: string): unknown {
  try {
    return JSON.parse(text(field(line, name)));
  } catch {
    return undefined;
  }
}

/** A recorded transaction with the scripts of the outputs it spends, where they are known. */
export interface TransactionFixture {
  readonly about: string;
  readonly version: string;
  readonly txid: string;
  readonly hex: string;
  readonly previous: Readonly<Record<string, string>>;
  /** Inputs whose signature a node called wrong. */
  readonly wrong: readonly number[];
}

/** `fixtures/multichain/transactions.json`. */
export function transactionFixtures(): readonly TransactionFixture[] {
  return list(field(fixtureFile(), 'transactions')).map((entry) => ({
    about: text(field(entry, 'about')),
    version: text(field(entry, 'version')),
    txid: text(field(entry, 'txid')),
    hex: text(field(entry, 'hex')),
    previous: Object.fromEntries(
      Object.entries(Object(field(entry, 'previous'))).map(([key, value]) => [key, text(value)]),
    ),
    wrong: list(field(entry, 'wrong')).map(Number),
  }));
}

/** A recorded public key and its address on the chain with these parameters. */
export interface AddressFixture {
  readonly version: string;
  readonly address: string;
  readonly publicKey: string;
  readonly params: ChainParams;
}

/** The addresses of `fixtures/multichain/transactions.json`. */
export function addressFixtures(): readonly AddressFixture[] {
  return list(field(fixtureFile(), 'addresses')).map((entry) => {
    const version = text(field(entry, 'version'));
    return {
      version,
      address: text(field(entry, 'address')),
      publicKey: text(field(entry, 'pubkey')),
      params: chainFixture(version),
    };
  });
}

/** The parameters of the recorded chain of a version. */
export function chainFixture(version: string): ChainParams {
  const fields = field(field(fixtureFile(), 'chains'), version);
  return paramsOfNode({
    'chain-name': text(field(fields, 'chain-name')),
    'address-pubkeyhash-version': text(field(fields, 'address-pubkeyhash-version')),
    'address-scripthash-version': text(field(fields, 'address-scripthash-version')),
    'private-key-version': text(field(fields, 'private-key-version')),
    'address-checksum-value': text(field(fields, 'address-checksum-value')),
  });
}

function fixtureFile(): unknown {
  const file = join(PROJECT, 'fixtures/multichain/transactions.json');
  return JSON.parse(readFileSync(file, 'utf8'));
}
