/** The state and the feed as the journal left them: everything is a fold of it. */
import { apply, createState, lastSeq, ledgerHeight } from '@wattlot/core';
import type { Entry, LedgerAdvance, State } from '@wattlot/core';
import type { Chain } from '@wattlot/ledger';
import { ExchangeError, lineOf } from './errors.ts';
import { exactSeq } from './exact.ts';
import type { Feed } from './feed/feed.ts';
import type { Journal } from './journal/journal.ts';
import { namedMoves } from './settler.ts';
import type { StatsCounter } from './stats.ts';

/** What is folded besides the state. */
export interface Folded {
  readonly feed: Feed;
  readonly stats: StatsCounter;
}

/**
 * Reads the whole journal.
 * @throws ExchangeError `journal_corrupt` when an entry cannot be applied; `ledger_mismatch` when the chain is not the one that the journal followed.
 */
export async function replay(
  journal: Journal,
  chain: Chain,
  { feed, stats }: Folded,
): Promise<State> {
  const state = createState();
  let last: LedgerAdvance | undefined;
  for await (const entries of journal.read(exactSeq(1))) {
    for (const entry of entries) {
      const events = applyStored(state, entry);
      take(feed, { entry, events });
      for (const event of events) stats.fold(event);
      if (entry.command.kind === 'ledger.advance') last = entry.command;
    }
  }
  if (last?.height === ledgerHeight(state)) requireSame(chain, last);
  return state;
}

function applyStored(state: State, entry: Entry): ReturnType<typeof apply> {
  try {
    return apply(state, entry);
  } catch (error) {
    const where = `entry ${lastSeq(state) + 1}`;
    throw new ExchangeError('journal_corrupt', `the journal's ${where}: ${lineOf(error)}`, {
      cause: error,
    });
  }
}

function take(feed: Feed, applied: Parameters<Feed['take']>[0][number]): void {
  try {
    feed.take([applied]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const what = `the chain is not the one that the journal followed: ${lineOf(error)}`;
    throw new ExchangeError('ledger_mismatch', what, { cause: error });
  }
}

/** The chain has to hold the last block that the journal knows, with the same content. */
function requireSame(chain: Chain, { height, moves }: LedgerAdvance): void {
  const isThere = height <= chain.height;
  const found = isThere ? JSON.stringify(namedMoves(chain, height)) : '';
  if (found === JSON.stringify(moves)) return;
  const what = isThere
    ? `block ${height} of the chain is not the one that the journal followed`
    : `the journal followed the chain to block ${height}, the chain ends at ${chain.height}`;
  throw new ExchangeError('ledger_mismatch', what);
}
