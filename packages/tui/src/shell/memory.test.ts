import { expect, test } from 'vitest';
import { memorySaveFromMb, memorySaveUntilMb } from '../limits.ts';
import { savesMemory } from './memory.ts';

test('memory is saved from a bound on until there is clearly less of it', () => {
  let isSaving = false;
  const told = [100, memorySaveFromMb, memorySaveFromMb + 1, memorySaveUntilMb + 1].map((mb) => {
    isSaving = savesMemory(isSaving, mb);
    return isSaving;
  });
  expect(told).toEqual([false, false, true, true]);
  expect(savesMemory(true, memorySaveUntilMb)).toBe(false);
  expect(savesMemory(false, memorySaveUntilMb + 1)).toBe(false);
});
