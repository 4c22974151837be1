/** RPC methods about the node and its chain. */
import { BURN_HASH } from '../format/address.ts';
import { toHex } from '../format/bytes.ts';
import { Decimal, ZERO } from './decimal.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import { boolParam, method, textParam } from './rpc-params.ts';

/** What the versions say of themselves. */
const VERSIONS = {
  '1.0.9': {
    version: '1.0.9',
    node: 10_008_901,
    protocol: 10_012,
    wallet: 2,
    agent: '0.1.0.12',
    difficulty: new Decimal('0.00000006'),
  },
  '2.3': {
    version: '2.3.3',
    node: 20_303_901,
    protocol: 20_013,
    wallet: 3,
    agent: '0.2.0.13',
    difficulty: new Decimal('5.96046447753906e-8'),
  },
} as const;

async function getInfo({ view, dialect, state }: RpcContext): Promise<unknown> {
  const { name, genesis } = await view.port.info();
  const own = VERSIONS[dialect];
  const is23 = dialect === '2.3';
  return {
    version: own.version,
    nodeversion: own.node,
    ...(is23 ? { edition: 'Community' } : {}),
    protocolversion: own.protocol,
    chainname: name,
    description: `MultiChain ${name}`,
    protocol: 'multichain',
    port: 0,
    setupblocks: 60,
    nodeaddress: `${name}@127.0.0.1:0`,
    burnaddress: view.addressOf(BURN_HASH),
    incomingpaused: false,
    miningpaused: state.paused.has('mining'),
    ...(is23 ? { offchainpaused: false } : {}),
    walletversion: WALLET_VERSION,
    balance: ZERO,
    walletdbversion: own.wallet,
    reindex: false,
    blocks: view.height,
    ...(is23 ? { chainrewards: ZERO } : {}),
    ...(is23 && view.assets.length > 0 ? { assets: view.assets.length } : {}),
    // an embedded chain has no streams
    ...(is23 ? { streams: 0 } : {}),
    timeoffset: 0,
    connections: 0,
    proxy: '',
    difficulty: own.difficulty,
    testnet: false,
    keypoololdest: genesis.time,
    keypoolsize: 2,
    paytxfee: ZERO,
    relayfee: ZERO,
    errors: '',
  };
}

async function getWalletInfo({ view, dialect }: RpcContext): Promise<unknown> {
  const { genesis } = await view.port.info();
  const outputs = [...view.outputs()];
  return {
    walletversion: WALLET_VERSION,
    balance: ZERO,
    walletdbversion: VERSIONS[dialect].wallet,
    txcount: new Set(outputs.map(({ txid }) => txid)).size,
    utxocount: outputs.length,
    keypoololdest: genesis.time,
    keypoolsize: 2,
  };
}

/** A wallet node has no network of its own: it asks the operator's chain. */
function getNetworkInfo({ dialect }: RpcContext): unknown {
  const network = (name: string, reachable: boolean): object => {
    return { name, limited: false, reachable, proxy: '' };
  };
  return {
    version: 100_000,
    subversion: `/MultiChain:${VERSIONS[dialect].agent}/`,
    protocolversion: 70_002,
    localservices: '0000000000000001',
    timeoffset: 0,
    connections: 0,
    networks: [network('ipv4', true), network('ipv6', false), network('onion', false)],
    relayfee: ZERO,
    localaddresses: [],
  };
}

/** The parameters of a default chain, whose rules the embedded one keeps; then those that make this chain itself. */
async function getBlockchainParams(
  { view, dialect }: RpcContext,
  [displayNames]: readonly unknown[],
): Promise<unknown> {
  const { name, genesis, operator } = await view.port.info();
  const own = view.params;
  const all: Record<string, unknown> = {
    'chain-protocol': 'multichain',
    'chain-description': `MultiChain ${name}`,
    ...DEFAULT_PARAMS,
    ...(dialect === '2.3' ? PARAMS_23 : {}),
    'chain-name': name,
    'protocol-version': VERSIONS[dialect].protocol,
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
  if (boolParam(displayNames, true)) return all;
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key.replaceAll('-', ''), value]),
  );
}

const WALLET_VERSION = 60_000;

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

/** What 2.3 has besides. */
const PARAMS_23: Readonly<Record<string, unknown>> = {
  'maximum-chunk-size': 1_048_576,
  'maximum-chunk-count': 1024,
  'admin-consensus-txfilter': HALF,
  'minimum-offchain-fee': 0,
};

/** `mining`: a wallet node makes no blocks, so this shows and does no more. @throws RpcError -8 for what cannot be paused here. */
function taskParam(value: unknown): 'mining' {
  if (textParam(value) === 'mining') return 'mining';
  throw new RpcError(RPC.invalidParameter, 'Invalid task');
}

function pause({ state }: RpcContext, [task]: readonly unknown[]): unknown {
  state.paused.add(taskParam(task));
  return 'Paused';
}

function resume({ state }: RpcContext, [task]: readonly unknown[]): unknown {
  state.paused.delete(taskParam(task));
  return 'Resumed';
}

function stop({ stop: end }: RpcContext): unknown {
  if (!end) throw new RpcError(RPC.misc, 'This node cannot be stopped by a call');
  end();
  return 'MultiChain server stopping';
}

/** Nothing of an embedded node can be set while it runs. */
function setRuntimeParam(_: RpcContext, [name]: readonly unknown[]): never {
  const message = `Unsupported runtime parameter: ${textParam(name)}`;
  throw new RpcError(RPC.invalidParameter, message);
}

/** getinfo, getblockchainparams, getwalletinfo, getnetworkinfo, getpeerinfo, getconnectioncount, pause, resume, stop, setruntimeparam. */
export const NODE_METHODS: readonly RpcMethod[] = [
  method('getinfo', '', getInfo),
  method('getblockchainparams', '[display-names]', getBlockchainParams),
  method('getwalletinfo', '', getWalletInfo),
  method('getnetworkinfo', '', getNetworkInfo),
  // a wallet node has no peers: it asks the operator's chain
  method('getpeerinfo', '', () => []),
  method('getconnectioncount', '', () => 0),
  method('pause', 'task(s)', pause),
  method('resume', 'task(s)', resume),
  method('setruntimeparam', 'parameter-name parameter-value', setRuntimeParam),
  method('stop', '', stop),
];
