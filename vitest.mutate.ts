/**
 * The tests that mutations of book, match and lots have to fail: `npm run mutate`. The book's own tests are enough for it; `WATTLOT_MUTATE=match` adds those
 * of the whole rules, which take longer and which match.ts needs.
 */
import { defineConfig } from 'vitest/config';

const rules = ['packages/core/src/scenario.test.ts', 'packages/core/src/rules/oracle.test.ts'];

export default defineConfig({
  test: {
    include: [
      'packages/core/src/book/book.test.ts',
      'packages/core/src/lots.test.ts',
      ...(process.env['WATTLOT_MUTATE'] === 'match' ? rules : []),
    ],
  },
});
