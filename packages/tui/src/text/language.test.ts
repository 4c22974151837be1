import { expect, test } from 'vitest';
import { keymap } from '../keymap/index.ts';
import { korean } from './korean.ts';
import { countedIn, languageOf, languages, t } from './language.ts';
import { isPrintable, widthOf } from './printable.ts';

test('places are filled once, and what fills them is taken as it is', () => {
  expect(t('en', 'Refused: {refusal}', { refusal: '{reason} $& {refusal}' })).toBe(
    'Refused: {reason} $& {refusal}',
  );
  expect(t('ko', '{side} {lots} at {price}', { side: '매수', lots: '3로트', price: 150 })).toBe(
    '150에 매수 3로트',
  );
});

test('counts agree with their number in English', () => {
  expect([0, 1, 2].map((count) => countedIn('en', count, 'lot'))).toEqual([
    '0 lots',
    '1 lot',
    '2 lots',
  ]);
});

const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).toSorted();

test.each(Object.entries(korean))('%s keeps its places in Korean', (english, translation) => {
  expect(places(translation)).toEqual(places(english));
  expect([...translation].every(isPrintable)).toBe(true);
});

test('every text has Hangul', () => {
  const same = Object.entries(korean)
    .filter(([, translation]) => !/[가-힣]/.test(translation))
    .map(([english]) => english);
  expect(same).toEqual([]);
});

test('no two entries of the help read alike in one place', () => {
  for (const language of ['en', 'ko'] as const) {
    const texts = keymap
      .filter(({ context }) => context === 'ladder' || context === 'screens')
      .map(({ help }) => t(language, help));
    expect(texts).toHaveLength(new Set(texts).size);
  }
});

test.each([
  [{ LANG: 'ko_KR.UTF-8' }, 'ko'],
  [{ LANG: 'ko_KR.utf8' }, 'ko'],
  [{ LANG: 'ko.UTF-8@x' }, 'ko'],
  [{ LANG: 'ko_KR.eucKR' }, 'en'],
  [{ LANG: 'ko_KR' }, 'en'],
  [{ LANG: 'kok_IN.UTF-8' }, 'en'],
  [{ LANG: 'en_GB.UTF-8' }, 'en'],
  [{ LC_ALL: 'C', LANG: 'ko_KR.UTF-8' }, 'en'],
  [{ LC_ALL: '', LC_MESSAGES: 'ko_KR.UTF-8', LANG: 'C' }, 'ko'],
  [{}, 'en'],
])('%j asks for %s', (environment, language) => {
  expect(languageOf(environment)).toBe(language);
});

/** An 80 column window less the column of keys. */
const helpColumns = 66;

test.each(languages)('every line of the help fits an 80 column window in %s', (language) => {
  const long = keymap
    .map(({ help }) => t(language, help))
    .filter((text) => widthOf(text) > helpColumns);
  expect(long).toEqual([]);
});
