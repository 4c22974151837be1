import { ConfigError, configBytesMax } from '@wattlot/client/config';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyContexts } from '../keymap/binding.ts';
import { bindingOf, bindingsIn, keymap } from '../keymap/index.ts';
import { keysOf } from '../keymap/replay.ts';
import { pressed, openedAt } from '../testing/state.ts';
import { readKeyFile } from './key-file.ts';
import { readSettings } from './settings.ts';

function errorOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

describe('settings', () => {
  test('a file sets what it names; remarks, blanks and Windows line ends are nothing', () => {
    const text = '# mine\r\n\r\n  theme = light\r\nlang=ko\r\nascii = no\r\ntariff = 214.6\r\n';
    expect(readSettings('f', text)).toEqual({
      theme: 'light',
      lang: 'ko',
      ascii: false,
      tariff: 214.6,
    });
    expect(readSettings('f', '')).toEqual({});
  });

  test.each([
    [
      'theme = pink',
      'my.conf:1: theme cannot be "pink"; allowed: dark, light, mono, high-contrast',
    ],
    ['\nlang = de', 'my.conf:2: lang cannot be "de"; allowed: en, ko'],
    ['ascii = maybe', 'my.conf:1: ascii cannot be "maybe"; allowed: yes, no'],
    ['tariff = -3', 'my.conf:1: tariff cannot be "-3"; allowed: a number from 0 to 10000'],
    ['tariff = 1e9', 'my.conf:1: tariff cannot be "1e9"; allowed: a number from 0 to 10000'],
    ['colour = red', 'my.conf:1: there is no "colour"; allowed: theme, ascii, lang, tariff'],
    ['theme', 'my.conf:1: "theme" is not name = value'],
    ['theme =', 'my.conf:1: "theme =" is not name = value'],
    ['lang = ko\nlang = en', 'my.conf:2: lang stands in line 1 already; keep one of them'],
    ['\u001b[2J = 1', 'my.conf:1: there is no "\u{fffd}[2J"; allowed: theme, ascii, lang, tariff'],
    ['#'.repeat(configBytesMax + 1), `my.conf: larger than ${configBytesMax} bytes`],
  ])('%j is refused with file, line and what is allowed', (text, message) => {
    expect(errorOf(() => readSettings('my.conf', text))).toBe(message);
  });

  test('whatever a file holds, it is read or refused in one printable line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          readSettings('f', text);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect(String(error)).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });
});

describe('keys', () => {
  test('an entry gets other keys, and its old ones are free', () => {
    const keys = readKeyFile('f', 'bid = n ctrl-b\nup = up w', keymap);
    expect(bindingOf(keys, 'ladder', 'n')?.id).toBe('bid');
    expect(bindingOf(keys, 'ladder', 'ctrl-b')?.id).toBe('bid');
    expect(bindingOf(keys, 'ladder', 'b')).toBeUndefined();
    expect(bindingOf(keys, 'ladder', 'k')).toBeUndefined();
    expect(keys.find(({ id }) => id === 'bid')?.label).toBe('n ^B');
    expect(keys.find(({ id }) => id === 'up')?.label).toBe('↑ w');
  });

  test('the terminal obeys the new key and shows it', () => {
    const keys = readKeyFile('f', 'bid = n', keymap);
    const state = openedAt(80, 24, { keymap: keys });
    expect(pressed(state, 'n').state.ticket?.side).toBe('bid');
    expect(pressed(state, 'b').state.ticket).toBeUndefined();
  });

  test.each([
    ['nothing = q', /^my\.keys:1: there is no "nothing"; allowed: bid, ask, lift, /],
    ['confirm = space', /^my\.keys:1: there is no "confirm"; allowed: /],
    ['cancel-all = z', /^my\.keys:1: there is no "cancel-all"; allowed: /],
    [
      'bid = ctl-x',
      /^my\.keys:1: there is no key "ctl-x"; allowed: one character, space, ctrl-a to ctrl-z, enter, tab, /,
    ],
    ['\nbid = s', /^my\.keys:2: s would be the key of bid and of ask; give one of them another$/],
    ['bid = ctrl-x', /^my\.keys:1: \^X would be the key of bid and of cancel-all; /],
    ['up = n\nbid = n', /^my\.keys:2: n would be the key of bid and of up; /],
  ])('%j is refused with file, line and what is allowed', (text, message) => {
    expect(errorOf(() => readKeyFile('my.keys', text, keymap))).toMatch(message);
  });

  test('whatever file is read, no key has two meanings in one place', () => {
    const key = fc.constantFrom('a', 'b', 'n', 'q', 'up', 'ctrl-x', 'ctrl-b', 'space', '5', 'esc');
    const entry = fc.tuple(fc.constantFrom(...keymap.map(({ id }) => id)), fc.array(key));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        const text = entries.map(([id, keys]) => `${id} = ${keys.join(' ')}`).join('\n');
        try {
          const table = readKeyFile('f', text, keymap);
          for (const context of keyContexts) {
            for (const isReplay of [false, true]) {
              const here = bindingsIn(keysOf(table, isReplay), context);
              const all = here.filter(({ takesText }) => takesText !== true);
              const keys = all.flatMap((binding) => binding.keys);
              expect(keys).toHaveLength(new Set(keys).size);
            }
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
    );
  });
});
