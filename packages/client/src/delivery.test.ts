import { toOutput } from '@wattlot/core';
import { LADDER_LEGS_MAX } from '@wattlot/ledger';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Compile } from 'typebox/compile';
import { deliveryFrames, rungFrames } from './delivery.ts';
import { LadderDeliveredRequest, ladderRungsMax, lotsPerFrameMax } from './frames/requests.ts';
import { rungsPerFrameMax } from './frames/requests.ts';
import { outgoingFrameBytesMax } from './limits.ts';
import { sure } from './testing.ts';

const output = sure(toOutput(`${'a'.repeat(64)}:0`));

test('every lot goes out once, in order, in frames that the exchange takes', () => {
  const lengths = fc.array(fc.integer({ min: 100, max: 2_000 }), { maxLength: 80 });
  fc.assert(
    fc.property(lengths, (bytes) => {
      const lots = bytes.map((length, lot) => ({ lot, output, offer: 'ab'.repeat(length) }));
      const frames = deliveryFrames(lots);
      expect(frames.flat()).toEqual(lots);
      for (const frame of frames) {
        expect(frame.length).toBeGreaterThan(0);
        expect(frame.length).toBeLessThanOrEqual(lotsPerFrameMax);
        const params = { token: 't'.repeat(128), order_id: `O${'9'.repeat(16)}`, lots: frame };
        const text = JSON.stringify({ method: 'offers.delivered', req_id: 2 ** 53, params });
        expect(text.length).toBeLessThanOrEqual(outgoingFrameBytesMax);
      }
    }),
  );
});

test('a ladder is what the ledger settles at once, and the largest goes out in two frames', () => {
  expect(ladderRungsMax).toBe(LADDER_LEGS_MAX);
  const rungs = Array.from({ length: ladderRungsMax }, (_, index) => {
    return { lot: 99_900 + index, index, script: 'ab'.repeat(108) };
  });
  const frames = rungFrames(rungs);
  expect(frames.flat()).toEqual(rungs);
  expect(frames.map(({ length }) => length)).toEqual([
    rungsPerFrameMax,
    ladderRungsMax - rungsPerFrameMax,
  ]);
  for (const frame of frames) {
    const params = { token: 't'.repeat(128), order_id: `O${'9'.repeat(16)}`, rungs: frame };
    const request = { method: 'ladder.delivered', req_id: Number.MAX_SAFE_INTEGER, params };
    expect(JSON.stringify(request).length).toBeLessThanOrEqual(outgoingFrameBytesMax);
    expect(Compile(LadderDeliveredRequest).Check(request)).toBe(true);
  }
});
