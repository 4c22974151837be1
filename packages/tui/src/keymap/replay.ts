/** Keys of a recorded day. In it they go before all others of the screens; in a live market there are none of them. */
import { selectedOrder } from '../fold/lists.ts';
import { isInOrders } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { t } from '../text/language.ts';
import { always, isWithin } from './binding.ts';
import type { Binding, KeyContext } from './binding.ts';
import { withKeys } from './labels.ts';

function isProving({ replay, language }: State): string | undefined {
  return replay?.work?.kind === 'proving'
    ? t(language, 'the record is still being proved')
    : undefined;
}

function nothingToExplain(state: State): string | undefined {
  const { language, isReadOnly } = state;
  if (isReadOnly)
    return t(language, 'only own orders are explained: --as NAME says whose they are');
  if (!isInOrders(state)) return t(language, 'choose an order on the orders screen first');
  return selectedOrder(state) === undefined ? t(language, 'you have no order') : undefined;
}

export const replayKeys: readonly Binding[] = [
  {
    id: 'why-down',
    context: 'why',
    keys: ['j', 'down'],
    label: 'j ↓',
    crib: 'scroll',
    help: 'scroll down',
    act: always({ kind: 'scroll', by: 1 }),
  },
  {
    id: 'why-up',
    context: 'why',
    keys: ['k', 'up'],
    label: 'k ↑',
    help: 'scroll up',
    act: always({ kind: 'scroll', by: -1 }),
  },
  {
    id: 'why-close',
    context: 'why',
    keys: ['escape', 'enter', 'q'],
    label: 'Esc',
    crib: 'back',
    help: 'back to the orders',
    act: always({ kind: 'close' }),
  },
  {
    id: 'replay-toggle',
    context: 'replay',
    keys: [' '],
    label: 'Space',
    crib: 'play/pause',
    help: 'play the recorded day, or pause it',
    act: always({ kind: 'replay', command: { kind: 'toggle' } }),
    disabled: isProving,
  },
  {
    id: 'replay-entry',
    context: 'replay',
    keys: ['n'],
    label: 'n',
    crib: 'step',
    cribLabel: 'nN',
    help: 'one entry of the journal on',
    act: always({ kind: 'replay', command: { kind: 'step', unit: 'entry', by: 1 } }),
    disabled: isProving,
  },
  {
    id: 'replay-entry-back',
    context: 'replay',
    keys: ['N'],
    label: 'N',
    help: 'one entry of the journal back',
    act: always({ kind: 'replay', command: { kind: 'step', unit: 'entry', by: -1 } }),
    disabled: isProving,
  },
  {
    id: 'replay-trade',
    context: 'replay',
    keys: ['t'],
    label: 't',
    crib: 'trade',
    cribLabel: 'tT',
    help: 'on to the next trade',
    act: always({ kind: 'replay', command: { kind: 'step', unit: 'trade', by: 1 } }),
    disabled: isProving,
  },
  {
    id: 'replay-trade-back',
    context: 'replay',
    keys: ['T'],
    label: 'T',
    help: 'back to the trade before',
    act: always({ kind: 'replay', command: { kind: 'step', unit: 'trade', by: -1 } }),
    disabled: isProving,
  },
  {
    id: 'replay-slower',
    context: 'replay',
    keys: ['<'],
    label: '<',
    crib: 'speed',
    cribLabel: '<>',
    help: 'half as fast',
    act: always({ kind: 'replay', command: { kind: 'speed', by: -1 } }),
    disabled: isProving,
  },
  {
    id: 'replay-faster',
    context: 'replay',
    keys: ['>'],
    label: '>',
    help: 'twice as fast',
    act: always({ kind: 'replay', command: { kind: 'speed', by: 1 } }),
    disabled: isProving,
  },
  {
    id: 'replay-go',
    context: 'replay',
    keys: ['@'],
    label: '@',
    crib: 'go to',
    help: 'go to a time, or to an entry by its number',
    act: always({ kind: 'ask-where' }),
    disabled: isProving,
  },
  {
    id: 'replay-begin',
    context: 'replay',
    keys: ['home'],
    label: 'Home',
    help: 'to the beginning of the day',
    act: always({ kind: 'replay', command: { kind: 'go', to: { seq: 0 } } }),
    disabled: isProving,
  },
  {
    id: 'replay-end',
    context: 'replay',
    keys: ['end'],
    label: 'End',
    help: 'to the end of the day',
    act: always({ kind: 'replay', command: { kind: 'go', to: { seq: Number.MAX_SAFE_INTEGER } } }),
    disabled: isProving,
  },
  {
    id: 'why',
    context: 'replay',
    keys: ['w'],
    label: 'w',
    crib: 'why',
    help: 'why the selected order has not traded',
    act: always({ kind: 'why' }),
    disabled: nothingToExplain,
  },
  {
    id: 'go-type',
    context: 'go',
    keys: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':'],
    label: '0-9 :',
    help: 'type a time such as 14:05, or the number of an entry',
    act: (character) => ({ kind: 'filter', character }),
  },
  {
    id: 'go-erase',
    context: 'go',
    keys: ['backspace', 'delete'],
    label: 'Backspace',
    help: 'erase a digit',
    act: always({ kind: 'unfilter' }),
  },
  {
    id: 'go-there',
    context: 'go',
    keys: ['enter'],
    label: 'Enter',
    crib: 'go there',
    help: 'go there',
    act: always({ kind: 'go' }),
  },
  {
    id: 'go-close',
    context: 'go',
    keys: ['escape'],
    label: 'Esc',
    crib: 'stay',
    help: 'stay here',
    act: always({ kind: 'close' }),
  },
];

const ids = new Set(replayKeys.map(({ id }) => id));
const places: readonly KeyContext[] = ['ladder', 'markets', 'orders', 'wallet', 'log'];

/** The table of a session: without the keys of a recorded day, or with them in front and theirs taken off those that had them on the screens. */
export function keysOf(keys: readonly Binding[], isReplay: boolean): readonly Binding[] {
  const others = keys.filter(({ id }) => !ids.has(id));
  if (!isReplay) return others;
  const own = keys.filter(({ id }) => ids.has(id));
  const taken = new Set(
    own.filter(({ context }) => context === 'replay').flatMap((one) => one.keys),
  );
  const kept = others.flatMap((binding) => {
    if (!places.some((place) => isWithin(place, binding.context))) return [binding];
    const left = binding.keys.filter((key) => !taken.has(key));
    if (left.length === binding.keys.length) return [binding];
    return left.length === 0 ? [] : [withKeys(binding, left)];
  });
  return [...own, ...kept];
}
