/** The keys that every form has: between its fields and [Confirm], Enter there, and out of it. */
import type { State } from '../fold/state.ts';
import type { Action } from './action.ts';
import type { Message } from '../text/language.ts';
import { always } from './binding.ts';
import type { Binding, KeyContext } from './binding.ts';

export interface Form {
  readonly context: KeyContext;
  /** `+1` for Tab; a form that has two places only is moved through either way. */
  readonly moves: (by: 1 | -1) => Action;
  readonly sends: Action;
  /** What Enter does: a word for the footer, and a line for the help. */
  readonly crib: Message;
  readonly help: Message;
  readonly fieldHelp: Message;
  readonly closeHelp: Message;
  /** Why Enter sends nothing yet. */
  readonly notYet: (state: State) => string | undefined;
}

export function formKeys(form: Form): readonly Binding[] {
  const { context, moves, sends, crib, help, fieldHelp, closeHelp, notYet } = form;
  return [
    {
      id: `${context}-field`,
      context,
      keys: ['tab', 'shift-tab'],
      label: 'Tab',
      crib: 'next',
      help: fieldHelp,
      act: (key) => moves(key === 'tab' ? 1 : -1),
    },
    {
      id: `${context}-confirm`,
      context,
      keys: ['enter'],
      label: 'Enter',
      crib,
      help,
      act: always(sends),
      disabled: notYet,
    },
    {
      id: `${context}-close`,
      context,
      keys: ['escape'],
      label: 'Esc',
      crib: 'back',
      help: closeHelp,
      act: always({ kind: 'close' }),
    },
  ];
}
