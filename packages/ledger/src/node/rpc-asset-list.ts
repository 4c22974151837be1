/** RPC methods that tell of assets: which there are, and what became of them. */
import type { Address } from '@wattlot/core';
import type { AssetView } from '../chain/assets.ts';
import type { TransactionView } from '../chain/chain.ts';
import type { AssetId } from '../format/element.ts';
import { assetIdOf } from '../format/element.ts';
import { parseOutputScript } from '../format/script.ts';
import { HISTORY_ANSWERS_MAX, HISTORY_BLOCKS_MAX } from '../limits.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { WalletView } from '../wallet/wallet-view.ts';
import { decimalOf, unitsOf } from './decimal.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import { assetParam, boolParam, intParam, method, textParam } from './rpc-params.ts';
import { pastOf, pastView, placeView } from './rpc-past.ts';
import type { Past } from './rpc-past.ts';
import { dataIn } from './rpc-transaction-view.ts';
import { assetName, quantityView } from './rpc-views.ts';

async function listAssets(
  context: RpcContext,
  [which, verbose, count, start]: readonly unknown[],
): Promise<unknown> {
  const { view } = context;
  const all = await view.port.assets();
  const isAll = which === undefined || which === null || which === '*';
  const names: readonly unknown[] = Array.isArray(which) ? which : [which];
  const wanted = isAll ? [] : names.map((name) => assetParam(view, name).id);
  const found = isAll ? all : all.filter(({ id }) => wanted.includes(id));
  const chosen = rangeOf(found, count, start);
  if (!boolParam(verbose, false)) return chosen.map((asset) => assetView(context, asset));
  const answers: unknown[] = [];
  for (const asset of chosen) {
    answers.push({ ...assetView(context, asset), issues: await issuesOf(context, asset) });
  }
  return answers;
}

/** `count` entries from `start` on; a negative start counts from the end, and without it the last `count`. */
function rangeOf<T>(list: readonly T[], countParam: unknown, startParam: unknown): readonly T[] {
  const count = intParam(countParam, list.length);
  if (count < 0) throw new RpcError(RPC.invalidParameter, 'Invalid count');
  const start = intParam(startParam, -count);
  const from = start < 0 ? Math.max(0, list.length + start) : start;
  return list.slice(from, from + count);
}

function assetView({ dialect, state }: RpcContext, asset: AssetView): object {
  const is23 = dialect === '2.3';
  const { name, assetref } = { name: undefined, ...assetName(asset) };
  return {
    ...(name === undefined ? {} : { name }),
    issuetxid: asset.issueTxid,
    assetref,
    multiple: asset.multiple,
    units: unitsOf(asset.multiple),
    open: asset.open,
    ...(is23 ? RULES_23 : {}),
    details: Object.fromEntries(asset.fields),
    ...(is23 ? { issuecount: asset.issues } : {}),
    issueqty: decimalOf(asset.issued, asset.multiple),
    issueraw: Number(asset.issued),
    subscribed: state.subscribed.has(asset.id),
  };
}

/** What 2.3 tells of an asset as it can be issued here: only its issue is restricted, and it stays as it is. */
const RULES_23 = {
  restrict: { send: false, receive: false, issue: true },
  fungible: true,
  canopen: false,
  canclose: false,
  totallimit: null,
  issuelimit: null,
};

/** The transactions of an asset, oldest first: the first issue, then those of the latest HISTORY_BLOCKS_MAX blocks, at most HISTORY_ANSWERS_MAX. */
async function transactionsOf(
  view: WalletView,
  asset: AssetView,
  touches: (past: Past, asset: AssetId) => boolean,
  context: RpcContext,
): Promise<Past[]> {
  const found: Past[] = [];
  const take = async (all: readonly TransactionView[]): Promise<void> => {
    const past = (await pastOf(context, all)).filter((one) => touches(one, asset.id));
    found.unshift(...past);
  };
  const waiting = await view.port.transactions(
    (await view.port.pool()).slice(0, HISTORY_ANSWERS_MAX),
  );
  await take(waiting.flatMap((one) => one ?? []));
  const issued = Number(asset.ref?.split('-')[0] ?? view.height + 1);
  const lowest = Math.max(issued, view.height - HISTORY_BLOCKS_MAX);
  for (let height = view.height; height >= lowest && found.length < HISTORY_ANSWERS_MAX; height--) {
    const block = await view.port.block(height);
    if (!block) break;
    const { hash, time, transactions } = block;
    await take(
      transactions.map((one, i) => ({ ...one, block: { height, hash, time, index: i + 1 } })),
    );
  }
  return found;
}

/** What a transaction issues of an asset; undefined if it does not. */
function issuedIn({ found, outputs }: Past, id: AssetId): bigint | undefined {
  let raw: bigint | undefined;
  for (const paid of outputs) {
    if (paid && paid.meaning.issue !== null && assetIdOf(found.txid) === id) {
      raw = (raw ?? 0n) + paid.meaning.issue;
    }
    for (const move of paid?.meaning.assets ?? []) {
      if (move.how === 'issuemore' && move.asset === id) raw = (raw ?? 0n) + move.raw;
    }
  }
  return raw;
}

/** Every issue of an asset. 2.3 leaves out those that added nothing. */
async function issuesOf(context: RpcContext, asset: AssetView): Promise<unknown[]> {
  const { view, dialect } = context;
  const isIssue = (past: Past, id: AssetId): boolean => {
    const raw = issuedIn(past, id);
    const isFirst = past.found.txid === asset.issueTxid;
    return raw !== undefined && (dialect !== '2.3' || isFirst || raw > 0n);
  };
  const all = await transactionsOf(view, asset, isIssue, context);
  return all.map((past) => {
    const raw = issuedIn(past, asset.id) ?? 0n;
    return {
      txid: past.found.txid,
      qty: quantityView(view, asset.id, raw),
      raw: Number(raw),
      details: Object.fromEntries(detailsOf(past)),
      issuers: [...new Set(past.spent.flatMap(({ paid }) => paid?.address ?? []))],
    };
  });
}

function detailsOf({ transaction }: Past): (readonly [string, string])[] {
  return transaction.outputs.flatMap(({ script }) => {
    const meaning = parseOutputScript(script);
    if (meaning.kind === 'new-asset') return meaning.details.fields;
    return meaning.kind === 'asset-update' ? meaning.fields : [];
  });
}

/** Follows what becomes of an asset. */
function subscribe({ view, state }: RpcContext, [which]: readonly unknown[]): unknown {
  for (const id of entitiesParam(view, which)) state.subscribed.add(id);
  return null;
}

function unsubscribe({ view, state }: RpcContext, [which]: readonly unknown[]): unknown {
  for (const id of entitiesParam(view, which)) state.subscribed.delete(id);
  return null;
}

/** Assets by name, one or several. An embedded chain has no streams. @throws RpcError -708. */
function entitiesParam(view: WalletView, value: unknown): AssetId[] {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  return names.map((name) => {
    const asset = view.asset(textParam(name));
    if (asset) return asset.id;
    const message = `Stream or asset with this name not found: ${String(name)}`;
    throw new RpcError(RPC.entityNotFound, message);
  });
}

/** @throws RpcError -708, -703. */
function subscribedParam({ view, state }: RpcContext, value: unknown): AssetView {
  const asset = assetParam(view, value);
  if (state.subscribed.has(asset.id)) return asset;
  throw new RpcError(RPC.notSubscribed, 'Not subscribed to this asset');
}

async function listAssetTransactions(
  context: RpcContext,
  [which, verbose, count, start]: readonly unknown[],
): Promise<unknown> {
  const asset = subscribedParam(context, which);
  const isVerbose = boolParam(verbose, false);
  const all = await transactionsOf(context.view, asset, moves, context);
  return rangeOf(all, count ?? 10, start).map((past) => movesView(past, asset, isVerbose));
}

async function getAssetTransaction(
  context: RpcContext,
  [which, id, verbose]: readonly unknown[],
): Promise<unknown> {
  const asset = subscribedParam(context, which);
  const txid = textParam(id).toLowerCase();
  const isId = /^[0-9a-f]{64}$/.test(txid);
  const [found] = isId ? await context.view.port.transactions([txid]) : [];
  const [past] = await pastOf(context, found ? [found] : []);
  if (past && moves(past, asset.id)) return movesView(past, asset, boolParam(verbose, false));
  throw new RpcError(RPC.transactionNotFound, 'This transaction was not found for this asset');
}

/** Whether a transaction moves something of an asset, or issues it. */
function moves({ spent, outputs }: Past, asset: AssetId): boolean {
  const all = [...spent.map(({ paid }) => paid), ...outputs];
  return all.some((paid) => paid?.assets.some((held) => held.asset === asset) ?? false);
}

function movesView(past: Past, asset: AssetView, isVerbose: boolean): unknown {
  const { view } = past.context;
  const sums = new Map<Address, bigint>();
  const add = (paid: Past['outputs'][number], sign: bigint): void => {
    for (const held of paid?.assets ?? []) {
      if (!paid || held.asset !== asset.id) continue;
      sums.set(paid.address, (sums.get(paid.address) ?? 0n) + sign * held.raw);
    }
  };
  for (const { paid } of past.spent) add(paid, -1n);
  for (const paid of past.outputs) add(paid, 1n);
  const addresses = Object.fromEntries(
    [...sums].map(([address, raw]) => [address, quantityView(view, asset.id, raw)]),
  );
  const place = placeView(past);
  const data = past.transaction.outputs.flatMap(({ script }) => dataIn(script));
  if (!isVerbose) return { addresses, items: [], data, ...place };
  const whole = pastView(past, { watched: true }, true);
  return { addresses, items: [], data, ...place, ...partsOf(whole) };
}

function partsOf(whole: unknown): object {
  const { vin, vout, hex } = Object(whole) as Readonly<Record<string, unknown>>;
  return { vin, vout, hex };
}

function noStream(_: RpcContext, [name]: readonly unknown[]): never {
  const message = `Stream with this name not found: ${textParam(name)}`;
  throw new RpcError(RPC.entityNotFound, message);
}

/** listassets, subscribe, unsubscribe, listassettransactions, getassettransaction; and of streams, which an embedded chain does not have: liststreams, liststreamitems, publish. */
export const ASSET_LIST_METHODS: readonly RpcMethod[] = [
  method('listassets', '[assets] [verbose] [count] [start]', listAssets),
  method('subscribe', 'entity(s) [rescan]', subscribe),
  method('unsubscribe', 'entity(s)', unsubscribe),
  method(
    'listassettransactions',
    'asset [verbose] [count] [start] [local-ordering]',
    listAssetTransactions,
  ),
  method('getassettransaction', 'asset txid [verbose]', getAssetTransaction),
  method('liststreams', '[streams] [verbose] [count] [start]', () => []),
  method('liststreamitems', 'stream [verbose] [count] [start] [local-ordering]', noStream),
  method('publish', 'stream key data-hex', noStream),
];
