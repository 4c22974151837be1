/**
 * What the feed has folded as text and back, for snapshots. Maps and sets come back with their order, which is the order in which things are told. Two places that
 * held the same object hold equal ones afterwards: what is found by identity has to be put together again by whoever loads it.
 */

/** A key that no data of ours has. */
const mark = '\u0000';

/** Plain data, maps and sets in it, as text. Fields that are undefined are left out. */
export function textOf(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) => {
    if (value instanceof Map) return { [mark]: 'map', of: [...value] };
    if (value instanceof Set) return { [mark]: 'set', of: [...value] };
    return value;
  });
}

/** The data of a text that `textOf` made of the same type. The text is trusted: whoever keeps it compares its hash first. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as JSON.parse: the caller knows what was written
export function dataOf<T>(text: string): T {
  return revive(JSON.parse(text)) as T;
}

/** In place, and by hand: a reviver is called for every number and text, and takes ten times as long. */
function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) value[index] = revive(value[index]);
    return value;
  }
  if (isMarked(value)) {
    const { of } = value;
    revive(of);
    return value[mark] === 'map' ? new Map(of as [unknown, unknown][]) : new Set(of);
  }
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const field = fields[key];
    if (typeof field === 'object' && field !== null) fields[key] = revive(field);
  }
  return value;
}

function isMarked(value: object): value is { readonly [mark]: string; readonly of: unknown[] } {
  return mark in value;
}
