/** A chain in a folder of its own with its operator, and households on it: real keys, real files, real blocks. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address, Output } from '@wattlot/core';
import {
  hashOfAddress,
  httpChainPort,
  journalInMemory,
  keysInMemory,
  localChainPort,
  newKeyPair,
  openChain,
  openWallet,
  Operator,
  outputOf,
  serveChain,
  startBlocks,
  Wallet,
  WalletView,
} from '@wattlot/ledger';
import type { BlockProducer, Chain, ChainPort, KeyPair, KnownOutput } from '@wattlot/ledger';

/** What a lot gives, and what its owner wants for it: 10 Wh for 1.47 ecoin. */
export const lotTerms = {
  give: { asset: 'energy', raw: 10n },
  want: { asset: 'ecoin', raw: 147n },
} as const;

/** The chain's name. */
export const chainName = 'bench';

/** A household with a wallet. */
export interface Household {
  readonly wallet: Wallet;
  readonly address: Address;
  /** Of its public key. */
  readonly hash: Uint8Array;
}

/** A lot on offer, as the exchange holds it. */
export interface OfferedLot {
  readonly lot: number;
  readonly output: Output;
  /** Hexadecimal. */
  readonly offer: string;
  readonly rung: { readonly index: number; readonly script: string } | undefined;
}

/** A running place. */
export interface Place {
  readonly folder: string;
  readonly operatorKey: KeyPair;
  readonly chain: Chain;
  /**
   * A household that may trade and has this much.
   * @param kept whether its wallet's journal is a file, as an agent's is; else it is kept nowhere.
   */
  household(funds: { energy: bigint; ecoin: bigint }, kept: boolean): Promise<Household>;
  /** Waits until all that was accepted is in a block. */
  idle(): Promise<void>;
  /** Makes blocks, or lets whoever called make them with `chain.produceBlock`. */
  blocks(run: boolean): Promise<void>;
  /** Closes the chain. Its folder stays until `remove`. */
  close(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Starts a place: chain, assets, blocks by themselves.
 * @param reach how wallets reach the chain: `http` as agents do, though both ends are in this process; `local` by calls.
 */
export async function startPlace(reach: 'local' | 'http'): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'wattlot-bench-'));
  const operatorKey = newKeyPair(randomBytes);
  const chain = await openChain({
    folder,
    name: chainName,
    operatorKey,
    now: Date.now(),
    random: randomBytes,
  });
  const port = localChainPort(chain);
  const operator = new Operator({ chain: chainName, port, key: operatorKey, now: Date.now });
  const server =
    reach === 'http'
      ? await serveChain({ chain, host: '127.0.0.1', port: 0, failed: fail, now: Date.now })
      : undefined;
  const walletPort = server
    ? httpChainPort({ url: `http://127.0.0.1:${server.port}/chain` })
    : port;
  let producer: BlockProducer | undefined;
  const blocks = async (run: boolean): Promise<void> => {
    if (run) producer ??= startBlocks(chain, { now: Date.now, onError: fail });
    else {
      await producer?.stop();
      producer = undefined;
    }
  };
  await blocks(true);
  await operator.ensureMarket();
  const closers: (() => Promise<void>)[] = [];
  const idle = async (): Promise<void> => {
    if (chain.waiting === 0) return;
    await new Promise<void>((resolve) => {
      const stop = chain.onBlock(() => {
        if (chain.waiting > 0) return;
        stop();
        resolve();
      });
    });
  };
  let households = 0;
  return {
    folder,
    operatorKey,
    chain,
    idle,
    blocks,
    household: async ({ energy, ecoin }, kept) => {
      const path = join(folder, `household-${households++}`);
      const { wallet, close } = await walletAt(path, walletPort, kept);
      closers.push(close);
      await operator.admit(wallet.address);
      await operator.admitMeter(wallet.meterAddress);
      if (energy > 0n) await wallet.issueMore({ asset: 'energy', raw: energy });
      if (ecoin > 0n) await operator.issueTo({ to: wallet.address, asset: 'ecoin', raw: ecoin });
      const hash = hashOfAddress(wallet.address, chain.params);
      if (hash === undefined) throw new Error('a wallet of another chain');
      return { wallet, address: wallet.address, hash };
    },
    close: async () => {
      await blocks(false);
      for (const close of closers) await close();
      await walletPort.close();
      await server?.close();
      await chain.close();
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function walletAt(
  path: string,
  port: ChainPort,
  kept: boolean,
): Promise<{ wallet: Wallet; close: () => Promise<void> }> {
  const random = randomBytes;
  if (kept) {
    return openWallet({ path, chain: chainName, port, meter: true, random, now: Date.now });
  }
  const keys = keysInMemory(['settlement', 'meter'], random);
  const wallet = new Wallet(new WalletView({ chain: chainName, port, keys }), journalInMemory());
  return { wallet, close: () => Promise.resolve() };
}

function fail(error: unknown): void {
  throw error;
}

/** Splits lots and signs an offer of each, and rungs of a ladder for each `ladder` of them (none with 0). */
export async function offerLots(
  seller: Household,
  { count, ladder }: { readonly count: number; readonly ladder: number },
): Promise<readonly OfferedLot[]> {
  const { give, want } = lotTerms;
  const outputs = await seller.wallet.split({ asset: give.asset, lotRaw: give.raw, count });
  const offers = seller.wallet.signOffers({ outputs, want });
  const rungs = ladder === 0 ? [] : signLadders(seller, outputs, ladder);
  return outputs.map((output, i) => {
    const script = rungs[i];
    const rung = script === undefined ? undefined : { index: i % ladder, script };
    return { lot: i, output: outputOf(output), offer: offers[i] ?? '', rung };
  });
}

/** Signs ladders over groups of so many outputs: a script for each output, in order. */
export function signLadders(
  { wallet }: Household,
  outputs: readonly KnownOutput[],
  ladder: number,
): readonly string[] {
  const scripts: string[] = [];
  for (let from = 0; from < outputs.length; from += ladder) {
    const group = outputs.slice(from, from + ladder);
    scripts.push(...wallet.signLadder({ outputs: group, want: lotTerms.want }));
  }
  return scripts;
}

/** The middle one of the values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that this share of the values is below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Seconds of the clock and of the processor that some work took. */
export interface Took {
  readonly seconds: number;
  readonly processor: number;
}

/** Measures work. The processor's time tells more when others use the machine too. */
export async function took(work: () => unknown): Promise<Took> {
  const began = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - began) / 1000, processor: (user + system) / 1e6 };
}
