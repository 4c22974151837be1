/** The two rows at the bottom: what just happened, and which keys work here. */
import type { OwnOrder } from '@wattlot/client';
import type { Binding } from '../keymap/binding.ts';
import { contextOf, cribOf, isUsable } from '../keymap/index.ts';
import { columnsMax } from '../limits.ts';
import { orderText, shownNotice } from '../fold/notices.ts';
import { placeOf, queueAt, wholePlace } from '../market/place.ts';
import type { Notice, State } from '../fold/state.ts';
import { selectedOrder } from '../fold/lists.ts';
import { isInOrders, marketOf } from '../fold/state.ts';
import { countedIn, t } from '../text/language.ts';
import { fitLine, line, span } from '../text/line.ts';
import { groupedText } from '../text/number.ts';
import type { Line, Span } from '../text/line.ts';
import { widthOf } from '../text/printable.ts';
import { liveOrders } from '../fold/view.ts';
import { settlementOf } from '../text/words.ts';
import { signingBar } from '../fold/signing.ts';
import type { Glyphs, Role } from '../theme.ts';

const toneRoles: Readonly<Record<Notice['tone'], Role>> = {
  plain: 'text',
  good: 'good',
  bad: 'bad',
};

/** The whole transaction id of the selected order's newest settlement. */
function txidLine(state: State): Line {
  if (!isInOrders(state) || state.overlay !== undefined) return line();
  const order = selectedOrder(state);
  const txid = order === undefined ? undefined : settlementOf(order).txid;
  return txid === undefined ? line() : line(span(' tx ', 'muted'), span(txid));
}

/** Own orders that the keys would act on: the selected one, or the first at the ladder's cursor. */
function orderHere(state: State): OwnOrder | undefined {
  if (isInOrders(state)) return selectedOrder(state);
  const { screen, symbol, view, ladder } = state;
  if (screen !== 'ladder' || symbol === undefined) return undefined;
  return liveOrders(view, symbol).find(({ price }) => price === ladder.cursor);
}

/** Of whoever has no orders of his own: which orders rest at the ladder's cursor. */
function queueLine(state: State): Line {
  const { language, screen, ladder, view } = state;
  const market = marketOf(state);
  const hasOrders = !state.isReadOnly || view.orders.size > 0;
  if (hasOrders || screen !== 'ladder' || market === undefined) return line();
  const lots = ladder.cursor === undefined ? undefined : queueAt(market, ladder.cursor);
  if (lots === undefined) return line();
  const text = t(language, '{orders} here, in the order in which they trade: {lots} lots', {
    orders: countedIn(language, lots.length, 'order'),
    // More do not fit into any window.
    lots: lots.slice(0, columnsMax).join(' + '),
  });
  return line(span(` ${text}`, 'muted'));
}

/** The place in the queue of the own order that the cursor or the selection stands on. */
function placeLine(state: State): Line {
  const { overlay, ticket, areAmountsHidden, language, view } = state;
  if (overlay !== undefined || ticket !== undefined || areAmountsHidden) return line();
  const order = orderHere(state);
  const market = order === undefined ? undefined : view.markets.get(order.symbol);
  if (order === undefined || market === undefined) return queueLine(state);
  const place = placeOf(market, order);
  if (place === undefined) return line();
  const wording = { instrument: market.instrument, isDiscreet: false, language };
  const text = t(language, 'your {order}: {place}', {
    order: orderText(wording, order, order.remaining),
    place: wholePlace(place, language),
  });
  return line(span(` ${text}`, 'muted'));
}

/** What is being typed to narrow a list; else how far the wallet is with an order; else the newest message; else what there is more to know about the order that the cursor or the selection stands on. */
export function messageLine(state: State, width: number, glyphs: Glyphs): Line {
  if (state.overlay?.kind === 'filter') {
    const text = `${state.filters[state.screen]}_`;
    return fitLine(line(span(' /', 'key'), span(text, 'field')), width);
  }
  if (state.overlay?.kind === 'go') {
    const n = groupedText(state.replay?.last ?? 0);
    const text = t(state.language, 'Go to a time (14:05:30) or an entry (1 to {n}):', { n });
    return fitLine(line(span(` ${text} `, 'key'), span(`${state.overlay.text}_`, 'field')), width);
  }
  const signing = signingBar(state, width, glyphs);
  if (signing !== undefined) {
    return signing;
  }
  const notice = shownNotice(state);
  if (notice === undefined) {
    const txid = txidLine(state);
    return fitLine(txid.spans.length > 0 ? txid : placeLine(state), width);
  }
  return fitLine(line(span(` ${notice.text}`, toneRoles[notice.tone])), width);
}

/** Always in the footer, whatever else has to give way; in a window with room also those from which everything else is found. */
const lastIds: readonly string[] = ['help', 'ticket-help', 'quit'];
const wideIds: readonly string[] = ['screen-markets', 'palette', ...lastIds];

/** Columns from which on the screens and the commands are named: the keys that trade and cancel come first, and the operator has longer words. */
function wideColumns({ screen }: State): number {
  return screen === 'operator' ? 100 : 80;
}

/** Enter sends: it is named only where it would. */
function isIdleEnter({ keys, disabled }: Binding, state: State): boolean {
  return keys.includes('enter') && disabled?.(state) !== undefined;
}

/** As many keys as fit, in the order of the table; help and quit always. */
export function cribLine(state: State, width: number): Line {
  const { keymap, language, isReadOnly } = state;
  const context = contextOf(state);
  const wordOf = ({ crib }: Binding): string => (crib === undefined ? '' : t(language, crib));
  const bindings = cribOf(keymap, context).filter(
    (one) => isUsable(one, state) && !isIdleEnter(one, state),
  );
  const ids = width < wideColumns(state) ? lastIds : wideIds;
  const last = bindings.filter(({ id }) => ids.includes(id));
  const keysIn = ({ cribLabel, label }: Binding): string =>
    typeof cribLabel === 'function' ? cribLabel(state) : (cribLabel ?? label);
  const cells = (binding: Binding): number =>
    widthOf(keysIn(binding)) + widthOf(wordOf(binding)) + 3;
  const isLadder = isReadOnly && state.replay === undefined && context === 'ladder';
  const reason = isLadder ? `${t(language, 'b s x: off, read-only')}  ` : '';
  let room = width - 1 - widthOf(reason) - last.reduce((sum, one) => sum + cells(one), 0);
  const spans: Span[] = [span(' '), span(reason, 'muted')];
  for (const binding of [...bindings.filter((one) => !last.includes(one)), ...last]) {
    if (!last.includes(binding)) {
      if (cells(binding) > room) continue;
      room -= cells(binding);
    }
    spans.push(span(keysIn(binding), 'key'), span(` ${wordOf(binding)}  `, 'muted'));
  }
  return fitLine({ spans }, width);
}
