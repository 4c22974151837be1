/**
 * Blocks of a real node as an exchange reads them: what some assets did in them, and which outputs are gone. A few requests for many blocks; the outputs that
 * a block spends are looked up where they were made, which the node answers for every transaction (`txindex`).
 */
import type { Address, Amount, Asset, Output, Txid } from '@wattlot/core';
import { toAmount } from '@wattlot/core';
import type { BlockMove } from '../chain/block-moves.ts';
import { addressOf } from '../format/address.ts';
import type { ChainParams } from '../format/address.ts';
import { ByteReader, toHex, TransactionFormatError } from '../format/bytes.ts';
import type { AssetId, AssetQuantity } from '../format/element.ts';
import { ownerOf } from '../format/script.ts';
import {
  decodeTransaction,
  encodeTransaction,
  outputOf,
  readTransaction,
  txidOf,
} from '../format/transaction.ts';
import type { Transaction } from '../format/transaction.ts';
import { LedgerError } from '../ledger-error.ts';
import { NODE_BLOCK_BATCH_MAX, NODE_TRANSACTIONS_MAX } from '../limits.ts';
import { accepted, bytesIn, countIn, textIn, unexpected } from './answers.ts';
import { assetsIn } from './node-ledger.ts';
import type { BatchNode } from './rpc-client.ts';

/** What a block of a real node did. */
export interface NodeBlock {
  readonly height: number;
  readonly hash: string;
  /** The hash of the block before. */
  readonly previous: string;
  /** Of the assets asked about, net over the block. */
  readonly moves: readonly BlockMove[];
  /** Every output that the block's transactions spent, and by which. */
  readonly spends: readonly { readonly output: Output; readonly txid: Txid }[];
  /** The transactions' bytes. */
  readonly transactions: ReadonlyMap<Txid, Uint8Array>;
}

/** What an output holds of the assets asked about. */
interface Content {
  readonly address: Address;
  readonly assets: readonly AssetQuantity[];
}

type Contents = readonly (Content | undefined)[];

interface ReadTransaction {
  readonly txid: Txid;
  readonly bytes: Uint8Array;
  readonly transaction: Transaction;
}

interface RawBlock {
  readonly height: number;
  readonly hash: string;
  readonly previous: string;
  readonly transactions: readonly ReadTransaction[];
}

const HEADER_BYTES = 80;
/** A transaction has at least so many bytes. */
const TRANSACTION_BYTES_MIN = 10;
const NO_TRANSACTION = '0'.repeat(64);

/** Reads a node's blocks. Throws LedgerError and RpcError as the node does. */
export class NodeBlocks {
  readonly #node: BatchNode;
  readonly #params: ChainParams;
  readonly #assets: ReadonlyMap<AssetId, Asset>;
  /** What the outputs of the transactions seen last hold, the latest last. */
  readonly #contents = new Map<string, Contents>();

  /** @param options.assets those to be told of, with their names. */
  constructor(options: {
    readonly node: BatchNode;
    readonly params: ChainParams;
    readonly assets: ReadonlyMap<AssetId, Asset>;
  }) {
    this.#node = options.node;
    this.#params = options.params;
    this.#assets = options.assets;
  }

  /** The number of the last block of the node's chain. */
  async tip(): Promise<number> {
    const method = 'getblockcount';
    return countIn(method, await this.#node.call(method));
  }

  /** Hashes of blocks. @throws RpcError -8 when the chain has no such block. */
  async hashes(heights: readonly number[]): Promise<readonly string[]> {
    const method = 'getblockhash';
    const calls = heights.map((height) => ({ method, params: [height] }));
    return (await this.#node.batch(calls)).map((answer) => textIn(method, accepted(answer)));
  }

  /** Blocks from a height on, at most NODE_BLOCK_BATCH_MAX. */
  async read(from: number, count: number): Promise<readonly NodeBlock[]> {
    const many = Math.min(count, NODE_BLOCK_BATCH_MAX);
    const heights = Array.from({ length: many }, (_, i) => from + i);
    const hashes = await this.hashes(heights);
    const method = 'getblock';
    const blocks: NodeBlock[] = [];
    for (const [i, hash] of hashes.entries()) {
      // One a request: a block may have 16 MB of text.
      const bytes = bytesIn(method, await this.#node.call(method, [hash, false]));
      blocks.push(await this.#understood({ height: from + i, hash, ...rawBlock(bytes) }));
    }
    return blocks;
  }

  async #understood(block: RawBlock): Promise<NodeBlock> {
    const known = await this.#spentBy(block.transactions);
    const sums = new Map<Address, Map<AssetId, bigint>>();
    const add = (content: Content | undefined, sign: bigint): void => {
      if (!content) return;
      const own = sums.get(content.address) ?? new Map<AssetId, bigint>();
      sums.set(content.address, own);
      for (const { asset, raw } of content.assets) {
        own.set(asset, (own.get(asset) ?? 0n) + sign * raw);
      }
    };
    const spends: { output: Output; txid: Txid }[] = [];
    for (const { txid, transaction } of block.transactions) {
      for (const input of transaction.inputs) {
        if (input.txid === NO_TRANSACTION) continue;
        spends.push({ output: outputOf(input), txid });
        add(known.get(input.txid)?.[input.vout], -1n);
      }
      for (const content of known.get(txid) ?? []) add(content, 1n);
    }
    const { height, hash, previous } = block;
    const transactions = new Map(block.transactions.map(({ txid, bytes }) => [txid, bytes]));
    return { height, hash, previous, moves: this.#movesOf(sums), spends, transactions };
  }

  #movesOf(sums: ReadonlyMap<Address, ReadonlyMap<AssetId, bigint>>): BlockMove[] {
    const moves: BlockMove[] = [];
    for (const [address, own] of sums) {
      for (const [id, raw] of own) {
        const asset = this.#assets.get(id);
        if (raw !== 0n && asset !== undefined) {
          moves.push({ address, asset, amount: amountOf(raw, asset) });
        }
      }
    }
    return moves;
  }

  /** What the outputs of a block's transactions, and of those that they spend, hold. */
  async #spentBy(transactions: readonly ReadTransaction[]): Promise<ReadonlyMap<string, Contents>> {
    const known = new Map<string, Contents>();
    for (const { txid, transaction } of transactions) {
      known.set(txid, this.#contentsOf(txid, transaction));
    }
    const absent = new Set<string>();
    for (const { transaction } of transactions) {
      for (const { txid } of transaction.inputs) {
        if (txid === NO_TRANSACTION || known.has(txid)) continue;
        const before = this.#contents.get(txid);
        if (before) known.set(txid, before);
        else absent.add(txid);
      }
    }
    const method = 'getrawtransaction';
    const txids = [...absent];
    const answers = await this.#node.batch(txids.map((txid) => ({ method, params: [txid, 0] })));
    for (const [i, txid] of txids.entries()) {
      const transaction = read(method, () =>
        decodeTransaction(bytesIn(method, accepted(answers[i]))),
      );
      known.set(txid, this.#contentsOf(txid, transaction));
    }
    for (const { txid } of transactions) this.#remember(txid, known.get(txid) ?? []);
    return known;
  }

  #contentsOf(txid: string, { outputs }: Transaction): Contents {
    return outputs.map(({ script }) => {
      const assets = assetsIn(txid, script).filter(({ asset }) => this.#assets.has(asset));
      const owner = assets.length > 0 ? ownerOf(script) : undefined;
      return owner && { address: addressOf(owner, this.#params), assets };
    });
  }

  #remember(txid: string, contents: Contents): void {
    this.#contents.set(txid, contents);
    if (this.#contents.size <= NODE_TRANSACTIONS_MAX) return;
    for (const oldest of this.#contents.keys()) {
      this.#contents.delete(oldest);
      return;
    }
  }
}

/** A block's bytes in Bitcoin's form. */
function rawBlock(bytes: Uint8Array): Pick<RawBlock, 'previous' | 'transactions'> {
  return read('getblock', () => {
    const reader = new ByteReader(bytes);
    const header = reader.take(HEADER_BYTES);
    const previous = toHex(header.slice(4, 36).toReversed());
    const transactions: ReadTransaction[] = [];
    for (let left = reader.count(TRANSACTION_BYTES_MIN); left > 0; left--) {
      const transaction = readTransaction(reader);
      const own = encodeTransaction(transaction);
      transactions.push({ txid: txidOf(own), bytes: own, transaction });
    }
    return { previous, transactions };
  });
}

function read<T>(method: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TransactionFormatError)) throw error;
    throw unexpected(method, `what cannot be read: ${error.message}`);
  }
}

function amountOf(raw: bigint, asset: Asset): Amount {
  const amount = toAmount(Number(raw));
  if (amount !== undefined) return amount;
  const message = `a block moves ${raw} units of ${asset}, more than can be counted exactly`;
  throw new LedgerError('chain_answer_invalid', message);
}
