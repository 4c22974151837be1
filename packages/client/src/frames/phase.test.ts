import { expect, test } from 'vitest';
import type { Phase } from '@wattlot/core';
import { pairStatuses, phaseOfStatus } from './phase.ts';

test('every phase has a word of its own, and the word leads back to it', () => {
  const phases = Object.keys(pairStatuses) as Phase[];
  expect(phases).toHaveLength(6);
  for (const phase of phases) expect(phaseOfStatus(pairStatuses[phase])).toBe(phase);
});

test('a word that is not known lets nothing be placed', () => {
  expect(phaseOfStatus('reduce_only')).toBe('halted');
  expect(phaseOfStatus('toString')).toBe('halted');
});
