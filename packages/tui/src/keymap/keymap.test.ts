/** Every key of the table is pressed, and does what it should. */
import { expect, test } from 'vitest';
import { expectedOperatorKeys } from '../testing/expected-operator-keys.ts';
import { expectedKeys } from '../testing/expected-keys.ts';
import { expectedScreenKeys } from '../testing/expected-screen-keys.ts';
import { expectedReplayKeys } from '../testing/expected-replay-keys.ts';
import { pressed } from '../testing/state.ts';
import { keyContexts } from './binding.ts';
import { bindingsIn, keymap } from './index.ts';
import { keysOf } from './replay.ts';

const expectations = {
  ...expectedKeys,
  ...expectedScreenKeys,
  ...expectedReplayKeys,
  ...expectedOperatorKeys,
};

test.each(keymap.flatMap(({ id, keys }) => keys.map((key) => [id, key] as const)))(
  '%s by %s',
  (id, key) => {
    const expectation = expectations[id];
    if (expectation === undefined) throw new Error(`no test presses ${id}`);
    expectation((state) => pressed(state, key));
  },
);

test.each([false, true])(
  'no key stands for two things in one place (recorded day: %s)',
  (isReplay) => {
    for (const context of keyContexts) {
      const keys = bindingsIn(keysOf(keymap, isReplay), context).flatMap((binding) => binding.keys);
      expect(keys).toHaveLength(new Set(keys).size);
    }
    expect(new Set(keymap.map(({ id }) => id)).size).toBe(keymap.length);
  },
);
