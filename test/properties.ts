/**
 * Before each test file: property tests draw from one fixed seed, so that a commit's tests say the same on every machine. `WATTLOT_SEED=random` looks for
 * what that seed misses, `WATTLOT_SEED=N` repeats what it found.
 */
import * as fc from 'fast-check';

const wish = process.env['WATTLOT_SEED'] ?? '20261101';
if (wish !== 'random') fc.configureGlobal({ seed: Number(wish) });
