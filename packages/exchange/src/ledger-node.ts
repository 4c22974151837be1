/**
 * The chain of a MultiChain node as the exchange's ledger. A block is final when it lies `depth` deep, itself counted: the exchange hears of final blocks
 * only, so that what the network takes back before is as if it had not been. If it takes back more, the exchange cannot go on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { balanceOf } from '@wattlot/core';
import type { Address, Asset, Output, State, Txid } from '@wattlot/core';
import {
  LedgerError,
  NODE_OUTPUTS_MAX,
  NODE_POLL_MS,
  outpointOf,
  RPC_ARRIVAL_MS_MAX,
  RPC_ARRIVAL_POLL_MS,
  RpcError,
  SignatureCache,
  standingsOf,
} from '@wattlot/ledger';
import type { BatchNode, BlockMoves, ChainParams, NodeBlock, NodeBlocks } from '@wattlot/ledger';
import type { Clock } from './clock.ts';
import { ExchangeError, lineOf } from './errors.ts';
import type { FinalBlock, HeldOutput, LedgerAsset, LedgerPort } from './ledger-port.ts';

/** What such a ledger is made of. */
export interface NodeLedgerOptions {
  readonly node: BatchNode;
  readonly blocks: NodeBlocks;
  readonly params: ChainParams;
  readonly genesis: string;
  readonly operator: Address;
  readonly assets: readonly LedgerAsset[];
  readonly names: LedgerPort['names'];
  /** 1 or more. */
  readonly depth: number;
  readonly finalMs: number;
  /** The last block of the chain as it was found. */
  readonly tip: number;
  readonly clock: Clock;
  /** Takes one line for the operator. */
  readonly log: (line: string) => void;
}

interface Seen {
  readonly script: Uint8Array;
  /** The block of its transaction; undefined while it waits. */
  readonly madeAt: number | undefined;
}

/** How often outputs are looked at again because a block came in between. */
const LOOKS_MAX = 5;

/** See `LedgerPort`. */
export class NodeLedger implements LedgerPort {
  readonly signatures: SignatureCache = new SignatureCache();
  readonly #options: NodeLedgerOptions;
  readonly #listeners = new Set<() => void>();
  readonly #seen = new Map<Output, Seen>();
  /** What the operator has issued and no final block has shown yet. */
  readonly #issued = new Map<Txid, { readonly to: Address; asset: string; raw: bigint }>();
  /** Whose final balances are the exchange's. */
  state: State | undefined;
  #height: number;
  /** The last block that the exchange has taken, and its hash. */
  #taken = -1;
  #hash: string | undefined;
  #trouble: string | undefined;

  constructor(options: NodeLedgerOptions) {
    this.#options = options;
    this.#height = options.tip - options.depth + 1;
  }

  get name(): string {
    return this.#options.params.name;
  }

  get genesis(): string {
    return this.#options.genesis.slice(0, 16);
  }

  get params(): ChainParams {
    return this.#options.params;
  }

  get operator(): Address {
    return this.#options.operator;
  }

  get names(): LedgerPort['names'] {
    return this.#options.names;
  }

  get finalMs(): number {
    return this.#options.finalMs;
  }

  get height(): number {
    return this.#height;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  asset(name: string): LedgerAsset | undefined {
    return this.#options.assets.find((asset) => asset.name === name);
  }

  async movesAt(height: number): Promise<BlockMoves['moves']> {
    const [block] = await this.#options.blocks.read(height, 1);
    if (block === undefined) throw new RangeError(`there is no block ${height}`);
    return block.moves;
  }

  follow(
    from: number,
    take: (block: FinalBlock) => void,
    failed: (error: unknown) => void,
  ): () => void {
    const { clock } = this.#options;
    this.#taken = from - 1;
    let stopped = false;
    let cancel = (): void => undefined;
    const round = async (): Promise<void> => {
      try {
        await this.#takeBlocks(take, () => stopped);
        this.#trouble = undefined;
      } catch (error) {
        // Whoever has stopped may have closed the connection as well.
        if (stopped) return;
        if (!isPassing(error)) {
          stopped = true;
          failed(error);
          return;
        }
        this.#tell(error);
      }
      if (!stopped) cancel = clock.after(NODE_POLL_MS, () => void round());
    };
    void round();
    return () => {
      stopped = true;
      cancel();
    };
  }

  onBlock(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  look(outputs: readonly Output[], then: (isKnown: boolean) => void): void {
    const looked = this.#lookAt(outputs).catch((error: unknown) => {
      if (!isPassing(error) && !(error instanceof LedgerError)) throw error;
      this.#tell(error);
      return undefined;
    });
    void looked.then((isKnown) => {
      // In the same turn: what was seen is what there is now.
      then(isKnown === true);
    });
  }

  output(output: Output): HeldOutput | undefined {
    const seen = this.#seen.get(output);
    if (seen === undefined) return undefined;
    const { script, madeAt } = seen;
    return { script, isFinal: madeAt !== undefined && madeAt <= this.#taken };
  }

  /** A node tells balances of its own addresses only: so it is what final blocks gave, and what the operator has issued since. */
  holding(address: Address, name: string): bigint {
    const final = this.state && balanceOf(this.state, address, name as Asset)?.balance;
    let sum = BigInt(final ?? 0);
    for (const { to, asset, raw } of this.#issued.values()) {
      if (to === address && asset === name) sum += raw;
    }
    return sum;
  }

  /** Notes what the operator has issued. */
  issued(txid: Txid, issue: { readonly to: Address; asset: string; raw: bigint }): void {
    this.#issued.set(txid, issue);
  }

  /** The node's wallet keeps what it has sent on disk, and sends it again. */
  untilKept(): Promise<void> {
    return Promise.resolve();
  }

  async #takeBlocks(take: (block: FinalBlock) => void, isStopped: () => boolean): Promise<void> {
    const { blocks, depth } = this.#options;
    const tip = await blocks.tip();
    await this.#requireSame(tip);
    this.#height = tip - depth + 1;
    while (!isStopped() && this.#taken < this.#height) {
      const next = this.#taken + 1;
      for (const block of await blocks.read(next, this.#height - this.#taken)) {
        if (isStopped()) return;
        this.#takeBlock(block, take);
      }
    }
  }

  #takeBlock(block: NodeBlock, take: (block: FinalBlock) => void): void {
    const { height, hash, previous, moves, spends, transactions } = block;
    if (this.#hash !== undefined && previous !== this.#hash) throw this.#takenBack();
    take({ height, moves, spends, bytesOf: (txid) => transactions.get(txid) });
    this.#taken = height;
    this.#hash = hash;
    for (const txid of transactions.keys()) this.#issued.delete(txid);
    for (const listener of this.#listeners) listener();
  }

  /** The last block taken is still the chain's. */
  async #requireSame(tip: number): Promise<void> {
    if (this.#taken < 0) return;
    if (tip < this.#taken) throw this.#takenBack();
    const [hash] = await this.#options.blocks.hashes([this.#taken]);
    if (this.#hash !== undefined && hash !== this.#hash) throw this.#takenBack();
    this.#hash = hash;
  }

  #takenBack(): ExchangeError {
    const { depth } = this.#options;
    const deep = depth === 1 ? '1 block' : `${depth} blocks`;
    const what = `the network has replaced block ${this.#taken}, which was ${deep} deep and final here: what was settled in it may not be; the exchange cannot go on`;
    return new ExchangeError('ledger_mismatch', what);
  }

  /** @returns whether what is remembered now is how the outputs are in this moment. */
  async #lookAt(outputs: readonly Output[]): Promise<boolean> {
    const { node, blocks } = this.#options;
    const named = outputs.flatMap((output) => {
      const outpoint = outpointOf(output);
      return outpoint === undefined ? [] : [{ output, outpoint }];
    });
    if (named.length === 0) return true;
    const end = performance.now() + RPC_ARRIVAL_MS_MAX;
    for (let looks = 0; looks < LOOKS_MAX;) {
      const before = await blocks.tip();
      const found = await standingsOf(
        node,
        named.map(({ outpoint }) => outpoint),
      );
      const tip = await blocks.tip();
      // What is unspent at this tip was not spent in any block that the exchange has taken.
      const isSteady = before === tip && this.#taken <= tip;
      const isEarly = found.some(({ standing }) => standing === 'missing');
      if (isSteady && (!isEarly || performance.now() >= end)) {
        named.forEach(({ output }, i) => {
          const one = found[i];
          if (one?.standing !== 'unspent') this.#seen.delete(output);
          else this.#remember(output, one, tip);
        });
        return true;
      }
      if (!isSteady) looks += 1;
      // News take a moment from one node to another.
      await sleep(RPC_ARRIVAL_POLL_MS);
    }
    return false;
  }

  #remember(
    output: Output,
    { script, confirmations }: { readonly script: Uint8Array; readonly confirmations: number },
    tip: number,
  ): void {
    this.#seen.delete(output);
    this.#seen.set(output, {
      script,
      madeAt: confirmations > 0 ? tip - confirmations + 1 : undefined,
    });
    if (this.#seen.size <= NODE_OUTPUTS_MAX) return;
    for (const oldest of this.#seen.keys()) {
      this.#seen.delete(oldest);
      return;
    }
  }

  /** Says once what is wrong, until it is right again. */
  #tell(error: unknown): void {
    const line = lineOf(error);
    if (line === this.#trouble) return;
    this.#trouble = line;
    this.#options.log(`waiting for the node: ${line}`);
  }
}

/** What may be better at the next look: the node does not answer, or a block was replaced while it was read. */
function isPassing(error: unknown): boolean {
  if (error instanceof RpcError) return true;
  return error instanceof LedgerError && (error.retryable || error.code === 'chain_unreachable');
}
