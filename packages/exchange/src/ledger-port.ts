/**
 * The ledger as the exchange sees it: final blocks, outputs by name, assets. Either the chain in this process (`ledger-embedded.ts`) or that of a MultiChain
 * node (`ledger-node.ts`).
 */
import type { Address, Output, State, Txid } from '@wattlot/core';
import type {
  AssetId,
  BlockMoves,
  Chain,
  ChainParams,
  ParticipantPermissions,
  SignatureCache,
} from '@wattlot/ledger';

/** An asset of a market. */
export interface LedgerAsset {
  readonly id: AssetId;
  readonly name: string;
  /** Raw units of 1. */
  readonly multiple: number;
}

/** What a block did that nothing can undo any more. */
export interface FinalBlock {
  readonly height: number;
  readonly moves: BlockMoves['moves'];
  readonly spends: BlockMoves['spends'];
  /** The bytes of a transaction of the block. */
  bytesOf(txid: Txid): Uint8Array | undefined;
}

/** An unspent output, what waits for a block counted as done. */
export interface HeldOutput {
  readonly script: Uint8Array;
  /** Made in a final block, of which the exchange has been told. */
  readonly isFinal: boolean;
}

/** A ledger that can be asked now. */
export interface LedgerPort {
  /** The chain's name. */
  readonly name: string;
  /** The first 16 hexadecimal digits of the first block's hash. */
  readonly genesis: string;
  readonly params: ChainParams;
  readonly operator: Address;
  /** The names of the assets that are traded. */
  readonly names: { readonly energy: string; readonly ecoin: string };
  /** Signatures found good. */
  readonly signatures: SignatureCache;
  /** The number of the last final block. */
  readonly height: number;
  /**
   * Milliseconds that a final block may be after a transaction, beyond what markets allow for: 0 where blocks come at once. More is added to their time
   * limits, and nobody is kept waiting for an answer meanwhile.
   */
  readonly finalMs: number;
  /** Why the ledger cannot be followed at the moment; undefined when it can. */
  readonly trouble?: string | undefined;
  /** An asset that markets here may trade. */
  asset(name: string): LedgerAsset | undefined;
  /** What a final block moved. @throws RangeError if there is no such block. */
  movesAt(height: number): BlockMoves['moves'] | Promise<BlockMoves['moves']>;
  /** Calls back with each final block from a height on, in order. `failed` is told once if that cannot go on. @returns how to stop it. */
  follow(
    from: number,
    take: (block: FinalBlock) => void,
    failed: (error: unknown) => void,
  ): () => void;
  /** Calls back after each final block, once whoever follows has taken it. @returns how to stop it. */
  onBlock(listener: () => void): () => void;
  /** Has a look at outputs, and calls back when `output` tells how they are in that moment; `isKnown` is false if the ledger cannot be asked now. */
  look(outputs: readonly Output[], then: (isKnown: boolean) => void): void;
  /** An unspent output by its name, of those that were looked at. */
  output(output: Output): HeldOutput | undefined;
  /** What an address has of an asset in raw units, what waits for a block counted as done. */
  holding(address: Address, asset: string): bigint | Promise<bigint>;
  /** Done when all that the operator has sent is kept by the ledger, also through a crash of it. */
  untilKept(): Promise<void>;
}

/** What the operator does for participants. All of it is safe to repeat, an issue under its reference. */
export interface MarketOperator extends ParticipantPermissions {
  /** Lets an address hold and trade the market's assets. Safe to repeat. */
  admit(address: Address): Promise<void>;
  /** Lets a meter's address issue energy. Safe to repeat. */
  admitMeter(address: Address): Promise<void>;
  /**
   * Issues more of an asset. With a reference it may be asked again when the outcome of the first time is not known (a `LedgerError`, or a crash), and issues
   * once: say so by `isRepeat`, and not before `repeatMs` have passed since. An `RpcError` is an outcome: nothing was issued.
   */
  issueTo(request: {
    readonly to: Address;
    readonly asset: string;
    readonly raw: bigint;
    readonly reference?: string;
    readonly isRepeat?: boolean;
  }): Promise<Txid>;
  /** Milliseconds after which an issue of unknown outcome may be asked again: until then the first may still be on its way. */
  readonly repeatMs: number;
}

/** An open ledger, and what keeps it going. */
export interface OpenLedger {
  readonly port: LedgerPort;
  readonly operator: MarketOperator;
  /** The chain itself, where it is in this process. */
  readonly chain: Chain | undefined;
  /**
   * Makes sure that the market's assets are there for good, and begins to make blocks where they are made here.
   * @param state the exchange's, which follows the port.
   */
  begin(state: State, failed: (error: unknown) => void): Promise<void>;
  /** Makes and looks for no more blocks. */
  stop(): Promise<void>;
  close(): Promise<void>;
}
