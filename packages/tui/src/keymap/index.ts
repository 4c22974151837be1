/** The one table of keys. Footer, help and what a key does all come from it; a key that can do nothing right now says why. */
import type { Key } from '../keys.ts';
import { layoutOf } from '../layout.ts';
import type { State } from '../state.ts';
import type { Binding, KeyContext } from './binding.ts';
import { marketKeys } from './market.ts';
import { otherKeys } from './other.ts';
import { ticketKeys } from './ticket.ts';

/** In the order in which footer and help show them. */
export const keymap: readonly Binding[] = [...marketKeys, ...ticketKeys, ...otherKeys];

/** Where the next key is pressed. */
export function contextOf({ overlay, ticket, columns, rows }: State): KeyContext {
  if (layoutOf(columns, rows).kind === 'compact') {
    // The questions on quitting have room in one line; nothing else does.
    return overlay === undefined || overlay.kind === 'help' ? 'compact' : overlay.kind;
  }
  if (overlay !== undefined) return overlay.kind;
  return ticket === undefined ? 'market' : 'ticket';
}

/** The binding of a key in a context. */
export function bindingOf(context: KeyContext, key: Key): Binding | undefined {
  return keymap.find(
    (binding) =>
      (binding.context === context || binding.context === 'any') && binding.keys.includes(key),
  );
}

/** The bindings that the footer names in a context. */
export function cribOf(context: KeyContext): readonly Binding[] {
  return keymap.filter(
    (binding) =>
      (binding.context === context || (binding.context === 'any' && context === 'market')) &&
      binding.crib !== undefined,
  );
}

const contextTitles: readonly (readonly [Binding['context'], string])[] = [
  ['market', 'Market'],
  ['ticket', 'Ticket'],
  ['any', 'Everywhere'],
];

/** The help's sections, with the bindings whose keys or words hold `filter`. */
export function helpOf(
  filter: string,
): readonly { readonly title: string; readonly bindings: readonly Binding[] }[] {
  const wanted = filter.trim().toLowerCase();
  return contextTitles
    .map(([context, title]) => ({
      title,
      bindings: keymap.filter(
        (binding) =>
          binding.context === context &&
          (wanted === '' ||
            binding.help.toLowerCase().includes(wanted) ||
            binding.label.toLowerCase().split(' ').includes(wanted)),
      ),
    }))
    .filter(({ bindings }) => bindings.length > 0);
}
