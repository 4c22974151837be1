/** What an operator looks at to know that trades settle: open trades, the ledger, the journal, the markets. */
import { timeText } from '@wattlot/client/frames';
import type { SettlementHealth } from '@wattlot/client/frames';
import {
  conditionsOf,
  ledgerHeight,
  marketsUnderWay,
  openTrades,
  ordersOf,
  participants,
} from '@wattlot/core';
import type { Event, Instant, LotState, MarketSymbol, OpenTrade, State } from '@wattlot/core';
import type { Admission } from './admission.ts';
import type { Deposits } from './deposits.ts';
import type { Journal } from './journal/journal.ts';
import type { LedgerPort } from './ledger-port.ts';
import type { Sequencer } from './sequencer.ts';

/** What is looked at. */
export interface HealthOptions {
  readonly state: State;
  readonly ledger: LedgerPort;
  readonly journal: Pick<Journal, 'head'>;
  readonly sequencer: Sequencer;
  readonly admission: Admission;
  readonly deposits: Deposits;
  readonly now: () => Instant;
}

/** Looks at all of it, at any time. */
export class Health {
  readonly #options: HealthOptions;
  #blockAt: Instant | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Takes in one committed event: when the last block came. */
  note(event: Event, at: Instant): void {
    if (event.kind === 'ledger.advanced') this.#blockAt = at;
  }

  /** How things stand now. The state may be ahead of the disk by what is on its way. */
  read(): SettlementHealth {
    const { state, ledger, journal, sequencer, admission, deposits, now } = this.#options;
    const open = openTrades(state);
    const oldest = open.length === 0 ? undefined : Math.min(...open.map(({ at }) => at));
    return {
      trades: countOf(open),
      ...(oldest === undefined ? {} : { oldest: timeText(oldest as Instant) }),
      frozen_lots: open
        .flatMap(({ lots }) => lots)
        .reduce((sum, { state: lot, volume }) => {
          return lot === 'overdue' ? sum + volume : sum;
        }, 0),
      ledger_height: ledger.height,
      block: ledgerHeight(state),
      ...(this.#blockAt === undefined ? {} : { block_at: timeText(this.#blockAt) }),
      journal_head: journal.head,
      journal_backlog: sequencer.backlog,
      markets: marketsOf(state),
      waiting: { joins: admission.waiting, deposits: deposits.waiting },
      at: timeText(now()),
    };
  }
}

/** Open trades by the worst state of their lots. */
function countOf(open: readonly OpenTrade[]): SettlementHealth['trades'] {
  const trades = { requested: 0, submitted: 0, overdue: 0 };
  for (const { lots } of open) {
    const has = (wanted: LotState): boolean => lots.some(({ state }) => state === wanted);
    if (has('overdue')) trades.overdue += 1;
    else if (has('requested')) trades.requested += 1;
    else trades.submitted += 1;
  }
  return trades;
}

function marketsOf(state: State): SettlementHealth['markets'] {
  const live = new Map<MarketSymbol, number>();
  for (const { participant } of participants(state)) {
    for (const { market } of ordersOf(state, participant)) {
      live.set(market, (live.get(market) ?? 0) + 1);
    }
  }
  return marketsUnderWay(state).map(({ symbol }) => ({
    symbol,
    phase: conditionsOf(state, symbol)?.phase ?? 'closed',
    live_orders: live.get(symbol) ?? 0,
  }));
}
