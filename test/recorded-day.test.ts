/** `wattlot trade --replay` from outside: in a real terminal, as lines, and what it says when there is nothing to replay; and its director by a clock of its own. */
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LoopClient } from '@wattlot/client';
import { Player, RecordedDay } from '@wattlot/exchange';
import type { ReplayCommand, ReplayPosition, ReplayTold } from '@wattlot/tui';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Director } from '../bin/day/director.ts';
import { workOf } from '../bin/day/work.ts';
import { startServer } from './kill/server.ts';
import { PtyScreen } from './pty-screen.ts';
import { emptyFolder, wattlot } from './run-wattlot.ts';

const golden = fileURLToPath(new URL('../fixtures/journals/1', import.meta.url));
const main = fileURLToPath(new URL('../bin/wattlot.mjs', import.meta.url));
const last = 900;

let folder = '';
let remove = async (): Promise<void> => undefined;
beforeEach(async () => {
  ({ folder, remove } = await emptyFolder());
  cpSync(golden, join(folder, 'journal'), { recursive: true });
});
afterEach(() => remove());

function filesOf(of: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(of).map((name) => [name, readFileSync(join(of, name)).toString('latin1')]),
  );
}

/** A name that one participant of the golden journal had at the end. */
function nameOf(day: RecordedDay): string {
  const [name] = day.participants.values();
  if (name === undefined) throw new Error('nobody was there');
  return name;
}

async function proved(): Promise<RecordedDay> {
  const day = new RecordedDay(folder);
  for await (const _ of day.prove());
  return day;
}

describe('the director', () => {
  /** Time that goes on when it is told to; what is due at once is done at once, so that work has slices. */
  class Clock {
    time = 0;
    readonly #waiting = new Map<() => void, number>();

    now = (): number => this.time;

    later = (ms: number, action: () => void): (() => void) => {
      const entry = (): void => action();
      this.#waiting.set(entry, this.time + ms);
      return () => this.#waiting.delete(entry);
    };

    /** Carries out what is due until `ms` later; at most so many actions. */
    pass(ms: number, most = Infinity): number {
      const until = this.time + ms;
      for (let done = 0; ; done += 1) {
        const next = [...this.#waiting].toSorted(([, a], [, b]) => a - b)[0];
        if (next === undefined || next[1] > until || done === most) {
          if (done !== most) this.time = until;
          return done;
        }
        this.#waiting.delete(next[0]);
        this.time = Math.max(this.time, next[1]);
        next[0]();
      }
    }
  }

  interface Shown {
    readonly director: Director;
    readonly clock: Clock;
    readonly told: ReplayTold[];
    readonly position: () => ReplayPosition;
    readonly command: (command: ReplayCommand) => void;
    readonly end: () => void;
  }

  async function opened(speed = 1): Promise<Shown> {
    const day = await proved();
    const clock = new Clock();
    // Each look at the clock of the player takes a millisecond: eight entries a slice.
    let worked = 0;
    const player = new Player({ day, now: () => (worked += 1) });
    const client = new LoopClient({
      send: (frame) => {
        player.request(frame);
      },
      now: clock.now,
    });
    const told: ReplayTold[] = [];
    const failed = (error: unknown): never => {
      throw error;
    };
    const director = new Director({ day, player, client, clock, speed, failed });
    director.listen((one) => told.push(one));
    return {
      director,
      clock,
      told,
      position: () => {
        const newest = told.findLast((one) => one.kind === 'position');
        if (newest?.kind !== 'position') throw new Error('nobody was told');
        return newest.position;
      },
      command: (command) => {
        director.command(command);
        clock.pass(0);
      },
      end: () => {
        director.close();
        day.close();
      },
    };
  }

  test('says how fast it is once it reads, and before that how much of a checkpoint is loaded', () => {
    const way = { from: 2_000, seq: 2_000, to: 2_600 };
    expect(workOf({ ...way, loading: { done: 3, of: 7 } }, 900)).toEqual({
      kind: 'loading',
      done: 3,
      of: 7,
    });
    expect(workOf(way, 0)).toEqual({ kind: 'seeking', done: 0, of: 600, perSecond: undefined });
    expect(workOf({ ...way, seq: 2_200 }, 100)).toEqual({
      kind: 'seeking',
      done: 200,
      of: 600,
      perSecond: 2_000,
    });
  });

  test('plays at the speed that it is told, pauses where it is, and stops at the end', async () => {
    const { clock, command, position, end } = await opened(1);
    command({ kind: 'toggle' });
    expect(position()).toMatchObject({ isPlaying: true, seq: 0 });
    clock.pass(330);
    const after = position().at - position().from;
    expect(after).toBeGreaterThanOrEqual(297);
    expect(after).toBeLessThanOrEqual(330);
    command({ kind: 'toggle' });
    const { seq } = position();
    expect(seq).toBeGreaterThan(10);
    clock.pass(5_000);
    expect(position()).toMatchObject({ isPlaying: false, seq });
    for (let times = 0; times < 20; times += 1) command({ kind: 'speed', by: 1 });
    expect(position().speed).toBe(10_000);
    command({ kind: 'toggle' });
    clock.pass(5_000);
    expect(position()).toMatchObject({ isPlaying: false, seq: last, at: position().to });
    // Once more: from the beginning.
    command({ kind: 'toggle' });
    expect(position().isPlaying).toBe(true);
    expect(position().seq).toBeLessThan(last);
    for (let times = 0; times < 40; times += 1) command({ kind: 'speed', by: -1 });
    expect(position().speed).toBe(0.1);
    end();
  });

  test('steps by entries and trades, goes to entries and times, and plays on if it played', async () => {
    const { command, position, director, clock, end } = await opened();
    const seqs = (...commands: readonly ReplayCommand[]): number[] =>
      commands.map((one) => {
        command(one);
        return position().seq;
      });
    const entry = (by: 1 | -1): ReplayCommand => ({ kind: 'step', unit: 'entry', by });
    const trade = (by: 1 | -1): ReplayCommand => ({ kind: 'step', unit: 'trade', by });
    expect(seqs(entry(1), entry(1), entry(-1), entry(-1), entry(-1))).toEqual([1, 2, 1, 0, 0]);
    const [first = 0, second = 0, back] = seqs(trade(1), trade(1), trade(-1));
    expect(second).toBeGreaterThan(first);
    expect(back).toBe(first);
    expect(seqs({ kind: 'go', to: { seq: 500 } }, { kind: 'go', to: { seq: 5_000 } })).toEqual([
      500,
      last,
    ]);
    const middle = (position().from + position().to) / 2;
    command({ kind: 'go', to: { at: middle } });
    expect(position().at).toBeCloseTo(middle, 2);
    expect(position().isPlaying).toBe(false);
    command({ kind: 'toggle' });
    command({ kind: 'go', to: { seq: 100 } });
    expect(position()).toMatchObject({ isPlaying: true, seq: 100 });
    // A step ends the playing: it would be gone at once.
    command(entry(1));
    expect(position()).toMatchObject({ isPlaying: false, seq: 101 });
    // A key that is held down loses no step.
    command({ kind: 'go', to: { seq: 300 } });
    for (let times = 0; times < 5; times += 1) director.command(entry(-1));
    clock.pass(0);
    expect(position().seq).toBe(295);
    end();
  });

  test('a long way tells how far it is, and Escape ends it where it got to; one back stays where it was', async () => {
    const { clock, director, told, position, end } = await opened();
    const stop = (): ReplayTold | undefined => {
      director.command({ kind: 'stop' });
      return told.at(-1);
    };
    director.command({ kind: 'go', to: { seq: last } });
    clock.pass(0, 10);
    clock.time += 1_000;
    clock.pass(0, 2);
    const { work } = position();
    expect(work).toMatchObject({ kind: 'seeking', of: last });
    expect(work?.done).toBeGreaterThan(0);
    const stopped = stop();
    expect(stopped).toMatchObject({ kind: 'stopped', isBack: false });
    const { seq } = position();
    expect(seq).toBeGreaterThan(50);
    expect(seq).toBeLessThan(last);
    // Nothing is read any more, and all is told that there is.
    clock.pass(5_000);
    expect(position()).toMatchObject({ seq, isPlaying: false });
    expect(position().work).toBeUndefined();
    expect(told.at(-1)).toMatchObject({ kind: 'position' });
    expect(told.findLast(({ kind }) => kind === 'anew')).toEqual({
      kind: 'anew',
      at: position().at,
    });
    director.command({ kind: 'go', to: { seq: 40 } });
    clock.pass(0, 1);
    expect(stop()).toEqual({ kind: 'stopped', seq, isBack: true });
    expect(position()).toMatchObject({ seq });
    const before = told.length;
    director.command({ kind: 'stop' });
    expect(told).toHaveLength(before);
    end();
  });
});

describe('as lines', () => {
  test('once is the table at the end, or at --to; nothing of the journal is touched', async () => {
    const journal = join(folder, 'journal');
    const before = filesOf(journal);
    const end = await wattlot(['trade', '--replay', folder, '--once']);
    expect(end).toMatchObject({ code: 0, err: '' });
    expect(end.out).toMatch(/^market +bid .*\nKWH\/ECOIN +\d+/);
    const early = await wattlot(['trade', '--replay', journal, '--once', '--to', '300', '--json']);
    expect(early.code).toBe(0);
    const market = JSON.parse(early.out);
    expect(market).toMatchObject({ event: 'market', market: 'KWH/ECOIN' });
    expect(market.seq).toBeLessThanOrEqual(300);
    expect(filesOf(journal)).toEqual(before);
  });

  test('follow tells every trade and every change of the book, in order, and ends with the day', async () => {
    const { code, out } = await wattlot(['trade', '--replay', folder, '--follow', '--json']);
    expect(code).toBe(0);
    const events = out
      .trimEnd()
      .split('\n')
      .map((line): { event: string; seq?: number; trade?: string } => JSON.parse(line));
    const trades = events.filter(({ event }) => event === 'trade').map(({ trade }) => trade);
    expect(trades).toEqual(trades.map((_, index) => `T${index + 1}`));
    expect(trades.length).toBeGreaterThan(50);
    const seqs = events.flatMap(({ event, seq }) => (event === 'book' ? [seq ?? 0] : []));
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    const half = await wattlot([
      'trade',
      '--replay',
      folder,
      '--follow',
      '--json',
      '--from',
      '400',
      '--to',
      '450',
    ]);
    const inside = half.out
      .trimEnd()
      .split('\n')
      .map((line): { seq?: number } => JSON.parse(line));
    for (const { seq = 0 } of inside) expect(seq).toBeLessThanOrEqual(450);
    expect(inside.length).toBeLessThan(events.length / 2);
  });

  test('a reader that leaves early ends it', async () => {
    const command = `"${process.execPath}" "${main}" trade --replay "${folder}" --follow | head -2`;
    const { stdout, stderr } = await promisify(execFile)('/bin/sh', ['-c', command]);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stderr).not.toContain('EPIPE');
  });
});

describe('what it says when it cannot', () => {
  test('who is not there is answered with who is', async () => {
    const { code, err } = await wattlot(['trade', '--replay', folder, '--once', '--as', 'nobody']);
    expect(code).toBe(2);
    expect(err).toMatch(/nobody named nobody was there: there were .*\w/);
  });

  test('no journal, a damaged one, one in use, a flag on its own, a place that is none', async () => {
    const at = (...args: string[]): ReturnType<typeof wattlot> =>
      wattlot(['trade', '--once', ...args]);
    expect(await at('--replay', join(folder, 'none'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no journal in'),
    });
    expect(await at('--from', '14:05')).toMatchObject({ code: 2 });
    expect(await at('--replay', folder, '--to', '25:00')).toMatchObject({ code: 2 });
    expect(await at('--replay', folder, '--speed', '0')).toMatchObject({ code: 2 });
    const server = await startServer(join(folder, 'live'));
    try {
      expect(await at('--replay', join(folder, 'live'))).toMatchObject({
        code: 1,
        err: expect.stringContaining('stop the exchange first, or replay a copy'),
      });
    } finally {
      await server.stop();
    }
    const path = join(folder, 'journal', 'journal.db');
    const bytes = readFileSync(path);
    const place = bytes.lastIndexOf('order.place');
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect(await at('--replay', folder)).toMatchObject({
      code: 1,
      err: expect.stringContaining('are not what was written'),
    });
  });
});

test('in a real terminal: it plays, pauses, steps, goes to an entry, says why, and leaves the terminal as it was', async () => {
  const day = await proved();
  const name = nameOf(day);
  day.close();
  const before = filesOf(join(folder, 'journal'));
  const args = [main, 'trade', '--replay', folder, '--as', name, '--data', folder];
  const size = { columns: 120, rows: 40 };
  const screen = new PtyScreen(size, process.execPath, [...args, '--from', '200']);
  try {
    await screen.until((text) => text.includes('RECORDED DAY') && text.includes('PLAYING'), 0);
    await screen.until((text) => text.includes(name) && text.includes('spread'), 0);
    screen.press(' ');
    await screen.until((text) => text.includes('PAUSED'), 0);
    screen.press('@300\r');
    await screen.until((text) => text.includes('entry 300 of 900'), 0);
    screen.press('n');
    await screen.until((text) => text.includes('entry 301 of 900'), 0);
    screen.press('NN');
    await screen.until((text) => text.includes('entry 299 of 900'), 0);
    screen.press('b');
    await screen.until((text) => text.includes('this is a recorded day'), 0);
    screen.press('3w');
    await screen.until((text) => /WHY .* placed at \d\d:\d\d:\d\d/.test(text), 0);
    await screen.until((text) => text.includes('other side'), 0);
    screen.press('\u001b');
    await screen.until((text) => text.includes('MY ORDERS'), 0);
    screen.press('>>>\u001b[F');
    await screen.until((text) => text.includes('END') && text.includes('entry 900 of 900'), 0);
    screen.resize({ columns: 80, rows: 24 });
    await screen.until((text) => /END ×8 .*entry 900 of 900/.test(text), 0);
    screen.press('q');
    expect(await screen.ended).toBe(0);
    expect(screen.isFullScreen).toBe(false);
    expect(filesOf(join(folder, 'journal'))).toEqual(before);
  } finally {
    await screen.end('SIGKILL').catch(() => undefined);
  }
});
