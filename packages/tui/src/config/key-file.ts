/** The key file: other keys for what the table of keys names. Each line gives one of its entries all its keys. */
import { isWithin, keyContexts } from '../keymap/binding.ts';
import type { Binding } from '../keymap/binding.ts';
import type { Key } from '../screen/keys.ts';
import { keyNames } from '../screen/keys.ts';
import { keysOf } from '../keymap/replay.ts';
import { labelOf, withKeys } from '../keymap/labels.ts';
import { isPrintable } from '../text/printable.ts';
import { ConfigError, quoted, readLines } from '@wattlot/client/config';

/** Nobody may lose these, or find them under a key that is pressed by habit: what sends, what cancels all, what ends, and typing. */
function isFixed({ id, takesText }: Binding): boolean {
  const fixed = ['confirm', 'amount-confirm', 'cancel-all', 'interrupt', 'digits', 'amount-type'];
  return takesText === true || fixed.includes(id);
}

function keyOf(name: string): Key | undefined {
  if (name === 'space') return ' ';
  if (keyNames.includes(name) || /^ctrl-[a-z]$/.test(name)) return name;
  return [...name].length === 1 && isPrintable(name) ? name : undefined;
}

/** Two bindings that one key would mean in one place. */
function clashOf(
  table: readonly Binding[],
): { key: Key; first: Binding; second: Binding } | undefined {
  for (const context of keyContexts) {
    const owners = new Map<Key, Binding>();
    for (const second of table.filter((one) => isWithin(context, one.context))) {
      // Where text is typed, a key with a meaning of its own goes before the letter that it is.
      if (second.takesText === true) continue;
      for (const key of second.keys) {
        const first = owners.get(key);
        if (first !== undefined) return { key, first, second };
        owners.set(key, second);
      }
    }
  }
  return undefined;
}

/**
 * The table of keys with the file's keys in it.
 * @throws ConfigError with the file, the line and what is allowed: an entry that does not exist or is fixed, a key that does not, a key with two meanings.
 */
export function readKeyFile(
  file: string,
  text: string,
  table: readonly Binding[],
): readonly Binding[] {
  const free = table.filter((binding) => !isFixed(binding)).map(({ id }) => id);
  const lines = new Map<string, number>();
  const changed = new Map<string, readonly Key[]>();
  for (const { line, name, value } of readLines(file, text, free)) {
    const keys = value.split(/\s+/).map((one) => {
      const key = keyOf(one);
      if (key !== undefined) return key;
      const allowed = `one character, space, ctrl-a to ctrl-z, ${keyNames.join(', ')}`;
      throw new ConfigError(file, line, `there is no key ${quoted(one)}; allowed: ${allowed}`);
    });
    lines.set(name, line);
    changed.set(name, keys);
  }
  const merged = table.map((binding) => {
    const keys = changed.get(binding.id);
    return keys === undefined ? binding : withKeys(binding, keys);
  });
  const clash = clashOf(keysOf(merged, false)) ?? clashOf(keysOf(merged, true));
  if (clash === undefined) return merged;
  const { key, first, second } = clash;
  const line = Math.max(lines.get(first.id) ?? 0, lines.get(second.id) ?? 0);
  const what = `${labelOf(key)} would be the key of ${first.id} and of ${second.id}; give one of them another`;
  throw new ConfigError(file, line, what);
}
