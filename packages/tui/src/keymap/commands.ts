/** The palette's commands: the bindings of the screen below it and those that open a ticket, found by what is typed. */
import type { Binding } from './binding.ts';
import { bindingsIn, isFound, isUsable } from './index.ts';
import type { State } from '../fold/state.ts';

/** Open a ticket, for which the ladder is shown first. */
const ticketIds: readonly string[] = ['bid', 'ask', 'lift', 'hit'];

/** In the order of the table, those of another screen last; empty while there is no palette. */
export function commandsOf(state: State): readonly Binding[] {
  const { overlay, keymap, screen, language } = state;
  if (overlay?.kind !== 'palette') return [];
  const here = bindingsIn(keymap, screen);
  const others = keymap.filter((one) => ticketIds.includes(one.id) && !here.includes(one));
  return [...here, ...others].filter(
    (binding) =>
      binding.id !== 'palette' &&
      isUsable(binding, state) &&
      isFound(binding, overlay.filter, language),
  );
}
