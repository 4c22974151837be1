/**
 * The ledger: MultiChain's transactions, an embedded chain, and wallets on it.
 *
 * bytes: address, element, script, transaction, signature, message, offer, offer-check, completion · chain: open-chain, chain, block-producer, block-moves ·
 * between them: chain-port, chain-requests (server side), chain-http (client side) · wallets: key-file, wallet, wallet-node, operator · paper: the scenario of the paper ·
 * real nodes: rpc-client, rpc-wallet, paper-nodes
 */
export * from './format/address.ts';
export * from './format/bytes.ts';
export * from './format/element.ts';
export * from './format/keys.ts';
export * from './format/message.ts';
export * from './format/offer.ts';
export * from './format/offer-check.ts';
export * from './format/completion.ts';
export * from './format/script.ts';
export * from './format/signature.ts';
export * from './format/transaction.ts';

export * from './ledger-error.ts';
export * from './limits.ts';
export * from './rpc-error.ts';
export * from './node/decimal.ts';

export type { AssetView } from './chain/assets.ts';
export type { Block, BlockTransaction } from './chain/block.ts';
export type { BlockMove, BlockMoves } from './chain/block-moves.ts';
export * from './chain/block-producer.ts';
export type { Changes, OutputGained } from './chain/chain-changes.ts';
export type { OutputStanding } from './chain/chain-state.ts';
export { Chain } from './chain/chain.ts';
export type { OutputView, TransactionView } from './chain/chain.ts';
export * from './chain/open-chain.ts';
export type { PermissionName, PermissionView } from './chain/permissions.ts';

export * from './chain/chain-port.ts';
export * from './chain/chain-requests.ts';
export * from './chain/chain-http.ts';

export * from './wallet/key-file.ts';
export * from './wallet/wallet-journal.ts';
export { WalletView } from './wallet/wallet-view.ts';
export type { OwnOutput } from './wallet/wallet-view.ts';
export * from './wallet/wallet.ts';
export * from './wallet/open-wallet.ts';
export type { CompletionRequest, LotFailure, LotResult } from './wallet/trade-completion.ts';
export * from './wallet/operator.ts';
export type { ParticipantPermissions } from './wallet/participant-permissions.ts';
export * from './node/wallet-node.ts';
export * from './node/paper.ts';
export type { Dialect } from './node/dialect.ts';
export * from './node/rpc-server.ts';
export * from './chain/chain-server.ts';
export { HistoryLimit } from './chain/history-limit.ts';
export type { HttpServer } from './http-server.ts';
export type { WalletPort } from './wallet/wallet-port.ts';

export { NodeUrl, parseNodeUrl } from './rpc/node-url.ts';
export * from './rpc/rpc-client.ts';
export * from './rpc/rpc-wallet.ts';
export * from './rpc/open-node-wallet.ts';
export * from './rpc/node-blocks.ts';
export * from './rpc/node-operator.ts';
export { chainParamsOf, genesisOf, standingsOf, targetBlockTimeOf } from './rpc/node-ledger.ts';
export type { NodeAsset, NodeStanding } from './rpc/node-ledger.ts';
export * from './rpc/paper-nodes.ts';
