/** Every bound of the embedded chain, its wallets and the port between them, with its reason. */

/** Bytes of the transactions of one block: MultiChain's `maximum-block-size`, less room for header and coinbase. */
export const BLOCK_BYTES_MAX = 8_388_608;

/** Bytes of transactions accepted and not yet in a block. At 20 ms a block this is never near; a disk that hangs must not eat the memory. */
export const POOL_BYTES_MAX = 64 * 1024 * 1024;

/** Milliseconds between two blocks at least: what a trade waits for on average is half of it. */
export const BLOCK_PACE_MS = 20;

/** Data outputs of one transaction: `max-std-op-returns-count`. */
export const DATA_OUTPUTS_MAX = 32;

/** Inputs of one transaction. Checking them takes a time that grows with the square of their number: with 1,100 the chain is held up for a second or two. Room for a ladder of the largest order, 1,000 lots, and what pays it. */
export const TRANSACTION_INPUTS_MAX = 1_100;

/** Legs of a ladder, and so lots that one transaction settles: signing and checking them takes a time that grows with the square of their number, about 15 ms for so many. */
export const LADDER_LEGS_MAX = 100;

/** Outputs of one transaction: above it a real node refuses for too many signature operations (33,554 with default parameters). */
export const TRANSACTION_OUTPUTS_MAX = 33_554;

/** The largest quantity of an asset, in raw units: what 8 signed bytes hold. */
export const RAW_MAX = 9_223_372_036_854_775_807n;

/** Raw units of one asset on the embedded chain altogether: every sum of them is a safe integer, as the exchange's amounts are. */
export const ISSUED_MAX = 9_007_199_254_740_991n;

/** Characters of an asset's name: MultiChain's limit. */
export const ASSET_NAME_LENGTH_MAX = 32;

/** Assets on one chain: each costs about 500 bytes for ever, and only the operator's issuers can make them. */
export const ASSETS_MAX = 10_000;

/**
 * Transactions and blocks that the log of changes remembers, about 1 kB each. A wallet that has not asked for longer (10 s at 500 transactions a second) gets
 * its whole state again.
 */
export const CHANGES_MAX = 5_000;

/** Blocks whose moves stay in memory: a watcher that lags further behind reads the disk. */
export const BLOCKS_REMEMBERED_MAX = 100;

/** Addresses that one question to the chain may name: a wallet has a handful. */
export const QUERY_ADDRESSES_MAX = 100;

/** Outputs or transactions that one question to the chain may name: one large split. */
export const QUERY_ITEMS_MAX = 5_000;

/** Transactions sent in one request: one large trade, lot by lot. */
export const SEND_BATCH_MAX = 2_000;

/** Bytes of a request to the chain: a full batch of lot settlements (about 1 kB of hexadecimal text each), or the largest transaction. */
export const CHAIN_REQUEST_BYTES_MAX = 9_000_000;

/** Bytes of an answer of the chain: the whole state of a wallet with 100,000 outputs. */
export const CHAIN_ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** Milliseconds for one question to the chain: long enough for the slowest disk seen (8 ms) many times over, short enough to say so. */
export const CHAIN_TIMEOUT_MS = 5_000;

/** Connections a wallet keeps to the chain: it asks one thing at a time; a second serves reads meanwhile. */
export const CHAIN_CONNECTIONS_MAX = 2;

/** Questions for past transactions that one address of the network may ask at once, and a second in the long run: each reads thousands of blocks. */
export const HISTORIES_BURST = 5;
export const HISTORIES_PER_SECOND = 0.5;

/** Addresses of the network of which it is remembered how often they asked. */
export const HISTORY_ASKERS_MAX = 10_000;

/** Blocks looked through for a wallet's past transactions: reading further would hold up the producer. */
export const HISTORY_BLOCKS_MAX = 2_000;

/** Past transactions that one question to the chain may ask for. */
export const HISTORY_ANSWERS_MAX = 1_000;

/** Lots made by one split. The largest order of a market is 1,000 lots; twice that keeps the transaction below 150 kB. */
export const SPLIT_LOTS_MAX = 2_000;

/** Inputs of one transaction made by a wallet: signing and checking take a time that grows with the square of their number, 0.15 s for so many. */
export const WALLET_INPUTS_MAX = 250;

/** Lots that a wallet keeps ready after their orders were cancelled, 200 bytes each: the largest order twice. */
export const READY_LOTS_MAX = 2_000;

/** Free outputs of one asset from which on a wallet with nothing to do combines them: choosing among fewer costs nothing worth a transaction. */
export const DUST_OUTPUTS_MIN = 50;

/** Signed transactions that a wallet's journal remembers, 200 bytes of memory each: a repeat of an older trade finds it settled on the chain. */
export const JOURNAL_LOTS_MAX = 5_000;

/** Bytes of a wallet's journal above which it is written anew with only what it remembers (about 1 kB a lot): several times that, so that it is rare. */
export const JOURNAL_BYTES_MAX = 16 * 1024 * 1024;

/** Bytes of a key file: 1,000 keys. */
export const KEY_FILE_BYTES_MAX = 256 * 1024;

/** Keys in one wallet. */
export const WALLET_KEYS_MAX = 1_000;

/** Bytes of the largest transaction: `max-std-tx-size` of a default chain. */
export const TRANSACTION_BYTES_MAX = 4_194_304;

/** Bytes of one script element: `max-std-element-size` of a default chain (1.0.9; 2.3 has 40,000). */
export const ELEMENT_BYTES_MAX = 8_192;

/** Dropped elements in one script: `max-std-op-drops-count` of a default chain. */
export const ELEMENTS_MAX = 5;

/** Bytes of an `OP_RETURN`: `max-std-op-return-size` of a default chain. */
export const DATA_BYTES_MAX = 2_097_152;

/** Locks of spent outputs that a wallet remembers, in case a crash of the chain gives the outputs back: several orders of 1,000 lots. */
export const LOCKS_ENDED_MAX = 5_000;

/** Signatures remembered as good, half of them at least: those of 16,000 trades, so that one seen in an offer is not checked again; 2.5 MB. */
export const SIGNATURES_REMEMBERED_MAX = 65_536;

/** Bytes of a message to sign or check: a login challenge has about 200; hashing this many takes 0.2 ms. */
export const MESSAGE_BYTES_MAX = 65_536;

/** Foreign addresses that a node watches: one question to the chain names them all. */
export const WATCHED_MAX = 100;

/** Bytes of a request to a node: the hexadecimal text of the largest transaction, and as much again. */
export const SERVED_REQUEST_BYTES_MAX = 16_777_216;

/** How deep the JSON of a call may nest: no method takes more than a list of objects of objects. */
export const RPC_JSON_DEPTH_MAX = 32;

/** Milliseconds in which a request to a node has to be there in full. */
export const SERVED_REQUEST_MS = 30_000;

/** Connections that a node serves at once. */
export const SERVED_CONNECTIONS_MAX = 64;

/** Milliseconds between two looks for requests that take too long. */
export const SERVED_LOOK_MS = 1_000;

/** Requests that one connection may have sent ahead of their answers: the stock clients send none. */
export const SERVED_PIPELINED_MAX = 16;

/** Calls in one request to a node: a fifth of a second of reading balances. */
export const SERVED_BATCH_MAX = 1_000;

/** Bytes of the answers of one batch, after which its further calls are not made: each answer may be the whole state of a wallet. */
export const SERVED_BATCH_BYTES_MAX = 64 * 1024 * 1024;

/** Characters of one number in a call: far more than any quantity has, and little enough to be read at once. */
export const RPC_NUMBER_LENGTH_MAX = 400;

/** Milliseconds that a wrong password waits for its answer, as on a real node: guessing takes time. */
export const RPC_WRONG_PASSWORD_MS = 250;

/** Milliseconds for one request to a real node: signing a transaction of 1,000 inputs takes one about 7 s. */
export const RPC_TIMEOUT_MS = 30_000;

/** Attempts at a call that may be repeated without harm; together with the delays between them they outlast a short restart of a proxy, not of a node. */
export const RPC_ATTEMPTS_MAX = 3;

/** Milliseconds before the second attempt; doubled before each further one. */
export const RPC_RETRY_DELAY_MS = 250;

/** Requests to one real node at a time: a node has four threads for them by default. */
export const RPC_CONNECTIONS_MAX = 4;

/** Calls that wait for their turn at one real node, a few kB each; more than that comes from a loop, not from a market. */
export const RPC_WAITING_MAX = 1_000;

/** Calls in one request to a real node: a tenth of a second of its time, and answers of about 1 MB. */
export const RPC_BATCH_MAX = 200;

/** Bytes of a request to a real node: the largest transaction in hexadecimal text, twice; a node takes 32 MB. */
export const RPC_REQUEST_BYTES_MAX = 16 * 1024 * 1024;

/** Bytes of an answer of a real node: `listunspent` of a wallet with 100,000 outputs. */
export const RPC_ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** Characters kept of a node's error message: the longest help text, which it answers for a wrong number of parameters, has fewer. */
export const RPC_ERROR_TEXT_MAX = 8_000;

/** Milliseconds to wait for an output that a real node does not know yet: news take up to 0.6 s between nodes of one machine. */
export const RPC_ARRIVAL_MS_MAX = 3_000;

/** Milliseconds between two looks for such an output. */
export const RPC_ARRIVAL_POLL_MS = 100;

/** Transactions of its own that a wallet over a real node remembers, 100 bytes each: their change may be spent before it is in a block. */
export const OWN_TRANSACTIONS_MAX = 5_000;

/** Milliseconds that the paper's scenario waits for a real node to hear of what another sent: ten times the longest seen. */
export const PAPER_ARRIVAL_MS_MAX = 10_000;

/** Milliseconds that it waits for a block: twenty blocks of the slowest default. */
export const PAPER_BLOCK_MS_MAX = 300_000;

/** Milliseconds between two looks. */
export const PAPER_POLL_MS = 250;

/** Blocks of a real node asked for at a time while an exchange catches up: a request each. */
export const NODE_BLOCK_BATCH_MAX = 20;

/** Transactions of a real chain whose outputs an exchange remembers, about 500 bytes each: what is spent soon after needs no request. */
export const NODE_TRANSACTIONS_MAX = 20_000;

/** Outputs of a real chain that an exchange remembers to have looked at, about 300 bytes each: the lots of ten of the largest orders. */
export const NODE_OUTPUTS_MAX = 10_000;

/** Milliseconds between two looks of an exchange for a block of a real node, which takes seconds to make. */
export const NODE_POLL_MS = 500;
