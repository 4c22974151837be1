/** RPC methods about past transactions of the wallet and of its addresses. */
import type { Address } from '@wattlot/core';
import type { TransactionView } from '../chain/chain.ts';
import { toHex } from '../format/bytes.ts';
import { HISTORY_ANSWERS_MAX } from '../limits.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { ZERO } from './decimal.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import { addressParam, boolParam, intParam, method, textParam } from './rpc-params.ts';
import { isMine, pastOf, pastView, placeView } from './rpc-past.ts';
import type { Past, Scope } from './rpc-past.ts';

const OWN: Scope = { watched: true };

/** A transaction that touches what is in scope. @throws RpcError -710. */
async function ownPast(context: RpcContext, id: unknown, scope: Scope): Promise<Past> {
  const txid = textParam(id).toLowerCase();
  const isId = /^[0-9a-f]{64}$/.test(txid);
  const [found] = isId ? await context.view.port.transactions([txid]) : [];
  const [past] = await pastOf(context, found ? [found] : []);
  const touched = [...(past?.spent.map(({ paid }) => paid) ?? []), ...(past?.outputs ?? [])];
  if (past && touched.some((paid) => paid && isMine(context, paid.address, scope))) return past;
  throw new RpcError(RPC.transactionNotFound, 'Invalid or non-wallet transaction id');
}

async function getWalletTransaction(
  context: RpcContext,
  [id, watched, verbose]: readonly unknown[],
): Promise<unknown> {
  const scope = { watched: boolParam(watched, false) };
  return pastView(await ownPast(context, id, OWN), scope, boolParam(verbose, false));
}

async function getAddressTransaction(
  context: RpcContext,
  [address, id, verbose]: readonly unknown[],
): Promise<unknown> {
  const scope = { watched: true, only: [ownAddress(context, address)] };
  return pastView(await ownPast(context, id, scope), scope, boolParam(verbose, false));
}

/** @throws RpcError -5, -709. */
function ownAddress(context: RpcContext, value: unknown): Address {
  const address = addressParam(context.view, value);
  if (isMine(context, address, OWN)) return address;
  throw new RpcError(RPC.walletAddressNotFound, 'Address is not found in this wallet');
}

/** The latest `count` before the latest `skip`, oldest first. @throws RpcError -1, -8. */
async function latest(
  { view }: RpcContext,
  addresses: readonly Address[],
  [countParam, skipParam]: readonly unknown[],
): Promise<readonly TransactionView[]> {
  const [count, skip] = [intParam(countParam, 10), intParam(skipParam, 0)];
  if (count < 0) throw new RpcError(RPC.invalidParameter, 'Negative count');
  if (skip < 0) throw new RpcError(RPC.invalidParameter, 'Negative from');
  const most = Math.min(count + skip, HISTORY_ANSWERS_MAX);
  const all = await view.port.history(addresses, most);
  const end = Math.max(0, all.length - skip);
  return all.slice(Math.max(0, end - count), end);
}

async function listWalletTransactions(
  context: RpcContext,
  [count, skip, watched, verbose]: readonly unknown[],
): Promise<unknown> {
  const scope = { watched: boolParam(watched, false) };
  const chosen = await latest(context, context.view.addresses, [count, skip]);
  const isVerbose = boolParam(verbose, false);
  return (await pastOf(context, chosen)).map((past) => pastView(past, scope, isVerbose));
}

async function listAddressTransactions(
  context: RpcContext,
  [which, count, skip, verbose]: readonly unknown[],
): Promise<unknown> {
  const only = [ownAddress(context, which)];
  const chosen = await latest(context, only, [count, skip]);
  const isVerbose = boolParam(verbose, false);
  return (await pastOf(context, chosen)).map((past) =>
    pastView(past, { watched: true, only }, isVerbose),
  );
}

/** The older form, which tells of native currency only. */
async function getTransaction(context: RpcContext, [id]: readonly unknown[]): Promise<unknown> {
  const { view, state } = context;
  const past = await ownPast(context, id, OWN);
  const isOwn = (address: Address): boolean => view.keyOf(address) !== undefined;
  const isSent = past.spent.some(({ paid }) => paid && isOwn(paid.address));
  const details = past.outputs.flatMap((paid, vout) => {
    if (!paid || isOwn(paid.address) === isSent) return [];
    const { address } = paid;
    const watched = state.watched.has(address) ? { involvesWatchonly: true } : {};
    const category = isSent ? 'send' : 'receive';
    const entry = { ...watched, account: '', address, category, amount: ZERO, vout };
    return [isSent ? { ...entry, fee: ZERO } : entry];
  });
  const { valid, time, timereceived, ...place } = Object(placeView(past)) as Record<
    string,
    unknown
  >;
  return {
    amount: ZERO,
    ...(isSent ? { fee: ZERO } : {}),
    ...place,
    walletconflicts: [],
    valid,
    time,
    timereceived,
    details,
    hex: toHex(past.found.bytes),
  };
}

/** getwallettransaction, listwallettransactions, getaddresstransaction, listaddresstransactions, gettransaction. */
export const HISTORY_METHODS: readonly RpcMethod[] = [
  method('getwallettransaction', 'txid [includeWatchonly] [verbose]', getWalletTransaction),
  method(
    'listwallettransactions',
    '[count] [skip] [includeWatchonly] [verbose]',
    listWalletTransactions,
  ),
  method('getaddresstransaction', 'address txid [verbose]', getAddressTransaction),
  method('listaddresstransactions', 'address [count] [skip] [verbose]', listAddressTransactions),
  method('gettransaction', 'txid [includeWatchonly]', getTransaction),
];
