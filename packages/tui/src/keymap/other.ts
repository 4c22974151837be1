/** Keys that work everywhere, and the one of a window too small for more. */
import { always } from './binding.ts';
import type { Binding } from './binding.ts';

export const otherKeys: readonly Binding[] = [
  {
    id: 'repaint',
    context: 'any',
    keys: ['ctrl-l'],
    label: '^L',
    help: 'draw the screen anew',
    act: always({ kind: 'repaint' }),
  },
  {
    id: 'interrupt',
    context: 'any',
    keys: ['ctrl-c'],
    label: '^C',
    help: 'quit; pressed again, without an answer',
    act: always({ kind: 'quit' }),
  },
  {
    id: 'compact-quit',
    context: 'compact',
    keys: ['q'],
    label: 'q',
    crib: 'quit',
    help: 'quit; asks what becomes of live orders',
    act: always({ kind: 'quit' }),
  },
];
