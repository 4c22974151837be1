/** All that the terminal knows and shows, as one immutable value. */
import type { EcoinRequest } from '@wattlot/client/frames';
import type { MarketSymbol, OrderId, OrderStory } from '@wattlot/core';
import { referencePrice } from '../market/book.ts';
import { newLadder } from '../market/ladder.ts';
import type { Ladder, LadderSight } from '../market/ladder.ts';
import type { Binding } from '../keymap/binding.ts';
import { barRowsOf, footRows, headRows, layoutOf } from './layout.ts';
import type { LogEntry } from './log.ts';
import { unknownDay } from '../replay/replay.ts';
import type { ReplayPosition } from '../replay/replay.ts';
import { newOperatorView } from '../operator/operator.ts';
import type { OperatorQuestion, OperatorView } from '../operator/operator.ts';
import type { Opening } from '../operator/opening.ts';
import type { Language } from '../text/language.ts';
import { printable } from '../text/printable.ts';
import type { Signing } from './signing.ts';
import type { Ticket } from '../order/ticket.ts';
import { emptyView } from './view.ts';
import type { Market, View } from './view.ts';
import type { WalletSummary } from '../wallet/wallet.ts';

export interface Notice {
  readonly text: string;
  /** The same without amounts, for while they are hidden. */
  readonly discreet: string;
  readonly tone: 'plain' | 'good' | 'bad';
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** Only about the key that was pressed: gone with the next one. */
  readonly isHint?: true;
}

/** What the wallet screen can ask for. */
export type WalletRequest = 'ecoin' | 'energy';

/**
 * What lies over the panes. `palette`: commands by name; `filter`: what is typed narrows the list below; `amount`: what to ask for from the wallet
 * screen, under a reference so that it happens once; `decision`: the operator's question, with the reason that is typed; `opening`: the operator's form for a new market; `quit`: the question; `leaving`: cancels are on their way, by order.
 */
export type Overlay =
  | { readonly kind: 'help'; readonly filter: string; readonly scroll: number }
  | { readonly kind: 'palette'; readonly filter: string; readonly index: number }
  | { readonly kind: 'filter' }
  | {
      readonly kind: 'amount';
      readonly request: WalletRequest;
      readonly text: string;
      readonly isOnConfirm: boolean;
      readonly reference: string;
    }
  /** Where in a recorded day to go. */
  | { readonly kind: 'go'; readonly text: string }
  /** Why an order has not traded; without a story while nobody has told it. */
  | {
      readonly kind: 'why';
      readonly order: OrderId;
      readonly story?: OrderStory;
      readonly scroll: number;
    }
  | {
      readonly kind: 'decision';
      readonly question: OperatorQuestion;
      readonly text: string;
      readonly isOnConfirm: boolean;
    }
  | { readonly kind: 'opening'; readonly opening: Opening }
  | { readonly kind: 'quit' }
  | { readonly kind: 'leaving'; readonly waiting: readonly OrderId[]; readonly until: number };

export type Pane = 'ladder' | 'orders';

/** The whole body of the window shows one of these. */
export const screens = ['markets', 'ladder', 'orders', 'wallet', 'log', 'operator'] as const;
export type Screen = (typeof screens)[number];

export interface State {
  readonly view: View;
  /** The account's name, as its owner gave it. */
  readonly name: string;
  readonly isReadOnly: boolean;
  /** Where a recorded day is; undefined in a live market. */
  readonly replay?: ReplayPosition;
  /** What the household pays its supplier, in ecoin per unit of energy. */
  readonly tariff?: number;
  /** Of the window, less the rows of a recorded day's bar. */
  readonly columns: number;
  readonly rows: number;
  readonly barRows: number;
  /** Milliseconds since 1970 UTC, and minutes east of it. */
  readonly now: number;
  readonly offsetMinutes: number;
  readonly language: Language;
  /** The keys, as their owner has set them. */
  readonly keymap: readonly Binding[];
  readonly screen: Screen;
  /** What narrows the list of a screen; empty for all of it. */
  readonly filters: Readonly<Record<Screen, string>>;
  /** Rows that the list of a screen without a selection has been scrolled down. */
  readonly scroll: number;
  /** Until when the order keys send at once, in milliseconds since 1970 UTC; undefined when each asks first. */
  readonly armedUntil?: number;
  /** When one of them last did. */
  readonly armedSentAt?: number;
  /** What the wallet holds; undefined until it has been read, and for who has none. */
  readonly wallet?: WalletSummary;
  /** Why it could not be read the last time. */
  readonly walletFault?: string;
  /** When it was last asked for. */
  readonly walletAskedAt?: number;
  /** What was asked for and has not come: until there is more of it than there was. In smallest units. */
  readonly awaited?: {
    readonly request: WalletRequest;
    readonly asset: string;
    readonly balance: number;
    /** Which of the two came: the answer is to come, or what was asked for. */
    readonly came?: 'answer' | 'amount';
  };
  /** The operator has said so, and no order was taken since. */
  readonly isSuspended?: true;
  /** One's requests for ecoin, the newest last. */
  readonly ecoinRequests: readonly EcoinRequest[];
  /** The operator's part; who is not the operator has none. */
  readonly operator?: OperatorView;
  /** Oldest first. */
  readonly log: readonly LogEntry[];
  /** The market looked at; the first that the exchange names. */
  readonly symbol?: MarketSymbol;
  readonly pane: Pane;
  readonly ladder: Ladder;
  readonly selected?: OrderId;
  /** Lots with which a ticket opens. */
  readonly lots: number;
  readonly ticket?: Ticket;
  /** The order that the wallet is signing. */
  readonly signing?: Signing;
  readonly overlay?: Overlay;
  readonly areAmountsHidden: boolean;
  /** Whether the chart is a line, and no candles. */
  readonly isLineChart: boolean;
  /** Own orders of which a cancel is on its way or done: pressing again asks for nothing new. */
  readonly cancelling: ReadonlySet<OrderId>;
  /** Oldest first. */
  readonly notices: readonly Notice[];
}

export interface StateOptions {
  readonly name: string;
  readonly isReadOnly: boolean;
  /** A recorded day is to be shown: then the keys are those of one. */
  readonly isReplay?: boolean | undefined;
  /** Shows the operator's screen. */
  readonly isOperator?: boolean | undefined;
  readonly tariff?: number | undefined;
  readonly symbol?: MarketSymbol | undefined;
  readonly columns: number;
  readonly rows: number;
  readonly now: number;
  readonly offsetMinutes: number;
  readonly language?: Language | undefined;
  readonly keymap: readonly Binding[];
  /** What is being done until the first event comes. */
  readonly doing: string;
}

/** Lots with which the first ticket opens. */
const lotsAtFirst = 10;

export function newState(options: StateOptions): State {
  const { tariff, symbol, isReplay = false } = options;
  const barRows = barRowsOf(options.rows, isReplay);
  return {
    ...(isReplay ? { replay: unknownDay } : {}),
    view: emptyView(options.doing),
    name: printable(options.name, 32),
    isReadOnly: options.isReadOnly,
    ...(tariff === undefined ? {} : { tariff }),
    ...(symbol === undefined ? {} : { symbol }),
    columns: options.columns,
    rows: options.rows - barRows,
    barRows,
    now: options.now,
    offsetMinutes: options.offsetMinutes,
    language: options.language ?? 'en',
    keymap: options.keymap,
    screen: options.isOperator === true ? 'operator' : 'ladder',
    ...(options.isOperator === true ? { operator: newOperatorView } : {}),
    filters: { markets: '', ladder: '', orders: '', wallet: '', log: '', operator: '' },
    scroll: 0,
    log: [],
    ecoinRequests: [],
    pane: 'ladder',
    ladder: newLadder,
    lots: lotsAtFirst,
    areAmountsHidden: false,
    isLineChart: false,
    cancelling: new Set(),
    notices: [],
  };
}

/** The market looked at, once the exchange has described it. */
export function marketOf({ view, symbol }: State): Market | undefined {
  return symbol === undefined ? undefined : view.markets.get(symbol);
}

/** What lies below. */
export function withoutOverlay({ overlay: _gone, ...state }: State): State {
  return state;
}

/** What time it is in the market looked at: now, or in a recorded day then. */
export function timeOf({ replay, now }: State): number {
  return replay?.at ?? now;
}

/** Whether the order keys send at once: for a while after somebody asked for it, and only while connected. */
export function isArmed({ armedUntil, now, view }: State): boolean {
  return armedUntil !== undefined && now < armedUntil && view.connection.state === 'live';
}

/** Whether the list of orders is what keys act on. */
export function isInOrders({ screen, pane }: State): boolean {
  return screen === 'orders' || (screen === 'ladder' && pane === 'orders');
}

/** Rows of the ladder's pane that are not prices: title, columns, cursor line, and the row of the spread. */
export const ladderRowsBeside = 4;

/** What the ladder needs to know to place itself; undefined before there is a market. */
export function sightOf(state: State): LadderSight | undefined {
  const market = marketOf(state);
  if (market === undefined) return undefined;
  const layout = layoutOf(state.columns, state.rows);
  const height =
    layout.kind === 'compact' ? state.rows - headRows - footRows : layout.ladder.height;
  return {
    instrument: market.instrument,
    reference: referencePrice(market.instrument, market.book, market.trades[0]?.price),
    rows: Math.max(1, height - ladderRowsBeside),
  };
}
