/**
 * The ledger: MultiChain's transactions, an embedded chain, and wallets on it.
 *
 * bytes: address, element, script, transaction, signature, message, offer, offer-check, completion · chain: open-chain, chain, block-producer, block-moves ·
 * between them: chain-port, chain-requests (server side), chain-http (client side) · wallets: key-file, wallet, wallet-node, operator · paper: the scenario of the paper
 */
export * from './address.ts';
export * from './bytes.ts';
export * from './element.ts';
export * from './keys.ts';
export * from './message.ts';
export * from './offer.ts';
export * from './offer-check.ts';
export * from './completion.ts';
export * from './script.ts';
export * from './signature.ts';
export * from './transaction.ts';

export * from './ledger-error.ts';
export * from './limits.ts';
export * from './rpc-error.ts';
export * from './decimal.ts';

export type { AssetView } from './assets.ts';
export type { Block, BlockTransaction } from './block.ts';
export type { BlockMove, BlockMoves } from './block-moves.ts';
export * from './block-producer.ts';
export type { Changes, OutputGained } from './chain-changes.ts';
export type { OutputStanding } from './chain-state.ts';
export { Chain } from './chain.ts';
export type { OutputView, TransactionView } from './chain.ts';
export * from './open-chain.ts';
export type { PermissionName, PermissionView } from './permissions.ts';

export * from './chain-port.ts';
export * from './chain-requests.ts';
export * from './chain-http.ts';

export * from './key-file.ts';
export * from './wallet-journal.ts';
export { WalletView } from './wallet-view.ts';
export type { OwnOutput } from './wallet-view.ts';
export * from './wallet.ts';
export * from './open-wallet.ts';
export type { CompletionRequest, LotFailure, LotResult } from './trade-completion.ts';
export * from './operator.ts';
export * from './wallet-node.ts';
export * from './paper.ts';
