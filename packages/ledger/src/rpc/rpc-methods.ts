/** Which calls of a node may be made twice. */

/** Calls that change nothing that lasts, or the same thing again: they may be repeated when nobody knows whether the first arrived. */
const REPEATABLE: ReadonlySet<string> = new Set([
  'appendrawexchange',
  'appendrawtransaction',
  'completerawexchange',
  'createrawexchange',
  'createrawtransaction',
  'decoderawexchange',
  'decoderawtransaction',
  'getaddressbalances',
  'getaddresses',
  'getassetbalances',
  'getbestblockhash',
  'getblock',
  'getblockchainparams',
  'getblockcount',
  'getblockhash',
  'getconnectioncount',
  'getinfo',
  'getmultibalances',
  'getpeerinfo',
  'getrawmempool',
  'getrawtransaction',
  'gettotalbalances',
  'gettxout',
  'getwallettransaction',
  'help',
  'listaddresses',
  'listassets',
  'listlockunspent',
  'listpermissions',
  'listunspent',
  'listwallettransactions',
  'lockunspent',
  'signmessage',
  'signrawtransaction',
  'validateaddress',
  'verifymessage',
]);

/** Whether a call does no harm when it is made again. Unknown methods do. */
export function isRepeatable(method: string): boolean {
  return REPEATABLE.has(method);
}
