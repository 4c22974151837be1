/** The terminal against a server that lies: it says STALE and why, and never shows the lie. */
import { EventEmitter } from 'node:events';
import { connect } from '@wattlot/client';
import { bookChecksum } from '@wattlot/client/frames';
import { expect, test } from 'vitest';
import { realClock } from './clock.ts';
import { keymap } from '../keymap/index.ts';
import { runSession } from './session.tsx';
import { headlessTerminal } from '../testing/headless.ts';
import type { HeadlessTerminal } from '../testing/headless.ts';
import { startLyingServer } from '../testing/lying-server.ts';
import { instrument, lots, price } from '../testing/market.ts';
import { makeTheme } from '../theme.ts';

class Keyboard extends EventEmitter {
  setRawMode(): void {}
  setEncoding(): void {}
  resume(): void {}
  pause(): void {}
}

const timestamp = '2026-07-01T14:09:31.000000Z';

const instruments = {
  channel: 'instrument',
  type: 'snapshot',
  data: {
    assets: [
      {
        id: 'KWH',
        status: 'enabled',
        precision: 3,
        precision_display: 3,
        ledger_id: 'a'.repeat(32),
      },
      {
        id: 'ECOIN',
        status: 'enabled',
        precision: 2,
        precision_display: 2,
        ledger_id: 'b'.repeat(32),
      },
    ],
    pairs: [
      {
        symbol: 'KWH/ECOIN',
        base: 'KWH',
        quote: 'ECOIN',
        status: 'online',
        price_increment: 1,
        price_precision: 0,
        qty_increment: 0.01,
        qty_precision: 2,
        qty_min: 0.01,
        qty_max: 10,
        price_floor: 1,
        price_cap: 1000,
        lot: {
          base_units: 10,
          qty_units: 1,
          price_units: 1,
          volume_max: 1000,
          tick: 1,
          price_floor: 1,
          price_cap: 1000,
        },
      },
    ],
  },
};

type Pairs = readonly (readonly [number, number])[];

const levels = (
  pairs: Pairs,
): { price: ReturnType<typeof price>; volume: ReturnType<typeof lots> }[] =>
  pairs.map(([at, volume]) => ({ price: price(at), volume: lots(volume) }));

/** A book message with the right checksum for what it says, unless changed. */
function bookOf(
  type: 'snapshot' | 'update',
  bids: Pairs,
  asks: Pairs,
  change: object = {},
): object {
  const wire = (pairs: Pairs): object[] =>
    pairs.map(([at, volume]) => ({ price: at, qty: volume / 100 }));
  const checksum = bookChecksum(instrument, levels(asks), levels(bids));
  const seq = type === 'snapshot' ? { seq: 5, prev_seq: 0 } : { seq: 6, prev_seq: 5 };
  const one = { symbol: 'KWH/ECOIN', bids: wire(bids), asks: wire(asks), checksum, timestamp };
  return { channel: 'book', type, data: [{ ...one, ...seq, ...change }] };
}

function tradeOf(change: object): object {
  const trade = { symbol: 'KWH/ECOIN', side: 'buy', price: 150, qty: 0.01, ord_type: 'limit' };
  return {
    channel: 'trade',
    type: 'snapshot',
    data: [{ ...trade, trade_id: 1, timestamp, ...change }],
  };
}

const truth = [instruments, bookOf('snapshot', [[149, 35]], [[151, 30]]), tradeOf({})].map(
  (frame) => JSON.stringify(frame),
);

interface Watched {
  readonly terminal: HeadlessTerminal;
  readonly say: (frame: object | string) => void;
  /** Waits until the screen shows a text. */
  readonly shows: (text: string) => Promise<string>;
  readonly end: () => Promise<void>;
}

async function watch(): Promise<Watched> {
  const server = await startLyingServer(truth);
  const terminal = headlessTerminal(100, 30);
  const keyboard = new Keyboard();
  const client = connect({ url: server.url });
  const ended = runSession({
    open: () => Promise.resolve({ client, close: () => client.close() }),
    doing: 'connecting',
    name: 'house-07',
    isReadOnly: true,
    theme: makeTheme({ colorDepth: 8 }),
    keymap,
    keyboard,
    canvas: terminal.canvas,
    clock: realClock,
    log: () => {},
  });
  return {
    terminal,
    say: (frame) => {
      server.say(typeof frame === 'string' ? frame : JSON.stringify(frame));
    },
    shows: async (text) => {
      for (;;) {
        await terminal.settle();
        const shown = terminal.rows().join('\n');
        if (shown.includes(text)) return shown;
        await new Promise(setImmediate);
      }
    },
    end: async () => {
      keyboard.emit('data', 'q');
      await ended;
      await server.close();
    },
  };
}

const lies: Readonly<Record<string, readonly [lie: object | string, reason: string]>> = {
  'a bad checksum': [bookOf('update', [[148, 77]], [], { checksum: 1 }), 'checksum'],
  'a crossed book': [bookOf('update', [[777, 5]], []), 'the book is crossed'],
  'a missing message': [
    bookOf('update', [[148, 77]], [], { seq: 9, prev_seq: 8 }),
    'a message of the book is missing',
  ],
  'a price beyond all numbers': [
    bookOf('update', [], [], { bids: [{ price: 1e300, qty: 0.77 }] }),
    'out of bounds',
  ],
  'lots beyond all numbers': [
    bookOf('update', [], [], { asks: [{ price: 152, qty: 2 ** 53 + 2 }] }),
    'out of bounds',
  ],
  'less than nothing': [
    bookOf('update', [], [], { asks: [{ price: 152, qty: -0.77 }] }),
    'out of bounds',
  ],
  'half a lot': [bookOf('update', [], [], { asks: [{ price: 152, qty: 0.775 }] }), 'out of bounds'],
  'a trade beyond all numbers': [tradeOf({ trade_id: 2, price: 1e21 }), 'a trade is out of bounds'],
  'a book in words': [bookOf('update', [], [], { bids: [{ price: '148', qty: '0.77' }] }), 'STALE'],
  'no JSON': ['\u001b]0;owned\u0007{', 'STALE'],
  'a reason that is a command': [
    { channel: '\u001b[2J\u001b]52;c;aGk=\u0007', type: 'update', data: [] },
    'STALE',
  ],
};

test.each(Object.entries(lies))(
  '%s makes it STALE, says why, and is not shown',
  async (_, [lie, reason]) => {
    const { terminal, say, shows, end } = await watch();
    try {
      await shows('LIVE');
      const before = await shows('mid 150.0');
      expect(before).toMatch(/35 +149/);
      say(lie);
      await shows('STALE');
      const shown = await shows(reason);
      expect(shown).not.toMatch(/\b77|777|1e\+?300|9007/);
      expect(shown).toContain('old: not live');
      expect(terminal.written()).not.toMatch(/\u001b\](?!$)|\u0007/);
    } finally {
      await end();
    }
  },
);

test('what nobody here knows is read over: the book is right and LIVE', async () => {
  const { say, shows, end } = await watch();
  try {
    await shows('mid 150.0');
    const right = bookChecksum(
      instrument,
      levels([[151, 30]]),
      levels([
        [149, 35],
        [148, 12],
      ]),
    );
    say({
      ...bookOf('update', [[148, 12]], [], { checksum: right, mood: 'good', depth: [1] }),
      more: {},
    });
    const shown = await shows(' 12   148');
    expect(shown).toContain('LIVE');
    expect(shown).not.toContain('STALE');
  } finally {
    await end();
  }
});
