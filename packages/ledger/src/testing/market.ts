/** A market on an embedded chain in a folder of its own, for tests: with time that stands still and blocks when the test says so. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localChainPort } from '../chain/chain-port.ts';
import type { ChainPort } from '../chain/chain-port.ts';
import type { Chain } from '../chain/chain.ts';
import { keysInMemory } from '../wallet/key-file.ts';
import type { KeyPair } from '../format/keys.ts';
import { newKeyPair } from '../format/keys.ts';
import { openChain } from '../chain/open-chain.ts';
import { Operator } from '../wallet/operator.ts';
import { journalInMemory } from '../wallet/wallet-journal.ts';
import type { WalletJournal } from '../wallet/wallet-journal.ts';
import { WalletView } from '../wallet/wallet-view.ts';
import { Wallet } from '../wallet/wallet.ts';

/** 2026-11-23T08:00Z. */
export const NOW = 1_795_420_800_000;
export const CHAIN = 'wattlot';

/** An open chain with its operator. */
export interface TestMarket {
  readonly folder: string;
  readonly operatorKey: KeyPair;
  readonly operator: Operator;
  chain: Chain;
  /** Always to the chain that is open now. */
  readonly port: ChainPort;
  /** Puts all that waits into blocks. */
  confirm(): Promise<void>;
  /** Closes the chain and opens it again from its folder; what waited is lost. */
  reopen(): Promise<void>;
  /** A wallet that is admitted, and has what is named. */
  wallet(funds?: { energy?: bigint; ecoin?: bigint }, journal?: WalletJournal): Promise<Wallet>;
  /** Closes the chain and removes its folder. */
  end(): Promise<void>;
}

export async function startMarket(): Promise<TestMarket> {
  const folder = mkdtempSync(join(tmpdir(), 'wattlot-chain-'));
  const operatorKey = newKeyPair(randomBytes);
  const open = (): Promise<Chain> =>
    openChain({ folder, name: CHAIN, operatorKey, now: NOW, random: randomBytes });
  const held = { chain: await open() };
  const port = portTo(() => held.chain);
  const operator = new Operator({ chain: CHAIN, port, key: operatorKey, now: () => NOW });
  await operator.ensureMarket();
  const confirm = async (): Promise<void> => {
    while (held.chain.waiting > 0) await held.chain.produceBlock(NOW);
  };
  await confirm();
  return {
    folder,
    operatorKey,
    operator,
    port,
    confirm,
    get chain() {
      return held.chain;
    },
    set chain(chain) {
      held.chain = chain;
    },
    reopen: async () => {
      await held.chain.close();
      held.chain = await open();
    },
    wallet: async (funds = {}, journal = journalInMemory()) => {
      const keys = keysInMemory(['settlement', 'meter'], randomBytes);
      const wallet = new Wallet(new WalletView({ chain: CHAIN, port, keys }), journal);
      await operator.admit(wallet.address);
      await operator.admitMeter(wallet.meterAddress);
      const { energy = 0n, ecoin = 0n } = funds;
      if (energy > 0n) await wallet.issueMore({ asset: 'energy', raw: energy });
      if (ecoin > 0n) await operator.issueTo({ to: wallet.address, asset: 'ecoin', raw: ecoin });
      await confirm();
      return wallet;
    },
    end: async () => {
      await held.chain.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A port that asks whatever chain is open when it is asked. */
function portTo(chain: () => Chain): ChainPort {
  const now = (): ChainPort => localChainPort(chain());
  return {
    info: () => now().info(),
    changes: (query) => now().changes(query),
    send: (transactions) => now().send(transactions),
    outputs: (outpoints) => now().outputs(outpoints),
    transactions: (txids) => now().transactions(txids),
    history: (addresses, count) => now().history(addresses, count),
    permissions: (entity, addresses) => now().permissions(entity, addresses),
    assets: () => now().assets(),
    block: (which) => now().block(which),
    pool: () => now().pool(),
    close: () => now().close(),
  };
}

/** What a wallet has, by asset. */
export async function holdings(wallet: Wallet): Promise<Record<string, bigint>> {
  return Object.fromEntries((await wallet.balances()).map(({ asset, raw }) => [asset, raw]));
}
