/** How `wattlot trade` ends: on every way out the terminal is as it was found, and the exit code says what was. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childOf } from './processes.ts';
import { PtyScreen } from './pty-screen.ts';
import { wattlot } from './run-wattlot.ts';
import type { Neighbour } from './terminal-market.ts';
import { meddled, TerminalMarket } from './terminal-market.ts';

const program = fileURLToPath(new URL('../bin/wattlot.mjs', import.meta.url));

let market: TerminalMarket;
let neighbour: Neighbour;
beforeAll(async () => {
  market = await TerminalMarket.open();
  neighbour = await market.neighbour();
  await neighbour.place({ side: 'ask', price: 505, lots: 30 }, isOpen);
});
afterAll(async () => {
  await market.close();
});

const isOpen = ({ status }: { readonly status: string }): boolean => status === 'open';

/** The program between two looks at how the terminal is set, of which a shell tells. */
function inShell(args: readonly string[], extra: Readonly<Record<string, string>> = {}): PtyScreen {
  const script = 'stty -g | cksum; "$0" "$@"; echo "code $?"; stty -g | cksum';
  const size = { columns: 120, rows: 40 };
  return new PtyScreen(size, '/bin/sh', ['-c', script, process.execPath, program, ...args], extra);
}

/** Waits for the end. The terminal has its first screen, its cursor and its line discipline as they were. @returns what is on it between the two looks. */
async function expectGivenBack(screen: PtyScreen): Promise<readonly string[]> {
  // The shell's last words may come after its end.
  await screen.until((text) => /^code \d+\n\d+ \d+$/m.test(text), 0);
  await screen.ended;
  const [before, ...rows] = screen.text().trimEnd().split('\n');
  expect(before).toMatch(/^\d+ \d+$/);
  expect(rows.pop()).toBe(before);
  expect(screen.isFullScreen).toBe(false);
  expect(screen.isCursorShown).toBe(true);
  expect(screen.arePastesMarked).toBe(false);
  return rows;
}

const own = (): string[] => ['trade', '--url', market.server.url, '--data', market.folder];

const onUnix = describe.skipIf(process.platform === 'win32');

onUnix('a terminal that is left', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('%s: gives it back and ends with %d', async (signal, code) => {
    const screen = inShell([...own(), '--name', 'bert']);
    await screen.until((text) => text.includes('LIVE') && text.includes('SAFE'), 0);
    expect([screen.isFullScreen, screen.isCursorShown]).toEqual([true, false]);
    process.kill(childOf(screen.pid, 'trade'), signal);
    expect(await expectGivenBack(screen)).toEqual([`code ${code}`]);
  });

  it('by a window that is closed: the connection is ended in order, with 129', async () => {
    const codeFile = join(market.folder, 'code');
    // The shell has no window either, and stays to write down what it sees.
    const script = `trap '' HUP; "$0" "$@" 2>"${codeFile}.said"; echo $? >"${codeFile}"`;
    const args = ['-c', script, process.execPath, program, ...own(), '--name', 'hugo'];
    const screen = new PtyScreen({ columns: 80, rows: 24 }, '/bin/sh', args);
    await screen.until((text) => text.includes('LIVE') && text.includes('SAFE'), 0);
    screen.close();
    const written = async (): Promise<string> => readFile(codeFile, 'utf8').catch(() => '');
    while ((await written()) === '') await turn();
    expect(await written()).toBe('129\n');
    expect(await readFile(`${codeFile}.said`, 'utf8')).toBe('');
  });

  it('by an error that nobody caught: gives it back, prints the error, and ends with 70', async () => {
    const screen = inShell([...own(), '--name', 'carl'], meddled('crash'));
    await screen.until((text) => text.includes('LIVE') && text.includes('SAFE'), 0);
    process.kill(childOf(screen.pid, 'trade'), 'SIGUSR2');
    const rows = await expectGivenBack(screen);
    expect(rows[0]).toBe('wattlot trade: an error inside: Error: the test throws this');
    expect(rows.at(-1)).toBe('code 70');
  });

  it('by q: says how many orders stay, and ends with 0', async () => {
    const screen = inShell([...own(), '--name', 'dora', '--meter', 'own']);
    await screen.until((text) => text.includes('LIVE'), 0);
    screen.press('4');
    await screen.until((text) => text.includes('0 unspent'), 0);
    screen.press('e1\t\r');
    await screen.until((text) => text.includes('kWh 1.000'), 0);
    screen.press('2s\t\r');
    await screen.until((text) => text.includes('On the book: ask 10 lots'), 0);
    screen.press('q');
    await screen.until((text) => text.includes('keep on the book and quit'), 0);
    screen.press('k');
    expect(await expectGivenBack(screen)).toEqual([
      'On the book still: 1 order of yours.',
      'code 0',
    ]);
  });

  it('by an exchange that is not there: says so and ends with 3', async () => {
    const screen = inShell(['trade', '--url', 'http://127.0.0.1:9', '--data', market.folder]);
    const rows = await expectGivenBack(screen);
    expect(rows[0]).toMatch(/^wattlot trade: .*127\.0\.0\.1:9/);
    expect(rows.at(-1)).toBe('code 3');
  });

  it('by an exchange that refuses: says why and ends with 1', async () => {
    const key = join(market.folder, 'no-operator.key');
    await copyFile(join(market.folder, 'neighbour.key'), key);
    const screen = inShell([...own(), '--operator', '--key', key]);
    const rows = await expectGivenBack(screen);
    expect(rows.join(' ')).toContain("is not the operator's of this exchange");
    expect(rows.at(-1)).toBe('code 1');
  });

  it('is never taken with TERM=dumb: one line, and 2', async () => {
    const TERM = 'dumb';
    const screen = inShell(own(), { TERM });
    const said = 'wattlot trade: this is no terminal to draw on: use --once, --follow or --json';
    expect(await expectGivenBack(screen)).toEqual([said, 'code 2']);
    // It still can be asked once, in plain lines.
    const plain = inShell([...own(), '--once'], { TERM });
    const [head, row, code] = await expectGivenBack(plain);
    expect(head).toMatch(/^market +bid +lots +ask +lots/);
    expect(row).toMatch(/^KWH\/ECOIN .* 505 +\d/);
    expect(code).toBe('code 0');
  });
});

interface Pipeline {
  /** What the reader said has begun to come. */
  readonly begun: Promise<unknown>;
  /** What came out of it, and on standard error the exit code of the program in front. */
  readonly ended: Promise<{ readonly out: string; readonly said: string }>;
}

/** A pipeline of a shell. */
function piped(args: readonly string[], reader: string): Pipeline {
  const script = `{ "$0" "$@"; echo "code $?" >&2; } | ${reader}`;
  const child = spawn('/bin/sh', ['-c', script, process.execPath, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<{ out: string; said: string }>((resolve) => {
    child.once('close', () => resolve({ out, said }));
  });
  return { begun: Promise.race([once(child.stdout, 'data'), ended]), ended };
}

onUnix('lines for another program', () => {
  it('`--once | head -1`: its first line, and nothing is said about the reader that has gone', async () => {
    const { out, said } = await piped([...own(), '--once'], 'head -1').ended;
    expect(out).toMatch(/^market +bid +lots +ask +lots +last +lots\n$/);
    expect(said).toBe('code 0\n');
  });

  it.each([[[]], [['--json']]])(
    '`--follow %j | head -1` ends with the next event once nobody reads any more',
    async (more) => {
      const { begun, ended } = piped([...own(), '--follow', ...more], 'head -1');
      await begun;
      let isOver = false;
      void ended.then(() => (isOver = true));
      // Each is news of the book's best prices, while anybody is there to be told.
      for (let price = 504; !isOver; price -= 1) {
        await neighbour.place({ side: 'ask', price, lots: 1 }, isOpen);
      }
      const { out, said } = await ended;
      expect(out.trimEnd().split('\n')).toHaveLength(1);
      expect(said.split('\n').filter((line) => !/ (?:LIVE|STALE)/.test(line))).toEqual([
        'code 0',
        '',
      ]);
    },
  );

  it('`--follow --json`: every line is an object that says what it is', async () => {
    const seen = (out: string): boolean => out.includes('"event":"book"');
    const { code, out, err } = await wattlot([...own(), '--follow', '--json'], seen);
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event);
    expect(new Set(events)).toEqual(new Set(['connection', 'market', 'book']));
    expect([code, err]).toEqual([143, '']);
  });

  it('`--json` by itself is `--follow --json`', async () => {
    const { code, out } = await wattlot([...own(), '--json'], (text) => text.includes('"book"'));
    expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({ event: 'connection' });
    expect(code).toBe(143);
  });

  it('nobody there: one line on standard error, nothing on the other, and 3', async () => {
    const nobody = ['trade', '--url', 'http://127.0.0.1:9', '--data', market.folder];
    for (const flags of [['--once'], ['--once', '--json']]) {
      const { code, out, err } = await wattlot([...nobody, ...flags]);
      expect([code, out]).toEqual([3, '']);
      expect(err).toMatch(/^wattlot trade: no connection: [^\n]+\n$/);
    }
  });
});

onUnix('lines that are followed', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('end with %s by %d', async (signal, code) => {
    const args = [...own(), '--name', 'anna', '--follow'];
    const follower = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(follower.stdout, 'data');
    follower.kill(signal);
    const [ended] = await once(follower, 'exit');
    expect(ended).toBe(code);
  });
});
