import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { progressLine } from '../panes/progress.ts';
import { replayBar } from '../panes/replay-bar.ts';
import { storyRows } from '../panes/why.ts';
import { whereOf } from './replay.ts';
import { shownLog } from '../fold/lists.ts';
import { shownNotice } from '../fold/notices.ts';
import type { State } from '../fold/state.ts';
import { positions, stories } from '../testing/recorded-day.ts';
import { orderId, trade } from '../testing/market.ts';
import { openedAt, pressed, stepped, told } from '../testing/state.ts';
import { languages } from '../text/language.ts';
import { plainOf } from '../text/line.ts';
import { widthOf } from '../text/printable.ts';
import { makeTheme } from '../theme.ts';

const { glyphs } = makeTheme({ name: 'mono', colorDepth: 1 });
const hourMs = 3_600_000;
const day = {
  at: Date.UTC(2026, 6, 1, 14, 9),
  from: Date.UTC(2026, 6, 1, 9),
  to: Date.UTC(2026, 6, 1, 18),
};

function at(state: State, name: keyof typeof positions): State {
  const position = positions[name];
  if (position === undefined) throw new Error('no such position');
  return stepped(state, { kind: 'replay', told: { kind: 'position', position } }).state;
}

const opened = at(openedAt(80, 24, { isReplay: true }), 'paused');

describe('where a text leads', () => {
  test('digits are an entry, a time is one of this day, anything else is nothing', () => {
    expect(whereOf('120', day, 0)).toEqual({ seq: 120 });
    expect(whereOf('14:05', day, 0)).toEqual({ at: Date.UTC(2026, 6, 1, 14, 5) });
    expect(whereOf('9:00:30', day, 0)).toEqual({ at: Date.UTC(2026, 6, 1, 9, 0, 30) });
    for (const text of ['', ':', '24:00', '12:60', '1:2', '12:00:61', '12:000', '-3', '1e3']) {
      expect(whereOf(text, day, 0), text).toBeUndefined();
    }
  });

  test('a time is read where its reader is, and outside of the record it is the nearer end', () => {
    expect(whereOf('18:30', day, 9 * 60)).toEqual({ at: Date.UTC(2026, 6, 1, 9, 30) });
    expect(whereOf('08:00', day, 0)).toEqual({ at: day.from });
    expect(whereOf('20:00', day, 0)).toEqual({ at: day.to });
  });

  test('in a record of several days it is this day, else the nearest that has it', () => {
    const days = { ...day, to: Date.UTC(2026, 6, 3, 10) };
    expect(whereOf('14:00', days, 0)).toEqual({ at: Date.UTC(2026, 6, 1, 14) });
    expect(whereOf('08:00', days, 0)).toEqual({ at: Date.UTC(2026, 6, 2, 8) });
    expect(whereOf('15:00', { ...days, at: days.to }, 0)).toEqual({ at: Date.UTC(2026, 6, 2, 15) });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 * hourMs }),
        fc.integer({ min: 0, max: 86_399 }),
        fc.integer({ min: -720, max: 840 }),
        (length, second, offset) => {
          const span = {
            at: day.from + Math.floor(length / 2),
            from: day.from,
            to: day.from + length,
          };
          const text = new Date(second * 1000).toISOString().slice(11, 19);
          const where = whereOf(text, span, offset);
          if (where === undefined || !('at' in where)) throw new Error('a time leads to a time');
          expect(where.at).toBeGreaterThanOrEqual(span.from);
          expect(where.at).toBeLessThanOrEqual(span.to);
          const shown = new Date(where.at + offset * 60_000).toISOString().slice(11, 19);
          expect([text, 'an end']).toContain(
            [span.from, span.to].includes(where.at) ? 'an end' : shown,
          );
        },
      ),
    );
  });
});

describe('the day', () => {
  test('its time is what clock and log say', () => {
    const later = { kind: 'trades', snapshot: false, trades: [trade(9, 'ask', 148, 3)] } as const;
    const state = told(at(opened, 'end'), later);
    expect(shownLog(state)[0]).toMatchObject({ at: positions['end']?.at });
  });

  test('a picture that begins anew forgets what was not yet, and keeps what was', () => {
    const before = told(opened, {
      kind: 'trades',
      snapshot: false,
      trades: [trade(9, 'ask', 148, 3)],
    });
    const back = stepped(before, {
      kind: 'replay',
      told: { kind: 'anew', at: (positions['paused']?.at ?? 0) - 1 },
    }).state;
    expect(back.view.markets.size).toBe(0);
    expect(back.view.connection.state).toBe('live');
    expect(shownLog(back).map(({ text }) => text)).not.toContain('KWH/ECOIN: sold 3 lots at 148');
    const on = stepped(before, {
      kind: 'replay',
      told: { kind: 'anew', at: positions['end']?.at ?? 0 },
    }).state;
    expect(shownLog(on).map(({ text }) => text)).toContain('KWH/ECOIN: sold 3 lots at 148');
  });

  test('whoever reads why is told again as the day goes on', () => {
    const why = pressed(opened, '3', 'w').state;
    const position = { ...opened.replay, seq: 12_346 } as never;
    const { effects } = stepped(why, { kind: 'replay', told: { kind: 'position', position } });
    expect(effects).toEqual([{ kind: 'tell-story', order: 'O9' }]);
    const same = { ...why.replay } as never;
    expect(
      stepped(why, { kind: 'replay', told: { kind: 'position', position: same } }).effects,
    ).toEqual([]);
    // An answer to another question is none.
    const other = stepped(why, {
      kind: 'story',
      order: orderId(5),
      story: stories['queued'],
    }).state;
    expect(other.overlay).not.toHaveProperty('story');
  });

  test('who ends a way is told where that left him', () => {
    const stopped = (isBack: boolean): string =>
      shownNotice(
        stepped(opened, { kind: 'replay', told: { kind: 'stopped', seq: 12_345, isBack } }).state,
      )?.text ?? '';
    expect(stopped(true)).toBe('Stopped: still at entry 12,345');
    expect(stopped(false)).toBe('Stopped on the way, at entry 12,345');
  });

  test('nothing can be ordered in it, and it says why; q asks nothing', () => {
    for (const keys of [
      ['b'],
      ['s'],
      ['B'],
      ['S'],
      ['A'],
      ['x'],
      ['X'],
      ['ctrl-x'],
      ['e'],
      ['4', 'r'],
      ['4', 'e'],
    ]) {
      const { state, effects } = pressed(opened, ...keys);
      expect(
        effects.filter(({ kind }) => kind !== 'read-wallet'),
        keys.join(),
      ).toEqual([]);
      expect(state.ticket).toBeUndefined();
      expect(shownNotice(state)?.text).toContain('this is a recorded day');
    }
    expect(pressed(opened, 'q').effects).toEqual([{ kind: 'leave' }]);
  });
});

describe('what is drawn', () => {
  test('the bar and the progress are exactly as wide as the window, in every language', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(positions)),
        fc.constantFrom(...languages),
        fc.integer({ min: 60, max: 200 }),
        (name, language, width) => {
          const state = at(openedAt(width, 24, { isReplay: true, language }), name);
          const bar = replayBar(state, width, glyphs);
          expect(bar === undefined ? 0 : widthOf(plainOf(bar))).toBe(width);
        },
      ),
    );
  });

  test('progress says how fast and how long, as soon as anybody can', () => {
    const text = (done: number, of: number, perSecond?: number): string =>
      plainOf(
        progressLine(
          { label: 'WORK', done, of, perSecond, rate: '{n} entries/s', hint: 'Esc stops' },
          80,
          glyphs,
          'en',
        ),
      );
    expect(text(0, 0)).toContain('WORK');
    expect(text(0, 0)).not.toMatch(/%|left/);
    expect(text(500, 2000, 100)).toMatch(/25 % {2}100 entries\/s {2}15 s left/);
    expect(text(0, 60_000, 100)).toContain('10 min left');
    expect(text(7, 5, 100)).toContain('100 %');
  });

  test('every story reads without a place left open, in rows that fit', () => {
    for (const [name, story] of Object.entries(stories)) {
      for (const language of languages) {
        for (const width of [60, 80, 120]) {
          const state = at(openedAt(width, 40, { isReplay: true, language }), 'paused');
          const asked = pressed(state, '3', 'w').state;
          const overlay = asked.overlay?.kind === 'why' ? asked.overlay : undefined;
          const answered = stepped(asked, { kind: 'story', order: orderId(9), story }).state;
          expect(overlay?.order).toBe('O9');
          for (const row of storyRows(answered).map(plainOf)) {
            expect(row, name).not.toMatch(/[{}]|undefined|NaN/);
            expect(widthOf(row)).toBeLessThanOrEqual(width);
          }
        }
      }
    }
  });
});
