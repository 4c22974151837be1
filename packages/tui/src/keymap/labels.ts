/** How keys are named where they are shown. */
import type { Key } from '../screen/keys.ts';
import type { Binding } from './binding.ts';

const labels: Readonly<Record<Key, string>> = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  enter: 'Enter',
  escape: 'Esc',
  tab: 'Tab',
  'shift-tab': 'Shift-Tab',
  backspace: 'Backspace',
  delete: 'Delete',
  home: 'Home',
  end: 'End',
  ' ': 'Space',
};

/** The name of a key on the screen. */
export function labelOf(key: Key): string {
  return labels[key] ?? (key.startsWith('ctrl-') ? `^${key.slice(5).toUpperCase()}` : key);
}

/** The binding on other keys. */
export function withKeys(binding: Binding, keys: readonly Key[]): Binding {
  const { cribLabel: _gone, ...rest } = binding;
  return { ...rest, keys, label: keys.map(labelOf).join(' ') };
}
