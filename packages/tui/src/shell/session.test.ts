import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { runSession } from './session.tsx';
import type { Ending, SessionOptions } from './session.tsx';
import { keymap } from '../keymap/index.ts';
import { realClock } from './clock.ts';
import { headlessTerminal } from '../testing/headless.ts';
import type { HeadlessTerminal } from '../testing/headless.ts';
import { opening, orderId, ownOrder } from '../testing/market.ts';
import { scriptedClient } from '../testing/scripted-client.ts';
import type { Script, ScriptedClient } from '../testing/scripted-client.ts';
import { makeTheme } from '../theme.ts';

class Keyboard extends EventEmitter {
  readonly modes: boolean[] = [];
  setRawMode(isRaw: boolean): void {
    this.modes.push(isRaw);
  }
  setEncoding(): void {}
  resume(): void {}
  pause(): void {}
  press(text: string): void {
    this.emit('data', text);
  }
}

interface Session {
  readonly terminal: HeadlessTerminal;
  readonly keyboard: Keyboard;
  readonly script: ScriptedClient;
  readonly logged: string[];
  readonly ended: Promise<Ending>;
  /** Waits until the screen shows a text. */
  readonly shows: (text: string) => Promise<void>;
}

/** A session whose connection opens when `mayOpen` has been kept. */
function started(
  script: Script,
  change: Partial<SessionOptions> = {},
  mayOpen: Promise<void> = Promise.resolve(),
): Session {
  const terminal = headlessTerminal(80, 24);
  const keyboard = new Keyboard();
  const client = scriptedClient(script);
  const logged: string[] = [];
  const ended = runSession({
    open: async () => {
      await mayOpen;
      // Whoever listens in the turn in which the connection is there misses nothing.
      setImmediate(() => {
        client.say(...opening);
      });
      return { client: client.client, close: () => client.client.close() };
    },
    doing: 'connecting to the script',
    name: 'house-07',
    isReadOnly: false,
    keymap,
    theme: makeTheme({ colorDepth: 8 }),
    keyboard,
    canvas: terminal.canvas,
    clock: realClock,
    log: (text) => logged.push(text),
    ...change,
  });
  return {
    terminal,
    keyboard,
    script: client,
    logged,
    ended,
    shows: async (text) => {
      for (;;) {
        await terminal.settle();
        if (terminal.rows().some((row) => row.includes(text))) return;
        await new Promise(setImmediate);
      }
    },
  };
}

test('a person bids with four keys, sees the order on the book, and leaves', async () => {
  const { promise: mayOpen, resolve: open } = Promise.withResolvers<void>();
  const onPlace: Script['onPlace'] = (wish) => {
    const own = ownOrder(12, wish.side, wish.volume, wish.price);
    const order = { ...own, clientOrderId: wish.clientOrderId };
    script.say({ kind: 'orders', snapshot: false, orders: [order] });
    return Promise.resolve({ kind: 'yes', value: { order: orderId(12) } });
  };
  const { terminal, keyboard, script, ended, shows } = started({ onPlace }, {}, mayOpen);
  expect(keyboard.modes).toEqual([true]);
  await shows('connecting to the script');
  open();
  await shows('mid 150.0');
  expect(terminal.isAlternate).toBe(true);
  keyboard.press('b7\t');
  await shows('[ Confirm ]');
  keyboard.press('\r');
  await shows('On the book: bid 7 lots at 150');
  expect(script.placed).toMatchObject([{ side: 'bid', price: 150, volume: 7 }]);
  keyboard.press('q');
  await shows('4 orders of yours on the book');
  keyboard.press('k');
  expect(await ended).toEqual({ kind: 'quit', liveOrders: 4 });
  await terminal.settle();
  expect(terminal.isAlternate).toBe(false);
  expect(keyboard.modes).toEqual([true, false]);
  expect(terminal.written()).toContain('\u001b[?25h');
});

test('whatever is printed meanwhile goes to the log, not to the screen', async () => {
  const { terminal, keyboard, logged, ended, shows } = started({});
  await shows('mid 150.0');
  console.log('a stray line');
  process.stderr.write('another\n');
  keyboard.press('q');
  await shows('of yours on the book');
  keyboard.press('k');
  await ended;
  expect(logged).toEqual(['a stray line', 'another']);
  expect(terminal.written()).not.toContain('stray');
});

test('quitting with a cancel waits for the answers', async () => {
  const { keyboard, script, ended, shows } = started({
    onCancel: () => Promise.resolve({ kind: 'yes', value: null }),
  });
  await shows('mid 150.0');
  keyboard.press('qc');
  expect((await ended).kind).toBe('quit');
  expect(script.cancelled).toEqual(['O5', 'O8', 'O9']);
});

test('an exchange that is not there ends the terminal with the reason', async () => {
  const error = new Error('nobody listens there');
  const { ended, terminal } = started({}, { open: () => Promise.reject(error) });
  expect(await ended).toEqual({ kind: 'unopened', error });
  await terminal.settle();
  expect(terminal.isAlternate).toBe(false);
});

test('after a resize the screen is what it would be in a window of that size from the start', async () => {
  const resized = started({});
  await resized.shows('mid 150.0');
  for (const [columns, rows] of [
    [120, 40],
    [61, 17],
    [30, 4],
    [90, 30],
  ] as const) {
    resized.terminal.resize(columns, rows);
    await resized.terminal.settle();
  }
  await resized.shows('MY ORDERS');
  await resized.shows('TAPE');
  const fresh = started({});
  fresh.terminal.resize(90, 30);
  await fresh.shows('TAPE');
  await fresh.shows('mid 150.0');
  const withoutClock = ({ terminal }: Session): string[] =>
    terminal.rows().map((row) => row.replace(/\d\d:\d\d:\d\d $/, ''));
  expect(withoutClock(resized)).toEqual(withoutClock(fresh));
  for (const { keyboard, ended } of [resized, fresh]) {
    keyboard.press('\u0003\u0003');
    await ended;
  }
});
