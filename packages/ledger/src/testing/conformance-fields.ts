/** Fields of answers that are not compared, with the reason. They must be there. */

const TIME = 'a time';
const HEIGHT = 'a height, or a place in a block';
const PORT = 'a port';
const CHAIN = 'made by chance for each chain';
const WORK = 'proof of work, which an embedded chain does not have';
const PEERS = 'a wallet node has no peers';
const OWN = 'a limit of the embedded chain itself: elements of 8192 bytes, no streams';
const BYTES =
  'bytes and counts that depend on the length of signatures and on what else the node did';

/** In every answer. */
const EVERYWHERE: ReadonlyMap<string, string> = new Map([
  ...['time', 'blocktime', 'timereceived', 'timestamp', 'keypoololdest'].map(
    (name) => [name, TIME] as const,
  ),
  ...['genesis-timestamp', 'genesistimestamp'].map((name) => [name, TIME] as const),
  ...['blocks', 'height', 'blockindex', 'blockheight'].map((name) => [name, HEIGHT] as const),
  ...[
    'port',
    'nodeaddress',
    'default-network-port',
    'default-rpc-port',
    'defaultnetworkport',
    'defaultrpcport',
  ].map((name) => [name, PORT] as const),
  ['connections', PEERS],
  ...[
    'network-message-start',
    'address-pubkeyhash-version',
    'address-scripthash-version',
    'private-key-version',
    'address-checksum-value',
    'genesis-pubkey',
    'genesis-nonce',
    'genesis-hash',
    'genesis-pubkey-hash',
    'chain-params-hash',
  ].flatMap((name) => [name, name.replaceAll('-', '')].map((one) => [one, CHAIN] as const)),
  ['privkey', 'a secret, not recorded'],
]);

/** In the answers of one method. */
const IN_METHOD: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  [
    'getblock',
    new Map([
      ...['nonce', 'bits', 'difficulty', 'chainwork'].map((name) => [name, WORK] as const),
      ['size', BYTES],
      ['nextblockhash', HEIGHT],
    ]),
  ],
  [
    'getmininginfo',
    new Map([
      ...['difficulty', 'networkhashps', 'hashespersec'].map((name) => [name, WORK] as const),
      ...['currentblocksize', 'currentblocktx'].map((name) => [name, BYTES] as const),
    ]),
  ],
  ['getwalletinfo', new Map(['txcount', 'utxocount'].map((name) => [name, BYTES] as const))],
  ['getnetworkinfo', new Map([['localaddresses', PEERS]])],
  ['getinfo', new Map([['streams', OWN]])],
  [
    'getblockchainparams',
    new Map(['max-std-element-size', 'maxstdelementsize'].map((name) => [name, OWN] as const)),
  ],
  ['validateaddress', new Map([['startblock', HEIGHT]])],
]);

/** Why a field is not compared. */
function reasonOf(method: string, field: string): string | undefined {
  return EVERYWHERE.get(field) ?? IN_METHOD.get(method)?.get(field);
}

/** Whether a field is not compared in the answers of a method. */
export function isPassedOver(method: string, field: string): boolean {
  return reasonOf(method, field) !== undefined;
}

/** Every field that is not compared, by reason. */
export function passedOver(): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, string[]>();
  const add = (field: string, reason: string): void => {
    all.set(reason, [...(all.get(reason) ?? []), field]);
  };
  for (const [field, reason] of EVERYWHERE) add(field, reason);
  for (const [method, fields] of IN_METHOD) {
    for (const [field, reason] of fields) add(`${method}.${field}`, reason);
  }
  return all;
}
