/** Whether an exchange can take orders now, and if not, what is in the way. */
import { ledgerHeight } from '@wattlot/core';
import type { State } from '@wattlot/core';
import type { Clock } from '../clock.ts';
import type { Feed } from '../feed/feed.ts';
import type { System } from '../feed/system.ts';
import type { LedgerPort } from '../ledger-port.ts';
import { journalStalledMsMax, ledgerBehindMax } from '../limits.ts';
import type { Sequencer } from '../sequencer.ts';

/** What health is read from. */
export interface ReadinessSources {
  readonly state: State;
  readonly sequencer: Pick<Sequencer, 'isStopped' | 'isBusy' | 'commitSince'>;
  readonly ledger: Pick<LedgerPort, 'height' | 'trouble'>;
  readonly feed: Pick<Feed, 'system' | 'markets'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The three things that an order needs. */
export interface Readiness {
  /** New orders are taken: all of the below is well. */
  readonly ready: boolean;
  /** Entries reach the disk: `stopped` when nothing is taken any more, `busy` when so much waits that new orders are turned away, `stalled` when a commit takes too long. */
  readonly journal: 'ok' | 'stopped' | 'busy' | 'stalled';
  /** Final blocks are followed: `behind` when some are not taken in, `unreachable` when the node cannot be asked. */
  readonly ledger: 'ok' | 'behind' | 'unreachable';
  /** What the most open market allows. */
  readonly market: System;
}

/** How it stands now. */
export function readinessOf({
  state,
  sequencer,
  ledger,
  feed,
  clock,
}: ReadinessSources): Readiness {
  const { commitSince } = sequencer;
  const isStalled =
    commitSince !== undefined && clock.now() - commitSince > journalStalledMsMax * 1000;
  const journal = sequencer.isStopped
    ? 'stopped'
    : isStalled
      ? 'stalled'
      : sequencer.isBusy
        ? 'busy'
        : 'ok';
  const isBehind = ledger.height - ledgerHeight(state) > ledgerBehindMax;
  const followed = ledger.trouble !== undefined ? 'unreachable' : isBehind ? 'behind' : 'ok';
  const market = feed.markets.length === 0 ? 'maintenance' : feed.system.now;
  const takesOrders = market === 'online' || market === 'post_only';
  const ready = journal === 'ok' && followed === 'ok' && takesOrders;
  return { ready, journal, ledger: followed, market };
}
