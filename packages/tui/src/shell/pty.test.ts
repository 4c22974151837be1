import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { headlessTerminal } from '../testing/headless.ts';

const folder = fileURLToPath(new URL('../..', import.meta.url));

beforeAll(() => {
  execFileSync(process.execPath, ['build.mjs'], { cwd: folder });
});

interface Shell {
  readonly rows: () => Promise<string[]>;
  /** Every cell with its style, as they were taken in last. */
  readonly cells: () => string[][];
  readonly written: () => string;
  readonly isAlternate: () => boolean;
  readonly press: (keys: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** Waits until a row holds the text. */
  readonly shows: (text: string) => Promise<void>;
  /** Resolves when the shell has ended. */
  readonly ended: Promise<void>;
}

/** The bundled demo between two lines of a shell, which then says how it found the terminal. */
function demoIn(
  columns: number,
  rows: number,
  args: string,
  extra: Readonly<Record<string, string>> = {},
): Shell {
  const terminal = headlessTerminal(columns, rows);
  const environment = { ...process.env, TERM: 'xterm-256color' };
  for (const name of ['CI', 'NO_COLOR', 'FORCE_COLOR', 'NODE_OPTIONS'])
    Reflect.deleteProperty(environment, name);
  Object.assign(environment, extra);
  const script = `stty -g | cksum; echo BEFORE; "${process.execPath}" dist/demo.mjs ${args}; echo "AFTER $?"; stty -g | cksum`;
  const shell = spawn('/bin/sh', ['-c', script], {
    cols: columns,
    rows,
    cwd: folder,
    env: environment,
  });
  shell.onData((text) => {
    terminal.canvas.write(text);
  });
  let isOver = false;
  const ended = new Promise<void>((resolve) => {
    shell.onExit(() => {
      isOver = true;
      resolve();
    });
  });
  const read = async (): Promise<string[]> => {
    await terminal.settle();
    return terminal.rows();
  };
  return {
    rows: read,
    cells: terminal.cells,
    written: terminal.written,
    isAlternate: () => terminal.isAlternate,
    press: (keys) => {
      shell.write(keys);
    },
    resize: (toColumns, toRows) => {
      terminal.resize(toColumns, toRows);
      shell.resize(toColumns, toRows);
    },
    shows: async (text) => {
      for (;;) {
        const shown = await read();
        if (shown.some((row) => row.includes(text))) return;
        if (isOver) throw new Error(`ended without showing ${text}:\n${shown.join('\n')}`);
        await new Promise(setImmediate);
      }
    },
    ended,
  };
}

/** The terminal is as it was before, and nothing of the market is left on it. */
async function expectGivenBack(shell: Shell, code: number): Promise<void> {
  await shell.ended;
  const rows = (await shell.rows()).filter((row) => row !== '');
  expect(shell.isAlternate()).toBe(false);
  expect(rows[1]).toBe('BEFORE');
  expect(rows).toContain(`AFTER ${code}`);
  expect(rows.at(-1)).toBe(rows[0]);
  expect(rows.join('\n')).not.toContain('LADDER');
  const written = shell.written();
  expect(written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(written.lastIndexOf('\u001b[?25l'));
  expect(written.lastIndexOf('\u001b[?2004l')).toBeGreaterThan(
    written.lastIndexOf('\u001b[?2004h'),
  );
  expect(written.lastIndexOf('\u001b[?7h')).toBeGreaterThan(written.lastIndexOf('\u001b[?7l'));
}

const onUnix = test.skipIf(process.platform === 'win32');

onUnix(
  'a bid is placed, filled and settled, the window resized, and q gives the terminal back',
  async () => {
    const shell = demoIn(80, 24, '--rate 20');
    await shell.shows('MY ORDERS');
    await shell.shows('LIVE');
    expect(shell.isAlternate()).toBe(true);
    shell.press('b\t\r');
    await shell.shows('signing');
    shell.resize(120, 40);
    await shell.shows('Settled 6 lots of your bid');
    shell.press('\u0018');
    await shell.shows('as you asked');
    shell.press('q');
    await expectGivenBack(shell, 0);
    // Once at the start, by the owner of the terminal and by the first frame; once for the resize.
    expect(shell.written().split('\u001b[2J')).toHaveLength(4);
  },
  // Real processes: a busy machine takes its time.
  30_000,
);

/** A row without the time of day, and every cell's style. */
function looks(shell: Shell): readonly string[] {
  const time = /\d\d:\d\d:\d\d/;
  return shell
    .cells()
    .map((row) => row.map((cell) => cell.split('|')))
    .map((row) => {
      const text = row.map(([shown]) => shown).join('');
      return `${text.replace(time, '')} ${row.map(([, style]) => style).join(' ')}`;
    });
}

onUnix(
  'pulled to 30 sizes at random it ends as one that was just started at the last',
  async () => {
    const last = [100, 30] as const;
    const random = fc.sample(
      fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 60 })),
      { numRuns: 29, seed: 6 },
    );
    const pulled = demoIn(80, 24, '--empty');
    const fresh = demoIn(...last, '--empty');
    await pulled.shows('LIVE');
    await fresh.shows('LIVE');
    for (const [columns, rows] of [[1, 1] as const, ...random, last]) {
      pulled.resize(columns, rows);
      await pulled.shows('');
    }
    await pulled.shows('? help');
    await fresh.shows('? help');
    while (looks(pulled).join('\n') !== looks(fresh).join('\n')) {
      await new Promise(setImmediate);
      await pulled.rows();
      await fresh.rows();
    }
    for (const shell of [pulled, fresh]) {
      shell.press('q');
      await expectGivenBack(shell, 0);
    }
  },
);

onUnix.each([
  [{ NO_COLOR: '1' }, ''],
  [{}, '--theme mono'],
])('with %j and "%s" nothing is coloured', async (extra, args) => {
  const shell = demoIn(80, 24, `--end SIGTERM ${args}`, extra);
  await shell.shows('LADDER');
  await shell.ended;
  expect(shell.written()).toContain('\u001b[0;1m');
  expect(shell.written()).not.toMatch(/\u001b\[(?:[\d;]*;)?(?:[34]\d|9\d|10\d)[\d;]*m/);
});

/** All that the terminal itself has a use for: cursor, colours, erasing, its own modes. */
const ownSequence = /\u001b\[(?:\?(?:25|7|1049|2004|2026)[hl]|[\d;]*[A-HJKmsu])/g;

onUnix(
  'no text of a hostile exchange reaches the terminal as anything but cells',
  async () => {
    const shell = demoIn(100, 30, '--hostile');
    await shell.shows('SAFE');
    // The log holds every text, the other screens those of the markets and orders that they name.
    for (const [keys, shown] of [
      ['5', 'fill'],
      ['1', 'MARKETS'],
      ['3', 'LOTS of'],
      ['4', 'WALLET'],
      ['2b\t\r', 'Refused'],
      ['\u001b:', 'COMMANDS'],
    ] as const) {
      shell.press(keys);
      await shell.shows(shown);
    }
    shell.press('\u0003\u0003');
    await shell.ended;
    const written = shell.written().replace(ownSequence, '');
    // oxlint-disable-next-line no-control-regex
    expect(written).not.toMatch(/[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]/);
    expect(written).not.toMatch(/[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/);
    expect(written).not.toMatch(/\p{Mark}|\p{Extended_Pictographic}|\p{Regional_Indicator}/u);
    await expectGivenBack(shell, 0);
  },
  20_000,
);

onUnix.each([
  ['SIGTERM', 1],
  ['SIGHUP', 1],
  ['crash', 1],
])('%s gives the terminal back', async (end, code) => {
  const shell = demoIn(80, 24, `--end ${end}`);
  await shell.shows('LADDER');
  await expectGivenBack(shell, code);
  expect(shell.written().includes('the demo was asked to crash')).toBe(end === 'crash');
});
