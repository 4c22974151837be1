/** What is new to a wallet: the difference between its last question and now, as far as its addresses are touched. */
import type { Address, Output, Txid } from '@wattlot/core';
import type { AssetView } from './assets.ts';
import type { ChainState, Coins, OutputContent } from './chain-state.ts';
import { bytesOfLatin1 } from './chain-state.ts';
import type { Change, ChangeLog } from './change-log.ts';
import type { AssetQuantity } from '../format/element.ts';
import type { PermissionView } from './permissions.ts';
import { outputOf } from '../format/transaction.ts';

/** An output that a wallet got. */
export interface OutputGained {
  readonly txid: Txid;
  readonly vout: number;
  readonly address: Address;
  readonly script: Uint8Array;
  readonly assets: readonly AssetQuantity[];
  /** Its transaction's number in the order of acceptance, 0 for what was there when the chain was opened. */
  readonly seq: number;
  /** The block of its transaction, undefined while it waits. */
  readonly height: number | undefined;
  /** Whether all that its transaction spent was the wallet's own. */
  readonly own: boolean;
}

/** Apply in this order: gained, spent, blocks. */
export interface Changes {
  /** What to ask with next time. */
  readonly cursor: string;
  /** Whether this is the whole state, not a difference: forget what was known. */
  readonly whole: boolean;
  readonly height: number;
  readonly tip: string;
  readonly gained: readonly OutputGained[];
  readonly spent: readonly Output[];
  /** Blocks with transactions of the wallet: those numbered up to `last` and not confirmed before are in block `height`. */
  readonly blocks: readonly { readonly height: number; readonly last: number }[];
  /** All assets, when any changed in more than its quantity. */
  readonly assets: readonly AssetView[] | undefined;
  /** All permissions of the addresses, when any permission changed. */
  readonly permissions: readonly PermissionView[] | undefined;
}

/** What a chain knows, and what is asked. */
export interface ChangesQuery {
  readonly cursor: string | undefined;
  readonly addresses: readonly Address[];
  readonly session: string;
  readonly log: ChangeLog;
  readonly state: ChainState;
  readonly tip: string;
  /** The number of the latest change of an asset or a permission. */
  readonly assetsChanged: number;
  readonly permissionsChanged: number;
}

/** Answers a wallet's question. */
export function changesAfter(query: ChangesQuery): Changes {
  const { log, state, tip, addresses } = query;
  const since = seqOf(query.cursor, query.session);
  const changes = since === undefined ? undefined : log.since(since);
  const whole = since === undefined || changes === undefined;
  const own = new Set(addresses);
  const difference = changes ? differenceOf(changes, own) : wholeOf(state, own);
  return {
    cursor: `${query.session}:${log.seq}`,
    whole,
    height: state.height,
    tip,
    ...difference,
    assets: whole || query.assetsChanged > since ? state.assets.list() : undefined,
    permissions:
      whole || query.permissionsChanged > since ? state.permissions.of(addresses) : undefined,
  };
}

function seqOf(cursor: string | undefined, session: string): number | undefined {
  const match = /^(.{1,64}):(\d{1,15})$/.exec(cursor ?? '');
  return match?.[1] === session ? Number(match[2]) : undefined;
}

type Difference = Pick<Changes, 'gained' | 'spent' | 'blocks'>;

function differenceOf(changes: readonly Change[], own: ReadonlySet<Address>): Difference {
  const gained: OutputGained[] = [];
  const spent: Output[] = [];
  const blocks: { height: number; last: number }[] = [];
  for (const change of changes) {
    if (!touches(change.touched, own)) continue;
    if (change.kind === 'block') {
      blocks.push({ height: change.height, last: change.last });
      continue;
    }
    const { coins, made, spends } = change;
    made.forEach((content, vout) => {
      if (content && own.has(content.owner)) gained.push(gainOf(coins, content, vout, own));
    });
    for (const spend of spends) {
      if (own.has(spend.content.owner)) spent.push(outputOf(spend));
    }
  }
  return { gained, spent, blocks };
}

function touches(touched: readonly Address[], own: ReadonlySet<Address>): boolean {
  return touched.some((address) => own.has(address));
}

function wholeOf(state: ChainState, own: ReadonlySet<Address>): Difference {
  const gained: OutputGained[] = [];
  for (const coins of state.allCoins()) {
    coins.outputs.forEach((content, vout) => {
      if (content && own.has(content.owner)) gained.push(gainOf(coins, content, vout, own));
    });
  }
  return { gained, spent: [], blocks: [] };
}

function gainOf(
  coins: Coins,
  content: OutputContent,
  vout: number,
  addresses: ReadonlySet<Address>,
): OutputGained {
  const { txid, seq, height, from } = coins;
  const { owner, script, assets } = content;
  const own = from.length > 0 && from.every((address) => addresses.has(address));
  return { txid, vout, address: owner, script: bytesOfLatin1(script), assets, seq, height, own };
}
