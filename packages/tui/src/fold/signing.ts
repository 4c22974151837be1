/** An order whose lots the wallet signs: how far it is, and stopping it. */
import type { AgentProgress } from '@wattlot/client';
import type { OrderId } from '@wattlot/core';
import { signingShownAfterMs } from '../limits.ts';
import { orderText } from './notices.ts';
import { progressLine } from '../panes/progress.ts';
import type { State } from './state.ts';
import { t } from '../text/language.ts';
import { fitLine, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import type { Glyphs } from '../theme.ts';

export interface Signing {
  readonly order: OrderId;
  /** Lots signed and handed over, of those asked for. */
  readonly lots: number;
  readonly of: number;
  /** Milliseconds since 1970 UTC. */
  readonly startedAt: number;
}

/** The state after the wallet has told how far it is. It is at one order at a time. */
export function onProgress(state: State, { order, lots, of, state: is }: AgentProgress): State {
  const { signing, ...rest } = state;
  if (is !== 'working') return signing?.order === order ? rest : state;
  const startedAt = signing?.order === order ? signing.startedAt : state.now;
  return { ...state, signing: { order, lots, of, startedAt } };
}

/** The bar of it in one row; undefined while there is nothing to show, as for what is over before it could be read. */
export function signingBar(state: State, width: number, glyphs: Glyphs): Line | undefined {
  const { signing, now, view, language, areAmountsHidden: isDiscreet } = state;
  if (signing === undefined || now - signing.startedAt < signingShownAfterMs) return undefined;
  const own = view.orders.get(signing.order);
  const instrument = own === undefined ? undefined : view.markets.get(own.symbol)?.instrument;
  const order =
    own === undefined || instrument === undefined
      ? t(language, 'your order')
      : orderText({ instrument, isDiscreet, language }, own, own.remaining || own.volume);
  if (state.cancelling.has(signing.order)) {
    // Nobody knows how long that takes: a bar that stands still would say something else.
    const text = t(language, 'Stopping: {order}; what was signed is made worthless', { order });
    return fitLine(line(span(` ${text}`, 'title')), width);
  }
  const { lots, of, startedAt } = signing;
  const perSecond = lots === 0 || isDiscreet ? undefined : (lots * 1000) / (now - startedAt);
  const progress = {
    label: t(language, 'Signing {order}', { order }),
    done: lots,
    of,
    perSecond,
    rate: '{n} lots/s' as const,
    hint: t(language, 'Esc cancels it'),
  };
  return fitLine(progressLine(progress, width, glyphs, language), width);
}

/** Why there is nothing to stop. */
export function cannotStop({ signing, cancelling, replay, language }: State): string | undefined {
  if (replay !== undefined) {
    return replay.work === undefined ? t(language, 'nothing is under way') : undefined;
  }
  if (signing === undefined) return t(language, 'nothing is under way');
  return cancelling.has(signing.order) ? t(language, 'it is being cancelled') : undefined;
}
