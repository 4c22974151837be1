/** The chain's side of HTTP: one request, `{"method": …, "params": {…}}`, answered with `{"result": …}` or `{"error": {code, message, retryable}}`. */
import type { Txid } from '@wattlot/core';
import type { ChainPort } from './chain-port.ts';
import { localChainPort } from './chain-port.ts';
import type { Chain } from './chain.ts';
import type { Fields } from './chain-wire.ts';
import {
  addressText,
  assetIdText,
  fieldsOf,
  listOf,
  maybe,
  textOf,
  toWire,
  txidText,
  WireError,
  wholeOf,
} from './chain-wire.ts';
import { LedgerError } from '../ledger-error.ts';
import {
  CHAIN_ANSWER_BYTES_MAX,
  HISTORY_ANSWERS_MAX,
  QUERY_ADDRESSES_MAX,
  QUERY_ITEMS_MAX,
  SEND_BATCH_MAX,
} from '../limits.ts';

/** An answer, ready for `JSON.stringify`. */
export type ChainAnswer =
  | { readonly result: unknown }
  | {
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly retryable: boolean;
      };
    };

type Handler = (port: ChainPort, params: Fields) => Promise<unknown>;

/** Every method of `ChainPort`, by name. */
const METHODS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['info', (port) => port.info()],
  [
    'changes',
    (port, { cursor, addresses }) =>
      port.changes({
        cursor: maybe(cursor, textOf),
        addresses: listOf(addresses, QUERY_ADDRESSES_MAX, addressText),
      }),
  ],
  ['send', (port, { transactions }) => port.send(listOf(transactions, SEND_BATCH_MAX, textOf))],
  [
    'outputs',
    (port, { outputs }) =>
      port.outputs(
        listOf(outputs, QUERY_ITEMS_MAX, (output) => {
          const { txid, vout } = fieldsOf(output);
          return { txid: txidText(txid), vout: wholeOf(vout) };
        }),
      ),
  ],
  [
    'transactions',
    (port, { txids }) => transactionsOf(port, listOf(txids, QUERY_ITEMS_MAX, txidText)),
  ],
  [
    'history',
    (port, { addresses, count }) =>
      port.history(
        listOf(addresses, QUERY_ADDRESSES_MAX, addressText),
        Math.min(wholeOf(count), HISTORY_ANSWERS_MAX),
      ),
  ],
  [
    'permissions',
    (port, { entity, addresses }) =>
      port.permissions(
        maybe(entity, assetIdText) ?? null,
        maybe(addresses, (list) => listOf(list, QUERY_ADDRESSES_MAX, addressText)),
      ),
  ],
  ['assets', (port) => port.assets()],
  ['pool', (port) => port.pool()],
  [
    'block',
    (port, { which }) => port.block(typeof which === 'number' ? wholeOf(which) : textOf(which)),
  ],
]);

/** One by one: a few large transactions, asked for thousands of times, would otherwise be more than the memory holds. */
async function transactionsOf(port: ChainPort, txids: readonly Txid[]): Promise<unknown> {
  const found: unknown[] = [];
  let length = 0;
  for (const txid of txids) {
    const [one] = await port.transactions([txid]);
    length += 2 * (one?.bytes.length ?? 0);
    if (length > CHAIN_ANSWER_BYTES_MAX) throw new WireError('the answer would be too long');
    found.push(one);
  }
  return found;
}

/**
 * Answers one request to a chain. Never throws for anything in the request; the caller bounds its bytes (CHAIN_REQUEST_BYTES_MAX) before it is parsed.
 * Anybody may ask: a chain's transactions speak for themselves by their signatures, and everything on it is public.
 */
export async function handleChainRequest(chain: Chain, request: unknown): Promise<ChainAnswer> {
  try {
    const { method, params } = fieldsOf(request);
    const handler = METHODS.get(textOf(method));
    if (!handler) throw new WireError('no such method');
    const result = await handler(localChainPort(chain), fieldsOf(params ?? {}));
    return { result: toWire(result) ?? null };
  } catch (error) {
    if (error instanceof WireError) {
      const { message } = error;
      return { error: { code: 'chain_request_invalid', message, retryable: false } };
    }
    if (error instanceof LedgerError) {
      const { code, message, retryable } = error;
      return { error: { code, message, retryable } };
    }
    throw error;
  }
}
