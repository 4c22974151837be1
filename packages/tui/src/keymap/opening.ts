/** Keys of the form in which the operator opens a market. */
import { contextOfOpening } from '../operator/act-opening.ts';
import { readOpening } from '../operator/opening.ts';
import type { OperatorAction } from '../operator/operator.ts';
import type { State } from '../fold/state.ts';
import { t } from '../text/language.ts';
import { always, withoutMarket } from './binding.ts';
import type { Binding } from './binding.ts';
import { formKeys } from './form.ts';

function doing(action: OperatorAction): { readonly kind: 'operator'; action: OperatorAction } {
  return { kind: 'operator', action };
}

/** Why Enter opens no market yet. */
function notReady(state: State): string | undefined {
  const { overlay, language } = state;
  const context = contextOfOpening(state);
  if (overlay?.kind !== 'opening' || context === undefined) return undefined;
  const { problem } = readOpening(overlay.opening, context);
  if (problem !== undefined) return problem.text;
  return overlay.opening.field === 'confirm'
    ? undefined
    : t(language, 'Tab to [Confirm], then Enter sends it');
}

function hasNoTime({ overlay, language }: State): string | undefined {
  const field = overlay?.kind === 'opening' ? overlay.opening.field : undefined;
  return field === 'confirm' || field === 'symbol'
    ? t(language, 'Tab to one of the times first')
    : undefined;
}

/** Opens the form. */
export const openMarketKey: Binding = {
  id: 'operator-open-market',
  context: 'operator',
  keys: ['o'],
  label: 'o',
  crib: 'new market',
  help: 'open a new market: its delivery, its gate and its name',
  act: always(doing({ kind: 'open-market' })),
  disabled: withoutMarket,
};

export const openingKeys: readonly Binding[] = [
  {
    id: 'opening-type',
    context: 'opening',
    keys: Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)),
    label: 'a-z 0-9',
    help: 'type into the field; the first character replaces it',
    act: (character) => ({ kind: 'filter', character }),
    takesText: true,
  },
  {
    id: 'opening-erase',
    context: 'opening',
    keys: ['backspace', 'delete'],
    label: 'Backspace',
    help: 'erase a character of the field',
    act: always({ kind: 'unfilter' }),
  },
  {
    id: 'opening-later',
    context: 'opening',
    keys: ['up'],
    label: '↑',
    crib: 'time',
    cribLabel: '↑↓',
    help: 'an hour later; of the gate a quarter',
    act: always(doing({ kind: 'step', by: 1 })),
    disabled: hasNoTime,
  },
  {
    id: 'opening-earlier',
    context: 'opening',
    keys: ['down'],
    label: '↓',
    help: 'an hour earlier; of the gate a quarter',
    act: always(doing({ kind: 'step', by: -1 })),
    disabled: hasNoTime,
  },
  ...formKeys({
    context: 'opening',
    moves: (by) => doing({ kind: 'field', by }),
    sends: doing({ kind: 'confirm' }),
    crib: 'open it',
    help: 'open the market; only while [Confirm] has the focus',
    fieldHelp: 'next field: delivered from, until, traded until, name, [Confirm]',
    closeHelp: 'open nothing',
    notYet: notReady,
  }),
];
