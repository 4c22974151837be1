import { expect, test } from 'vitest';
import { languages } from '../text/language.ts';
import { widthOf } from '../text/printable.ts';
import { explained } from './glossary.ts';

test.each(['bid', 'ask', 'lift', 'hit', 'lot', 'spread', 'IOC', 'fok', 'post-only', 'armed'])(
  'looking for %s in either language finds what it means',
  (word) => {
    for (const language of languages) {
      const { words, isAbout } = explained(word, language);
      expect(isAbout).toBe(true);
      expect(words.length).toBeGreaterThan(0);
    }
  },
);

test('what is no word is found in the meanings only, and nothing where there is nothing', () => {
  expect(explained('kill', 'en')).toMatchObject({ isAbout: false, words: [{ term: 'FOK' }] });
  expect(explained('gold', 'en')).toEqual({ signs: [], words: [], isAbout: false });
  expect(explained('매수', 'ko').isAbout).toBe(true);
});

test.each(languages)('every line fits an 80 column window in %s', (language) => {
  const { signs, words } = explained('', language);
  const long = [...signs, ...words].filter(
    ({ term, text }) => widthOf(term) > 11 || widthOf(text) > 66,
  );
  expect(long).toEqual([]);
});
