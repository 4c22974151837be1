/** When the exchange's process gives memory back: in quiet moments, after its heap has grown, and not while collecting would be felt. */
import { expect, test } from 'vitest';
import { Rest } from '../bin/rest.ts';

const megabyte = 1_000_000;

/** Looks each second at a process that uses so much of a core, with so many megabytes. @returns at which looks it was due. */
function looks(
  rest: Rest,
  seen: readonly { readonly share: number; readonly held: number; readonly used?: number }[],
): readonly number[] {
  const due: number[] = [];
  let busyMs = 0;
  for (const [index, { share, held, used = 20 }] of seen.entries()) {
    busyMs += share * 1_000;
    const [heldBytes, usedBytes] = [held * megabyte, used * megabyte];
    if (!rest.isDue({ atMs: index * 1_000, busyMs, heldBytes, usedBytes })) continue;
    due.push(index);
    rest.collected({ heldBytes: usedBytes });
  }
  return due;
}

const times = <Item>(count: number, item: Item): readonly Item[] =>
  Array.from({ length: count }, () => item);

test('after a busy time it is due once, when it has been quiet for three looks', () => {
  const seen = [...times(10, { share: 0.5, held: 80 }), ...times(10, { share: 0.01, held: 80 })];
  expect(
    looks(
      new Rest(),
      seen.map((one, at) => (at > 12 ? { ...one, held: 21 } : one)),
    ),
  ).toEqual([12]);
});

test('it is due again only when the heap has grown', () => {
  const quiet = { share: 0, held: 25 };
  const seen = [
    ...times(4, { ...quiet, held: 80 }),
    ...times(16, quiet),
    { share: 0.5, held: 40 },
    ...times(3, { ...quiet, held: 40 }),
  ];
  expect(looks(new Rest(), seen)).toEqual([3, 23]);
});

test('it is never due for a busy process, nor for one with so much in use that collecting would be felt', () => {
  expect(looks(new Rest(), times(60, { share: 0.06, held: 200 }))).toEqual([]);
  expect(looks(new Rest(), times(60, { share: 0, held: 300, used: 257 }))).toEqual([]);
});
