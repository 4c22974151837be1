import fc from 'fast-check';
import { expect, test } from 'vitest';
import { footRows, headRows, layoutOf } from './layout.ts';

const size = fc.record({
  columns: fc.integer({ min: 1, max: 500 }),
  rows: fc.integer({ min: 1, max: 200 }),
});

test('panes fill the window exactly, whatever its size', () => {
  fc.assert(
    fc.property(size, ({ columns, rows }) => {
      const layout = layoutOf(columns, rows);
      if (layout.kind === 'compact') {
        expect(columns < 60 || rows < 16).toBe(true);
        return;
      }
      const { body, ladder, ticket, orders, tape } = layout;
      expect(body).toEqual({ width: columns, height: rows - headRows - footRows });
      for (const box of [ladder, ticket, orders]) expect(box.height).toBeGreaterThanOrEqual(5 - 1);
      expect(orders.width).toBe(ticket.width);
      switch (layout.kind) {
        case 'toggled':
          expect(ladder.height + ticket.height).toBe(body.height);
          expect(orders).toEqual(ticket);
          break;
        case 'stacked':
          expect(ladder.height + ticket.height + orders.height).toBe(body.height);
          break;
        case 'beside':
          expect(ladder.width + 1 + ticket.width).toBe(columns);
          expect(ticket.height + orders.height + tape.height).toBe(body.height);
          expect(ladder.height).toBe(body.height);
          break;
        case 'three':
          expect(ladder.width + 1 + ticket.width + 1 + tape.width).toBe(columns);
          expect(ticket.height + orders.height).toBe(body.height);
          break;
      }
    }),
  );
});

test('the common sizes get the panes they should', () => {
  const kinds = [
    [59, 30],
    [60, 15],
    [60, 16],
    [72, 24],
    [80, 24],
    [120, 40],
    [200, 60],
  ].map(([columns = 0, rows = 0]) => layoutOf(columns, rows).kind);
  expect(kinds).toEqual(['compact', 'compact', 'toggled', 'stacked', 'beside', 'beside', 'three']);
});
