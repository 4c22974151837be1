/** The blocks on disk and where everything is in them: about 50 bytes of memory a block and as many a transaction. */
import type { Txid } from '@wattlot/core';
import { readContent } from './acceptance.ts';
import type { BlockFile } from './block-file.ts';
import { movementsBetween } from './block-moves.ts';
import type { Block, DecodedBlock } from './block.ts';
import { coinbaseOffset, decodeBlock } from './block.ts';
import { fromHex, toHex } from '../format/bytes.ts';
import type { ChainState, CheckedTransaction, OutputContent } from './chain-state.ts';
import { TransactionIndex } from './transaction-index.ts';
import { decodeTransaction } from '../format/transaction.ts';

/** Where a transaction is, and in which block. */
export interface ArchivedTransaction {
  readonly txid: Txid;
  readonly bytes: Uint8Array;
  readonly block: {
    readonly height: number;
    readonly hash: string;
    /** Seconds since 1970. */
    readonly time: number;
    /** Its place in the block, the coinbase being 0. */
    readonly index: number;
  };
}

const HASH_BYTES = 32;
const BLOCKS_FIRST = 256;

/** What a chain reads again. Blocks are entered once they are on disk. */
export class ChainArchive {
  #file: BlockFile | undefined;
  readonly #transactions = new TransactionIndex();
  #hashes = new Uint8Array(BLOCKS_FIRST * HASH_BYTES);
  /** Offset, length and time of each block. */
  #places = new Float64Array(BLOCKS_FIRST * 3);
  #count = 0;

  /** The file that the blocks are in. */
  get file(): BlockFile {
    if (!this.#file) throw new Error('the archive has no file yet');
    return this.#file;
  }

  /** Gives the archive its file, after what it holds was entered. */
  attach(file: BlockFile): void {
    this.#file = file;
  }

  /** Blocks so far. */
  get count(): number {
    return this.#count;
  }

  /** The hash of the last block, empty before the first. */
  get tip(): string {
    return this.hashOf(this.#count - 1) ?? '';
  }

  /** When the last block was made, in seconds since 1970. */
  get time(): number {
    return this.#places[(this.#count - 1) * 3 + 2] ?? 0;
  }

  /** The hash of a block. */
  hashOf(height: number): string | undefined {
    if (!Number.isSafeInteger(height) || height < 0 || height >= this.#count) return undefined;
    return toHex(this.#hashes.subarray(height * HASH_BYTES, (height + 1) * HASH_BYTES));
  }

  /** The number of a block. */
  heightOf(hash: string): number | undefined {
    if (!/^[0-9a-f]{64}$/.test(hash)) return undefined;
    const bytes = fromHex(hash);
    const all = Buffer.from(this.#hashes.buffer, 0, this.#count * HASH_BYTES);
    for (let at = all.indexOf(bytes); at >= 0; at = all.indexOf(bytes, at + 1)) {
      if (at % HASH_BYTES === 0) return at / HASH_BYTES;
    }
    return undefined;
  }

  /** Enters the next block. `offsets` are those of its transactions in its bytes. Of the coinbases, only the first makes anything to be looked up. */
  enter(block: Block, place: { offset: number; length: number; offsets: readonly number[] }): void {
    if (this.#count * HASH_BYTES === this.#hashes.length) this.#grow();
    const height = this.#count++;
    this.#hashes.set(fromHex(block.hash), height * HASH_BYTES);
    this.#places.set([place.offset, place.length, block.time], height * 3);
    if (height === 0) {
      const { txid, bytes } = block.coinbase;
      const offset = place.offset + coinbaseOffset(block);
      this.#transactions.add(txid, { height, index: 0, offset, length: bytes.length });
    }
    block.transactions.forEach(({ txid, bytes }, i) => {
      const offset = place.offset + (place.offsets[i] ?? 0);
      this.#transactions.add(txid, { height, index: i + 1, offset, length: bytes.length });
    });
  }

  /** Whether a transaction is in a block. `txid` is 64 lower-case digits. */
  has(txid: string): boolean {
    return this.#transactions.find(txid) !== undefined;
  }

  /** A transaction that is in a block. */
  transaction(txid: string): ArchivedTransaction | undefined {
    const place = this.#transactions.find(txid);
    const hash = place && this.hashOf(place.height);
    if (!place || hash === undefined) return undefined;
    const { height, index } = place;
    const time = this.#places[height * 3 + 2] ?? 0;
    const bytes = this.file.read(place.offset, place.length);
    return { txid: txid as Txid, bytes, block: { height, index, hash, time } };
  }

  /** A block. */
  block(height: number): DecodedBlock | undefined {
    if (this.hashOf(height) === undefined) return undefined;
    const [offset = 0, length = 0] = this.#places.subarray(height * 3, height * 3 + 2);
    return decodeBlock(this.file.read(offset, length));
  }

  /** What a block's transactions spent and moved, worked out again: each output spent is looked up in its own transaction. */
  effectsOf(
    block: DecodedBlock,
    state: ChainState,
  ): Pick<CheckedTransaction, 'txid' | 'spends' | 'movements'>[] {
    const read = new Map<string, readonly (OutputContent | undefined)[]>();
    const contentsOf = (txid: string): readonly (OutputContent | undefined)[] => {
      let contents = read.get(txid);
      if (!contents) {
        const bytes = this.transaction(txid)?.bytes;
        const outputs = bytes ? decodeTransaction(bytes).outputs : [];
        contents = outputs.map(({ script }) => readContent(state, script, txid));
        read.set(txid, contents);
      }
      return contents;
    };
    return block.transactions.map(({ txid }, i) => {
      const spends = (block.decoded[i]?.inputs ?? []).flatMap(({ txid: from, vout }) => {
        const content = contentsOf(from)[vout];
        return content ? [{ txid: from as Txid, vout, content }] : [];
      });
      return { txid, spends, movements: movementsBetween(spends, contentsOf(txid)) };
    });
  }

  #grow(): void {
    const hashes = new Uint8Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const places = new Float64Array(this.#places.length * 2);
    places.set(this.#places);
    this.#places = places;
  }
}
