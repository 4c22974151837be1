/** What the keys do that open, change and send a ticket; and one-key trading, which does without. Pure. */
import { oppositeOf } from '@wattlot/core';
import type { Side } from '@wattlot/core';
import { bestOf } from './book.ts';
import { moveCursor } from './ladder.ts';
import { armedIntervalMs, armedMs } from './limits.ts';
import { orderText, withNotice } from './notices.ts';
import { isArmed, marketOf, sightOf } from './state.ts';
import type { Moment, State, Step } from './state.ts';
import { t } from './text/language.ts';
import { openTicket, previewOf, priceOf, stepVolume, volumeOf, withPrice } from './ticket.ts';
import type { Ticket } from './ticket.ts';

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
    timeInForce: at === 'best' ? 'ioc' : 'gtc',
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
  const { view, language, areAmountsHidden: isDiscreet } = state;
  const opened = only({ ...state, screen: 'ladder', ticket });
  if (!isArmed(state)) return opened;
  if (state.now - (state.armedSentAt ?? -Infinity) < armedIntervalMs) {
    return only(withNotice(state, 'plain', t(language, 'one order at a time: press again')));
  }
  const { wish } = previewOf(ticket, { market, view, language, isDiscreet });
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
  const seconds = armedMs / 1000;
  return withNotice(
    { ...state, armedUntil: state.now + armedMs },
    'bad',
    t(state.language, 'ARMED for {seconds} s: b s B S send at once; A ends it', { seconds }),
  );
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

/** Sends the ticket, unless something stands against it. */
export function confirm(state: State): Step {
  const market = marketOf(state);
  const { ticket, view } = state;
  if (market === undefined || ticket === undefined) return only(state);
  const isDiscreet = state.areAmountsHidden;
  const { language } = state;
  const preview = previewOf(ticket, { market, view, language, isDiscreet });
  const { wish, problem = t(language, 'this order cannot be sent') } = preview;
  if (wish === undefined) {
    return only(withNotice(state, 'bad', t(language, 'Not sent: {problem}', { problem })));
  }
  return {
    state: {
      ...state,
      lots: volumeOf(ticket) ?? state.lots,
      ticket: { ...ticket, phase: { kind: 'sending' } },
    },
    effects: [{ kind: 'place', wish }],
  };
}
