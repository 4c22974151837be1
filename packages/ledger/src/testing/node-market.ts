/** A market whose participants have nodes of their own: embedded ones behind HTTP, and wallets that reach them over RPC. */
import { randomBytes } from 'node:crypto';
import type { Address, Output, Txid } from '@wattlot/core';
import { WalletNode } from '../node/wallet-node.ts';
import type { KnownOutput } from '../format/offer.ts';
import { outputOf } from '../format/transaction.ts';
import { RpcClient } from '../rpc/rpc-client.ts';
import type { RpcWallet } from '../rpc/rpc-wallet.ts';
import { openRpcWallet } from '../rpc/rpc-wallet.ts';
import { keysInMemory } from '../wallet/key-file.ts';
import { journalInMemory } from '../wallet/wallet-journal.ts';
import type { WalletJournal } from '../wallet/wallet-journal.ts';
import { WalletView } from '../wallet/wallet-view.ts';
import { CHAIN, NOW, startMarket } from './market.ts';
import type { TestMarket } from './market.ts';
import { serveNode } from './node-server.ts';
import type { NodeServer } from './node-server.ts';

/** Milliseconds after which the clients of a test give up: faults are slow only on purpose. */
const TIMEOUT_MS = 800;

/** One participant. */
export interface NodeParticipant {
  readonly wallet: RpcWallet;
  readonly server: NodeServer;
  readonly client: RpcClient;
  readonly journal: WalletJournal;
  /** The node's process ends and begins anew: its locks are gone. */
  restart(): void;
  /** The wallet's process ends and begins anew, with its journal. */
  reopen(): Promise<RpcWallet>;
}

/** A market and its participants. */
export interface NodeMarket {
  readonly market: TestMarket;
  participant(funds?: { energy?: bigint; ecoin?: bigint }): Promise<NodeParticipant>;
  end(): Promise<void>;
}

export async function startNodeMarket(): Promise<NodeMarket> {
  const market = await startMarket();
  const servers: NodeServer[] = [];
  return {
    market,
    participant: async ({ energy = 0n, ecoin = 0n } = {}) => {
      const keys = keysInMemory(['settlement', 'meter'], randomBytes);
      const start = (): WalletNode =>
        new WalletNode(new WalletView({ chain: CHAIN, port: market.port, keys }), {
          now: () => NOW,
        });
      const server = await serveNode(start());
      servers.push(server);
      const pause = (): Promise<void> => Promise.resolve();
      const client = new RpcClient({ url: server.url, timeoutMs: TIMEOUT_MS, pause });
      const [address, meterAddress] = (await client.call('getaddresses')) as [Address, Address];
      await market.operator.admit(address);
      await market.operator.admitMeter(meterAddress);
      await market.confirm();
      const journal = journalInMemory();
      const reopen = (): Promise<RpcWallet> =>
        openRpcWallet({ node: client, journal, address, meterAddress, pause });
      const wallet = await reopen();
      if (energy > 0n) await wallet.issueMore({ asset: 'energy', raw: energy });
      if (ecoin > 0n) await market.operator.issueTo({ to: address, asset: 'ecoin', raw: ecoin });
      await market.confirm();
      return { wallet, server, client, journal, reopen, restart: () => server.become(start()) };
    },
    end: async () => {
      for (const server of servers) await server.close();
      await market.end();
    },
  };
}

/** What a wallet has, by asset. */
export async function holdingsOf(wallet: RpcWallet): Promise<Record<string, bigint>> {
  return Object.fromEntries((await wallet.balances()).map(({ asset, raw }) => [asset, raw]));
}

/** Lots of 1000 energy on offer for `price` ecoin each. */
export async function offerLots(
  seller: RpcWallet,
  count: number,
  price = 120n,
): Promise<{
  readonly lots: readonly KnownOutput[];
  readonly offers: readonly { lot: number; output: Output; offer: string }[];
}> {
  const lots = await seller.split({ asset: 'energy', lotRaw: 1000n, count });
  const signed = await seller.signOffers({ outputs: lots, want: { asset: 'ecoin', raw: price } });
  return {
    lots,
    offers: lots.map((output, lot) => {
      return { lot, output: outputOf(output), offer: signed[lot] ?? '' };
    }),
  };
}

/** The txids of results. @throws Error on a lot that was not completed. */
export function txidsOf(results: readonly ({ txid: Txid } | { failure: unknown })[]): Txid[] {
  return results.map((result) => {
    if ('txid' in result) return result.txid;
    throw new Error(`not completed: ${JSON.stringify(result.failure)}`);
  });
}
