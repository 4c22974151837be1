/** The palette's commands: the bindings of the screen below it, found by what is typed. */
import type { Binding } from './binding.ts';
import { bindingsIn, isFound } from './index.ts';
import type { State } from '../fold/state.ts';

/** In the order of the table; empty while there is no palette. */
export function commandsOf({ overlay, keymap, screen, language }: State): readonly Binding[] {
  if (overlay?.kind !== 'palette') return [];
  return bindingsIn(keymap, screen).filter(
    (binding) => binding.id !== 'palette' && isFound(binding, overlay.filter, language),
  );
}
