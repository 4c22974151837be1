/** What the keys of the screens, their lists and what lies over them do to the state. Pure. */
import { toAmount } from '@wattlot/core';
import type { Amount, MarketSymbol } from '@wattlot/core';
import { moveInOperator, typeReason } from '../operator/act.ts';
import { typeInOpening } from '../operator/act-opening.ts';
import { newLadder } from '../market/ladder.ts';
import { footRows, headRows } from './layout.ts';
import { fieldCharactersMax, filterCharactersMax } from '../limits.ts';
import { shownLog, shownMarkets, shownOrders } from './lists.ts';
import { withNotice } from './notices.ts';
import { readOperator } from '../operator/outcomes.ts';
import { awaiting } from './standing.ts';
import { marketOf, withoutOverlay } from './state.ts';
import type { Screen, State, WalletRequest } from './state.ts';
import type { Moment, Step } from './messages.ts';
import { t } from '../text/language.ts';
import { ecoinText, energyText } from '../text/number.ts';
import { detailScrollMax } from '../panes/orders-screen.ts';
import { groupsOf } from '../wallet/wallet.ts';

function only(state: State): Step {
  return { state, effects: [] };
}

/** The state with the list of its screen narrowed. */
export function withFilter(state: State, text: string): State {
  return { ...state, scroll: 0, filters: { ...state.filters, [state.screen]: text } };
}

/** Another screen; the wallet's is read when it comes into sight. */
export function openScreen(state: State, screen: Screen): Step {
  const shown: State = { ...state, screen, pane: 'ladder', scroll: 0 };
  if (screen === 'operator') return readOperator(shown);
  if (screen !== 'wallet' || state.isReadOnly) return only(shown);
  return { state: { ...shown, walletAskedAt: state.now }, effects: [{ kind: 'read-wallet' }] };
}

/** The state with another market; whoever was ARMED for the old one is SAFE in the new one. */
export function withMarket(state: State, symbol: MarketSymbol): State {
  if (symbol === state.symbol) return state;
  const { armedUntil: _gone, ...safe } = state;
  return { ...safe, symbol, ladder: newLadder };
}

/** The market after or before the one looked at, round and round. */
export function nextMarket(state: State, by: 1 | -1): State {
  const symbols = [...state.view.markets.keys()];
  const index = symbols.findIndex((symbol) => symbol === state.symbol);
  const next = symbols[(index + by + symbols.length) % symbols.length];
  return next === undefined ? state : withMarket(state, next);
}

function clamped(index: number, count: number): number {
  return Math.max(0, Math.min(count - 1, index));
}

/** Rows of a screen that can be scrolled away: the last one always stays in sight. */
export function scrollMax(state: State): number {
  const rows = state.rows - headRows - footRows;
  if (state.screen === 'orders') return detailScrollMax(state);
  if (state.screen === 'log') return Math.max(0, shownLog(state).length - (rows - 2));
  const outputs = state.wallet?.outputs ?? [];
  return Math.max(0, groupsOf(outputs).length + outputs.length - 1);
}

/** `steps` up in the list of the screen: another selection, or the rows scrolled where there is none. */
export function moveInList(state: State, steps: number): State {
  if (state.screen === 'markets') {
    const shown = shownMarkets(state);
    const index = shown.findIndex(([symbol]) => symbol === state.symbol);
    const next = shown[clamped(index - steps, shown.length)];
    return next === undefined ? state : withMarket(state, next[0]);
  }
  if (state.screen === 'operator') return moveInOperator(state, steps);
  if (state.screen === 'log' || state.screen === 'wallet') {
    return { ...state, scroll: Math.max(0, Math.min(scrollMax(state), state.scroll - steps)) };
  }
  const shown = shownOrders(state);
  const index = shown.findIndex(({ order }) => order === state.selected);
  const next = shown[clamped(Math.max(0, index) - steps, shown.length)];
  return next === undefined ? state : { ...state, selected: next.order, scroll: 0 };
}

function amountText(before: string, after: string): string {
  return /^\d*\.?\d*$/.test(after) && after.length <= fieldCharactersMax ? after : before;
}

/** Changes the text that is being typed: a search, a filter or an amount. */
export function typeText(state: State, change: (text: string) => string): State {
  const { overlay } = state;
  switch (overlay?.kind) {
    case 'help':
      return {
        ...state,
        overlay: {
          kind: 'help',
          filter: change(overlay.filter).slice(0, filterCharactersMax),
          scroll: 0,
        },
      };
    case 'palette':
      return {
        ...state,
        overlay: {
          kind: 'palette',
          filter: change(overlay.filter).slice(0, filterCharactersMax),
          index: 0,
        },
      };
    case 'filter':
      return withFilter(state, change(state.filters[state.screen]).slice(0, filterCharactersMax));
    case 'decision':
      return typeReason(state, change);
    case 'opening':
      return typeInOpening(state, change);
    case 'amount':
      return {
        ...state,
        overlay: {
          ...overlay,
          text: amountText(overlay.text, change(overlay.text)),
          isOnConfirm: false,
        },
      };
    default:
      return state;
  }
}

/** The command after or before the chosen one, of `count`. */
export function chooseCommand(state: State, by: 1 | -1, count: number): State {
  const { overlay } = state;
  if (overlay?.kind !== 'palette') return state;
  return { ...state, overlay: { ...overlay, index: clamped(overlay.index + by, count) } };
}

export function askAmount(state: State, request: WalletRequest, moment: Moment): State {
  const reference = moment.mintClientOrderId();
  return {
    ...state,
    overlay: { kind: 'amount', request, text: '', isOnConfirm: false, reference },
  };
}

export function moveAmountField(state: State): State {
  const { overlay } = state;
  if (overlay?.kind !== 'amount') return state;
  return { ...state, overlay: { ...overlay, isOnConfirm: !overlay.isOnConfirm } };
}

/** What an amount in decimals is in smallest units; undefined when it is none, is zero, or has more decimals than the asset. */
function unitsOf(text: string, precision: number): Amount | undefined {
  const match = /^(\d+)(?:\.(\d*))?$/.exec(text);
  const decimals = match?.[2] ?? '';
  if (match === null || decimals.length > precision) return undefined;
  const units = toAmount(Number(`${match[1] ?? ''}${decimals.padEnd(precision, '0')}`));
  return units === undefined || units === 0 ? undefined : units;
}

/** Sends the request of the wallet screen, once. */
export function confirmAmount(state: State): Step {
  const { overlay, language } = state;
  const market = marketOf(state);
  if (overlay?.kind !== 'amount' || market === undefined) return only(state);
  const { instrument } = market;
  const isEcoin = overlay.request === 'ecoin';
  const precision = isEcoin ? instrument.quotePrecision : instrument.basePrecision;
  const amount = unitsOf(overlay.text, precision);
  if (amount === undefined) {
    const text = t(language, 'type an amount above 0 with at most {n} decimals', { n: precision });
    return only(withNotice(state, 'bad', text));
  }
  const said = isEcoin ? ecoinText(instrument, amount) : energyText(instrument, amount);
  const message = isEcoin ? 'Requesting {amount} ecoin' : 'Issuing {amount} kWh';
  const text = t(language, message, { amount: said });
  return {
    state: withNotice(
      awaiting(withoutOverlay(state), overlay.request),
      'plain',
      text,
      t(language, message, { amount: '***' }),
    ),
    effects: [
      isEcoin
        ? { kind: 'request-ecoin', amount, reference: overlay.reference }
        : { kind: 'issue-energy', amount, reference: overlay.reference },
    ],
  };
}
