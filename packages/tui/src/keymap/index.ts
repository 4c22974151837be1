/** The one table of keys. Footer, help and what a key does all come from it; a key that can do nothing right now says why. */
import type { Key } from '../screen/keys.ts';
import { layoutOf } from '../fold/layout.ts';
import type { State } from '../fold/state.ts';
import type { Language, Message } from '../text/language.ts';
import { t } from '../text/language.ts';
import { isWithin } from './binding.ts';
import type { Binding, KeyContext } from './binding.ts';
import { amendKeys, ladderKeys, orderKeys } from './ladder.ts';
import { operatorKeys } from './operator.ts';
import { openingKeys } from './opening.ts';
import { otherKeys } from './other.ts';
import { replayKeys } from './replay.ts';
import { overlayKeys } from './overlay.ts';
import { cancelKeys, listKeys, screenKeys } from './screens.ts';
import { ticketKeys } from './ticket.ts';

/** In the order in which footer and help show them. */
export const keymap: readonly Binding[] = [
  ...orderKeys,
  ...cancelKeys,
  ...amendKeys,
  ...ladderKeys,
  ...operatorKeys,
  ...openingKeys,
  ...listKeys,
  ...screenKeys,
  ...ticketKeys,
  ...overlayKeys,
  ...replayKeys,
  ...otherKeys,
];

/** Where the next key is pressed. */
export function contextOf({ overlay, ticket, screen, columns, rows }: State): KeyContext {
  if (layoutOf(columns, rows).kind === 'compact') {
    // The questions on quitting have room in one line; nothing else does.
    return overlay?.kind === 'quit' || overlay?.kind === 'leaving' ? overlay.kind : 'compact';
  }
  if (overlay !== undefined) return overlay.kind;
  return ticket === undefined ? screen : 'ticket';
}

/** The bindings that hold in a context, in the order of the table. */
export function bindingsIn(keys: readonly Binding[], context: KeyContext): readonly Binding[] {
  return keys.filter((binding) => isWithin(context, binding.context));
}

/** The binding of a key in a context; where text is typed, a character without one of its own is text. */
export function bindingOf(
  keys: readonly Binding[],
  context: KeyContext,
  key: Key,
): Binding | undefined {
  const here = bindingsIn(keys, context);
  const isCharacter = [...key].length === 1;
  return (
    here.find((binding) => binding.keys.includes(key)) ??
    (isCharacter ? here.find(({ takesText }) => takesText) : undefined)
  );
}

/** The bindings that the footer names in a context. */
export function cribOf(keys: readonly Binding[], context: KeyContext): readonly Binding[] {
  const isScreen = isWithin(context, 'screens');
  return bindingsIn(keys, context).filter(
    ({ crib, context: scope }) => crib !== undefined && (scope !== 'any' || isScreen),
  );
}

const sections: readonly (readonly [Binding['context'], Message])[] = [
  ['replay', 'Recorded day'],
  ['ladder', 'Ladder'],
  ['lists', 'Lists'],
  ['markets', 'Markets'],
  ['orders', 'Orders'],
  ['wallet', 'Wallet'],
  ['operator', 'Operator'],
  ['decision', 'Decision'],
  ['screens', 'Every screen'],
  ['ticket', 'Ticket'],
  ['any', 'Everywhere'],
];

/** Whether what is typed stands in a binding's words, or is one of its keys. */
export function isFound(binding: Binding, filter: string, language: Language): boolean {
  const wanted = filter.trim().toLowerCase();
  return (
    wanted === '' ||
    t(language, binding.help).toLowerCase().includes(wanted) ||
    binding.id.includes(wanted) ||
    binding.label.toLowerCase().split(' ').includes(wanted)
  );
}

/** Of no use without an account that trades. */
const orderIds: readonly string[] = [
  'bid',
  'ask',
  'lift',
  'hit',
  'amend',
  'amend-listed',
  'cancel',
  'cancel-all',
  'cancel-market',
  'larger',
  'smaller',
  'arm',
  'request-ecoin',
  'issue-energy',
];

/** Whether a binding is worth naming to whoever sits here: who cannot trade is not offered to, nor energy to a wallet that is known to have no meter. */
export function isUsable(
  { id, context }: Binding,
  { isReadOnly, replay, wallet }: Pick<State, 'isReadOnly' | 'replay' | 'wallet'>,
): boolean {
  if (id === 'issue-energy' && wallet !== undefined && wallet.meter === undefined) return false;
  const isWatching = isReadOnly || replay !== undefined;
  return !isWatching || (!orderIds.includes(id) && context !== 'ticket');
}

/** The help's sections, what works in `context` first, with the bindings whose keys or words hold `filter`. */
export function helpOf(
  keys: readonly Binding[],
  filter: string,
  context: KeyContext,
  language: Language,
): readonly { readonly title: Message; readonly bindings: readonly Binding[] }[] {
  const rank = (scope: Binding['context']): number => (isWithin(context, scope) ? 0 : 1);
  return sections
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .map(([scope, title]) => ({
      title,
      bindings: keys.filter(
        (binding) => binding.context === scope && isFound(binding, filter, language),
      ),
    }))
    .filter(({ bindings }) => bindings.length > 0);
}
