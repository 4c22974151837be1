/** RPC methods about blocks and what waits for one. */
import type { Block } from '../chain/block.ts';
import { blockBytes } from '../chain/block.ts';
import { toHex } from '../format/bytes.ts';
import type { Transaction } from '../format/transaction.ts';
import { decodeTransaction } from '../format/transaction.ts';
import { QUERY_ITEMS_MAX } from '../limits.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { WalletView } from '../wallet/wallet-view.ts';
import { Decimal } from './decimal.ts';
import { confirmationsOf } from './rpc-balances.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import { intParam, method, textParam, typeOf } from './rpc-params.ts';
import { transactionView } from './rpc-transaction-view.ts';

/** An embedded chain proves no work: these say so in a node's form. */
const NO_WORK = { nonce: 0, bits: '207fffff', difficulty: new Decimal('0.00000000') };
const CHAIN_WORK = '0'.repeat(64);
const BLOCKS_LISTED_MAX = 1_000;

function noBlock(message: string): RpcError {
  return new RpcError(RPC.blockNotFound, message);
}

/** A block by height or hash. 1.0.9 wants both as text, 2.3 takes a number for a height. @throws RpcError -1, -711. */
async function blockParam({ view, dialect }: RpcContext, value: unknown): Promise<Block> {
  if (dialect === '2.3' && typeof value === 'number') return blockAt(view, intParam(value));
  const text = textParam(value);
  if (/^[0-9a-f]{64}$/.test(text)) {
    const block = await view.port.block(text);
    if (!block) throw noBlock('Block not found');
    return block;
  }
  if (!/^-?\d{1,15}$/.test(text)) throw noBlock('Block height should be integer');
  return blockAt(view, Number(text));
}

async function blockAt(view: WalletView, height: number): Promise<Block> {
  const block = height < 0 || height > view.height ? undefined : await view.port.block(height);
  if (!block) throw noBlock('Block height out of range');
  return block;
}

async function getBlock(context: RpcContext, params: readonly unknown[]): Promise<unknown> {
  const { view } = context;
  const [which, verbosity] = params;
  const block = await blockParam(context, which);
  const detail = verbosityParam(verbosity);
  const bytes = blockBytes(block);
  if (detail === 0) return toHex(bytes);
  const { operator } = await view.port.info();
  const next = block.height < view.height ? await view.port.block(block.height + 1) : undefined;
  return {
    hash: block.hash,
    miner: operator,
    confirmations: confirmationsOf(view, block),
    size: bytes.length,
    height: block.height,
    version: 3,
    merkleroot: toHex(bytes.slice(36, 68).toReversed()),
    tx: [block.coinbase, ...block.transactions].map((one) => inBlock(context, one, detail)),
    time: block.time,
    ...NO_WORK,
    chainwork: CHAIN_WORK,
    ...(block.height > 0 ? { previousblockhash: block.previous } : {}),
    ...(next ? { nextblockhash: next.hash } : {}),
  };
}

/** A transaction of a block: its id; with its bytes; or everything in it. */
function inBlock(context: RpcContext, { txid, bytes }: Block['coinbase'], detail: number): unknown {
  if (detail === 1) return txid;
  const hex = toHex(bytes);
  if (detail === 2) return { txid, hex };
  const decoded: Transaction = decodeTransaction(bytes);
  const shown = transactionView(context, decoded);
  return detail === 3 ? shown : { ...shown, hex };
}

/** 0 to 4, or false and true for 0 and 1. */
function verbosityParam(value: unknown): number {
  if (value === undefined || value === null) return 1;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'number') {
    throw new RpcError(RPC.misc, `value is type ${typeOf(value)}, expected int`);
  }
  if (value >= 0 && value <= 4 && Number.isInteger(value)) return value;
  throw new RpcError(RPC.invalidParameter, 'verbose should be integer in range [0:4]');
}

async function getBlockHash({ view }: RpcContext, [which]: readonly unknown[]): Promise<unknown> {
  const height = intParam(which);
  const block = height < 0 ? undefined : await view.port.block(height);
  if (!block) throw new RpcError(RPC.invalidParameter, 'Block height out of range');
  return block.hash;
}

async function listBlocks(context: RpcContext, [which]: readonly unknown[]): Promise<unknown> {
  const { view } = context;
  const { operator } = await view.port.info();
  const found: unknown[] = [];
  for (const height of heightsParam(view, which)) {
    const block = await blockAt(view, height);
    found.push({
      hash: block.hash,
      miner: operator,
      confirmations: confirmationsOf(view, block),
      height,
      time: block.time,
      txcount: block.transactions.length + 1,
    });
  }
  return found;
}

/** `5`, `-2` for the last two, `"0-2"`, `"1,4"`, or a list of such. @throws RpcError -8. */
function heightsParam(view: WalletView, value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap((one) => heightsParam(view, one));
  const text = typeof value === 'number' ? String(value) : textParam(value);
  const heights = text.split(',').flatMap((part) => {
    const [, from, to] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part) ?? [];
    const [, last] = /^-(\d{1,9})$/.exec(part) ?? [];
    const least = last === undefined ? Number(from) : Math.max(0, view.height - Number(last) + 1);
    const most = last === undefined ? Number(to ?? from) : view.height;
    const isRange = Number.isInteger(least) && least <= most && most - least < BLOCKS_LISTED_MAX;
    if (!isRange) throw new RpcError(RPC.invalidParameter, 'Invalid block range');
    return Array.from({ length: most - least + 1 }, (_, i) => least + i);
  });
  if (heights.length <= BLOCKS_LISTED_MAX) return heights;
  throw new RpcError(RPC.invalidParameter, 'Too many blocks');
}

async function getMempoolInfo({ view }: RpcContext): Promise<unknown> {
  const waiting = await view.port.pool();
  let bytes = 0;
  for (let at = 0; at < waiting.length; at += QUERY_ITEMS_MAX) {
    const found = await view.port.transactions(waiting.slice(at, at + QUERY_ITEMS_MAX));
    for (const one of found) bytes += one?.bytes.length ?? 0;
  }
  return { size: waiting.length, bytes };
}

async function getMiningInfo({ view }: RpcContext): Promise<unknown> {
  const waiting = await view.port.pool();
  const last = await view.port.block(view.height);
  return {
    blocks: view.height,
    currentblocksize: last ? blockBytes(last).length : 0,
    currentblocktx: last?.transactions.length ?? 0,
    difficulty: NO_WORK.difficulty,
    errors: '',
    genproclimit: 1,
    networkhashps: 0,
    pooledtx: waiting.length,
    testnet: false,
    chain: 'main',
    // a wallet node makes no blocks: the operator's chain does
    generate: false,
    hashespersec: 0,
  };
}

/** getblock, getblockcount, getblockhash, getbestblockhash, listblocks, getmempoolinfo, getrawmempool, getmininginfo. */
export const BLOCK_METHODS: readonly RpcMethod[] = [
  method('getblock', 'hash|height [verbose]', getBlock),
  method('getblockcount', '', ({ view }) => view.height),
  method('getblockhash', 'index', getBlockHash),
  method('getbestblockhash', '', ({ view }) => view.tip),
  method('listblocks', 'blocks [verbose]', listBlocks),
  method('getmempoolinfo', '', getMempoolInfo),
  method('getrawmempool', '', ({ view }) => view.port.pool()),
  method('getmininginfo', '', getMiningInfo),
];
