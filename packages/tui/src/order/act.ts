/** What the keys do that open, change and send a ticket; and one-key trading, which does without. Pure. */
import { oppositeOf } from '@wattlot/core';
import type { Side } from '@wattlot/core';
import { bestOf } from '../market/book.ts';
import { moveCursor } from '../market/ladder.ts';
import { armedIntervalMs, armedMs } from '../limits.ts';
import { orderText, withNotice } from '../fold/notices.ts';
import { isArmed, marketOf, sightOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import type { Moment, Step } from '../fold/messages.ts';
import { countedIn, t } from '../text/language.ts';
import { withMarket } from '../fold/act-screens.ts';
import { amendTargets } from '../keymap/amend.ts';
import { previewOf } from './preview.ts';
import { protectionOf } from './protection.ts';
import { priceText } from '../text/number.ts';
import { amendTicket, cycleKind, cycleUntil } from './ticket.ts';
import { openTicket, priceOf, stepVolume, volumeOf, withPrice } from './ticket.ts';
import type { Ticket } from './ticket.ts';
import { contextIn } from './ticket-context.ts';

function only(state: State): Step {
  return { state, effects: [] };
}

function ticketFor(
  state: State,
  { side, at }: { readonly side: Side; readonly at: 'cursor' | 'best' },
  moment: Moment,
): Ticket | undefined {
  const market = marketOf(state);
  if (market === undefined) return undefined;
  const best = at === 'best' ? bestOf(market.book, oppositeOf(side)) : undefined;
  const price = best ?? state.ladder.cursor;
  if (price === undefined) return undefined;
  return openTicket(market.instrument, {
    clientOrderId: moment.mintClientOrderId(),
    side,
    volume: Math.min(state.lots, market.instrument.volumeMax),
    price,
    kind: at === 'best' ? 'ioc' : 'gtc',
  });
}

/** SAFE: opens the ticket. ARMED: sends its order at once, unless something stands against it; then the ticket opens and says what. */
export function open(
  state: State,
  wanted: { readonly side: Side; readonly at: 'cursor' | 'best' },
  moment: Moment,
): Step {
  const market = marketOf(state);
  const ticket = ticketFor(state, wanted, moment);
  if (market === undefined || ticket === undefined) return only(state);
  const { language } = state;
  const opened = only({ ...state, screen: 'ladder', ticket });
  if (!isArmed(state)) return opened;
  if (state.now - (state.armedSentAt ?? -Infinity) < armedIntervalMs) {
    return only(withNotice(state, 'plain', t(language, 'one order at a time: press again')));
  }
  const { wish } = previewOf(ticket, contextIn(state, market));
  if (wish === undefined) return opened;
  const [text, discreet] = [false, true].map((isHidden) =>
    t(language, 'Sent: {order}', {
      order: orderText(
        { instrument: market.instrument, isDiscreet: isHidden, language },
        wish,
        wish.volume,
      ),
    }),
  );
  return {
    state: withNotice({ ...state, armedSentAt: state.now }, 'plain', text ?? '', discreet),
    effects: [{ kind: 'place', wish }],
  };
}

/** ARMED for a while, or SAFE again. */
export function arm(state: State): State {
  const { armedUntil: _gone, ...safe } = state;
  if (isArmed(state))
    return withNotice(safe, 'plain', t(state.language, 'SAFE: each order asks first'));
  const { ladder, lots, language } = state;
  const sight = sightOf(state);
  // A price that goes with the market is not one that a person chose: where nothing is asked, it has to stand.
  const held =
    sight === undefined || ladder.cursor === undefined
      ? ladder
      : moveCursor(ladder, sight, ladder.cursor);
  const text = t(language, 'ARMED for {seconds} s: b s B S send {lots} at once; A ends it', {
    seconds: armedMs / 1000,
    lots: countedIn(language, lots, 'lot'),
  });
  return withNotice({ ...state, ladder: held, armedUntil: state.now + armedMs }, 'bad', text);
}

/** The state with its ticket changed, if there is one. */
export function withTicket(state: State, change: (ticket: Ticket) => Ticket): State {
  return state.ticket === undefined ? state : { ...state, ticket: change(state.ticket) };
}

/** More or fewer lots in the ticket, or in the next one; more or less in its price. */
export function size(state: State, by: number): State {
  if (state.ticket?.field === 'price') return stepPrice(state, by);
  if (state.ticket !== undefined) return withTicket(state, (ticket) => stepVolume(ticket, by));
  const most = marketOf(state)?.instrument.volumeMax ?? Number.MAX_SAFE_INTEGER;
  return { ...state, lots: Math.min(most, Math.max(1, state.lots + by)) };
}

/** The ticket's price some ticks up, the cursor with it. */
export function stepPrice(state: State, by: number): State {
  const sight = sightOf(state);
  if (sight === undefined || state.ticket === undefined) return state;
  const { instrument } = sight;
  const from = priceOf(instrument, state.ticket) ?? state.ladder.cursor ?? sight.reference;
  const ladder = moveCursor(state.ladder, sight, from + by * instrument.tick);
  const price = ladder.cursor ?? from;
  return withTicket({ ...state, ladder }, (ticket) => withPrice(ticket, instrument, price));
}

/** Opens the ticket with the own order that the cursor or the selection stands on; of several at one price with the one that was placed first. */
export function amend(before: State, moment: Moment): Step {
  const targets = amendTargets(before);
  const [order] = targets;
  const market = order === undefined ? undefined : before.view.markets.get(order.symbol);
  if (order === undefined || market === undefined) return only(before);
  const state = { ...withMarket(before, order.symbol), screen: 'ladder' as const };
  const sight = sightOf(state);
  const ladder = sight === undefined ? state.ladder : moveCursor(state.ladder, sight, order.price);
  const ticket = amendTicket(market.instrument, order, moment.mintClientOrderId());
  const opened: State = { ...state, ladder, ticket, selected: order.order };
  if (targets.length === 1) return only(opened);
  const text = t(state.language, '{n} orders here: this is the first; the list has the others', {
    n: targets.length,
  });
  return only(withNotice(opened, 'plain', text));
}

/** Another kind of order; a market order gets the price that protects it. */
export function changeKind(state: State): State {
  const market = marketOf(state);
  if (market === undefined) return state;
  const { instrument } = market;
  return withTicket(state, (ticket) => {
    const volume = volumeOf(ticket) ?? 1;
    const protection = protectionOf(market, { side: ticket.side, volume });
    return cycleKind(ticket, state, priceText(instrument, protection));
  });
}

/** Another end of an order that has one. */
export function changeUntil(state: State): State {
  return withTicket(state, (ticket) => cycleUntil(ticket, state));
}

/** Sends the ticket, unless something stands against it. */
export function confirm(state: State): Step {
  const market = marketOf(state);
  const { ticket, language } = state;
  if (market === undefined || ticket === undefined) return only(state);
  const preview = previewOf(ticket, contextIn(state, market));
  const { wish, amendment, problem = preview.note ?? '' } = preview;
  const sending: State = { ...state, ticket: { ...ticket, phase: { kind: 'sending' } } };
  if (amendment !== undefined) {
    return { state: sending, effects: [{ kind: 'amend', ...amendment }] };
  }
  if (wish === undefined) {
    return only(withNotice(state, 'bad', t(language, 'Not sent: {problem}', { problem })));
  }
  return {
    state: { ...sending, lots: volumeOf(ticket) ?? state.lots },
    effects: [{ kind: 'place', wish }],
  };
}
