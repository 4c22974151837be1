/** RPC methods about the node and its chain. */
import { BURN_HASH } from '../format/address.ts';
import { toHex } from '../format/bytes.ts';
import { Decimal, ZERO } from './decimal.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import { boolParam, intParam, method } from './rpc-params.ts';

/** The dialect that is spoken: MultiChain's of the paper's time. */
const DIALECT = { version: '1.0.9', node: 10_008_901, protocol: 10_012 } as const;

async function getInfo({ view }: RpcContext): Promise<unknown> {
  const { name, genesis } = await view.port.info();
  return {
    version: DIALECT.version,
    nodeversion: DIALECT.node,
    protocolversion: DIALECT.protocol,
    chainname: name,
    description: `MultiChain ${name}`,
    protocol: 'multichain',
    port: 0,
    setupblocks: 60,
    nodeaddress: `${name}@127.0.0.1:0`,
    burnaddress: view.addressOf(BURN_HASH),
    incomingpaused: false,
    miningpaused: false,
    walletversion: 60_000,
    balance: ZERO,
    walletdbversion: 2,
    reindex: false,
    blocks: view.height,
    timeoffset: 0,
    connections: 0,
    proxy: '',
    difficulty: new Decimal('0.00000006'),
    testnet: false,
    keypoololdest: genesis.time,
    keypoolsize: 2,
    paytxfee: ZERO,
    relayfee: ZERO,
    errors: '',
  };
}

/** The parameters of a default chain, whose rules the embedded one keeps; then those that make this chain itself. */
async function getBlockchainParams(
  { view }: RpcContext,
  params: readonly unknown[],
): Promise<unknown> {
  const { name, genesis, operator } = await view.port.info();
  const own = view.params;
  const all: Record<string, unknown> = {
    'chain-protocol': 'multichain',
    'chain-description': `MultiChain ${name}`,
    ...DEFAULT_PARAMS,
    'chain-name': name,
    'protocol-version': DIALECT.protocol,
    'network-message-start': '00000000',
    'address-pubkeyhash-version': toHex(own.addressVersion),
    'address-scripthash-version': toHex(own.scriptVersion),
    'private-key-version': toHex(own.privateKeyVersion),
    'address-checksum-value': toHex(own.addressChecksum),
    'genesis-pubkey': '',
    'genesis-version': 1,
    'genesis-timestamp': genesis.time,
    'genesis-nbits': 536_936_447,
    'genesis-nonce': 0,
    'genesis-pubkey-hash': toHex(view.hashOf(operator) ?? BURN_HASH),
    'genesis-hash': genesis.hash,
    'chain-params-hash': '0'.repeat(64),
  };
  if (boolParam(params[0], true)) return all;
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key.replaceAll('-', ''), value]),
  );
}

const HALF = new Decimal('0.50000000');

const DEFAULT_PARAMS: Readonly<Record<string, unknown>> = {
  'root-stream-name': 'root',
  'root-stream-open': true,
  'chain-is-testnet': false,
  'target-block-time': 15,
  'maximum-block-size': 8_388_608,
  'default-network-port': 0,
  'default-rpc-port': 0,
  'anyone-can-connect': false,
  'anyone-can-send': false,
  'anyone-can-receive': false,
  'anyone-can-receive-empty': true,
  'anyone-can-create': false,
  'anyone-can-issue': false,
  'anyone-can-mine': false,
  'anyone-can-activate': false,
  'anyone-can-admin': false,
  'support-miner-precheck': true,
  'allow-arbitrary-outputs': false,
  'allow-p2sh-outputs': true,
  'allow-multisig-outputs': true,
  'setup-first-blocks': 60,
  'mining-diversity': new Decimal('0.30000000'),
  'admin-consensus-upgrade': HALF,
  'admin-consensus-admin': HALF,
  'admin-consensus-activate': HALF,
  'admin-consensus-mine': HALF,
  'admin-consensus-create': ZERO,
  'admin-consensus-issue': ZERO,
  'lock-admin-mine-rounds': 10,
  'mining-requires-peers': true,
  'mine-empty-rounds': new Decimal('10.00000000'),
  'mining-turnover': HALF,
  'first-block-reward': -1,
  'initial-block-reward': 0,
  'reward-halving-interval': 52_560_000,
  'reward-spendable-delay': 1,
  'minimum-per-output': 0,
  'maximum-per-output': 100_000_000_000_000,
  'minimum-relay-fee': 0,
  'native-currency-multiple': 100_000_000,
  'skip-pow-check': false,
  'pow-minimum-bits': 8,
  'target-adjust-freq': -1,
  'allow-min-difficulty-blocks': false,
  'only-accept-std-txs': true,
  'max-std-tx-size': 4_194_304,
  'max-std-op-returns-count': 32,
  'max-std-op-return-size': 2_097_152,
  'max-std-op-drops-count': 5,
  'max-std-element-size': 8192,
};

async function getBlockHash({ view }: RpcContext, [which]: readonly unknown[]): Promise<unknown> {
  const block = await view.port.block(intParam(which));
  if (!block) throw new RpcError(RPC.invalidParameter, 'Block height out of range');
  return block.hash;
}

/** getinfo, getblockchainparams, getblockcount, getblockhash, getbestblockhash, getpeerinfo, getconnectioncount. */
export const NODE_METHODS: readonly RpcMethod[] = [
  method('getinfo', '', getInfo),
  method('getblockchainparams', '[display-names]', getBlockchainParams),
  method('getblockcount', '', ({ view }) => view.height),
  method('getblockhash', 'index', getBlockHash),
  method('getbestblockhash', '', ({ view }) => view.tip),
  // a wallet node has no peers: it asks the operator's chain
  method('getpeerinfo', '', () => []),
  method('getconnectioncount', '', () => 0),
];
