import { toOutput } from '@wattlot/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { deliveryFrames } from './delivery.ts';
import { lotsPerFrameMax } from './frames/requests.ts';
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
