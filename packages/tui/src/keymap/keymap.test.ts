/** Every key of the table is pressed, and does what it should. */
import { expect, test } from 'vitest';
import { expectedKeys } from '../testing/expected-keys.ts';
import { expectedScreenKeys } from '../testing/expected-screen-keys.ts';
import { pressed } from '../testing/state.ts';
import { keyContexts } from './binding.ts';
import { bindingsIn, keymap } from './index.ts';

const expectations = { ...expectedKeys, ...expectedScreenKeys };

test.each(keymap.flatMap(({ id, keys }) => keys.map((key) => [id, key] as const)))(
  '%s by %s',
  (id, key) => {
    const expectation = expectations[id];
    if (expectation === undefined) throw new Error(`no test presses ${id}`);
    expectation((state) => pressed(state, key));
  },
);

test('no key stands for two things in one place', () => {
  for (const context of keyContexts) {
    const keys = bindingsIn(keymap, context).flatMap((binding) => binding.keys);
    expect(keys).toHaveLength(new Set(keys).size);
  }
  expect(new Set(keymap.map(({ id }) => id)).size).toBe(keymap.length);
});
