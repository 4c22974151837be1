/** However often and to whatever size the window changes: no frame is larger than it, and the last one is what a terminal shows that was just started. */
import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClientEvent } from '@wattlot/client';
import { keymap } from '../keymap/index.ts';
import { runSession } from './session.tsx';
import { stillClock } from '../testing/clock.ts';
import { headlessTerminal } from '../testing/headless.ts';
import type { HeadlessTerminal } from '../testing/headless.ts';
import { book, noonMs, opening, trade } from '../testing/market.ts';
import { scriptedClient } from '../testing/scripted-client.ts';
import { languages } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import { makeTheme } from '../theme.ts';

class Keyboard extends EventEmitter {
  setRawMode(): void {}
  setEncoding(): void {}
  resume(): void {}
  pause(): void {}
}

interface Size {
  readonly columns: number;
  readonly rows: number;
}

interface Running {
  readonly terminal: HeadlessTerminal;
  readonly say: (...events: readonly ClientEvent[]) => void;
  readonly press: (keys: string) => void;
  /** Lets what is due be painted, and the terminal take it in. */
  readonly settle: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const jumps = /\u001b\[(\d+);(\d+)H/g;

/** The whole terminal over a client that says what a test says. Whatever it writes must lie within the window. */
async function start({ columns, rows }: Size, language: Language): Promise<Running> {
  const terminal = headlessTerminal(columns, rows);
  const keyboard = new Keyboard();
  const clock = stillClock(noonMs);
  const script = scriptedClient();
  const { canvas } = terminal;
  const ended = runSession({
    open: () => Promise.resolve({ client: script.client, close: () => script.client.close() }),
    doing: 'connecting',
    name: 'house-07',
    isReadOnly: false,
    language,
    keymap,
    theme: makeTheme({ colorDepth: 8 }),
    keyboard,
    canvas: {
      get columns() {
        return canvas.columns;
      },
      get rows() {
        return canvas.rows;
      },
      write: (bytes) => {
        for (const [, row, column] of bytes.matchAll(jumps)) {
          expect(Number(row)).toBeLessThanOrEqual(canvas.rows);
          expect(Number(column)).toBeLessThanOrEqual(canvas.columns);
        }
        // What moves lines is never written: a frame has no line breaks.
        expect(bytes).not.toMatch(/[\n\r]/);
        return canvas.write(bytes);
      },
      on: (event, listener) => canvas.on(event, listener),
      off: (event, listener) => canvas.off(event, listener),
    },
    clock,
    log: () => {},
  });
  clock.pass(0);
  await new Promise(setImmediate);
  return {
    terminal,
    say: (...events) => {
      script.say(...events);
      clock.pass(0);
    },
    press: (keys) => {
      keyboard.emit('data', keys);
    },
    settle: async () => {
      clock.pass(100);
      await terminal.settle();
    },
    end: async () => {
      process.emit('SIGHUP', 'SIGHUP');
      clock.pass(5_000);
      await ended;
    },
  };
}

const size: fc.Arbitrary<Size> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ columns: 1, rows: 1 }) },
  {
    weight: 2,
    arbitrary: fc.record({
      columns: fc.integer({ min: 1, max: 65 }),
      rows: fc.integer({ min: 1, max: 18 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      columns: fc.integer({ min: 60, max: 180 }),
      rows: fc.integer({ min: 16, max: 60 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      columns: fc.integer({ min: 400, max: 600 }),
      rows: fc.integer({ min: 16, max: 20 }),
    }),
  },
);

/** The market goes on while the window changes: other lots at the same prices, and trades. */
function newsOf(number: number): readonly ClientEvent[] {
  const lots = 1 + ((number * 37) % 400);
  return [
    {
      kind: 'book',
      book: book(
        [
          [149, lots],
          [148, 12],
        ],
        [[151, 401 - lots]],
        number + 2,
      ),
    },
    {
      kind: 'trades',
      snapshot: false,
      trades: [trade(number + 10, number % 3 === 0 ? 'ask' : 'bid', 149, lots, noonMs)],
    },
  ];
}

const resizes = 200;

test('after 200 changes of size at random the screen is that of a terminal just started, cell for cell', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(size, fc.boolean()), { minLength: resizes, maxLength: resizes }),
      fc.constantFrom(...languages),
      fc.constantFrom('1', '2', '3', '4', '5'),
      async (steps, language, screen) => {
        const last = steps.at(-1)?.[0] ?? { columns: 80, rows: 24 };
        const resized = await start({ columns: 80, rows: 24 }, language);
        const told: ClientEvent[] = [];
        resized.say(...opening);
        resized.press(screen);
        for (const [index, [{ columns, rows }, isNews]] of steps.entries()) {
          // A window is pulled in many small steps: not each of them is painted.
          if (index % 3 === 0) await resized.settle();
          resized.terminal.resize(columns, rows);
          if (!isNews) continue;
          const news = newsOf(index);
          told.push(...news);
          resized.say(...news);
        }
        await resized.settle();
        const fresh = await start(last, language);
        fresh.say(...opening);
        fresh.press(screen);
        fresh.say(...told);
        await fresh.settle();
        // A second more or less on the clock is no difference of the screen.
        const time = /\d\d:\d\d:\d\d/;
        expect(resized.terminal.rows().map((row) => row.replace(time, ''))).toEqual(
          fresh.terminal.rows().map((row) => row.replace(time, '')),
        );
        const styles = ({ terminal }: Running): string[][] =>
          terminal.cells().map((row) => row.map((cell) => cell.split('|')[1] ?? ''));
        expect(styles(resized)).toEqual(styles(fresh));
        await resized.end();
        await fresh.end();
      },
    ),
    { numRuns: 6 },
  );
});
