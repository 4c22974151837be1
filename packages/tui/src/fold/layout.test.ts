import { expect, test } from 'vitest';
import { footRows, headRows, layoutOf } from './layout.ts';
import type { Layout } from './layout.ts';
import { columnsMax, rowsMax } from '../limits.ts';

/** What is wrong with the panes of a window of this size; undefined when they fill it exactly and each can be read. */
function faultOf(columns: number, rows: number, layout: Layout): string | undefined {
  if (layout.kind === 'compact') return columns < 60 || rows < 16 ? undefined : 'no panes';
  const { body, ladder, ticket, orders, tape, chart } = layout;
  if (body.width !== columns || body.height !== rows - headRows - footRows) return 'body';
  for (const box of [ladder, ticket, orders]) if (box.height < 4) return 'a pane too low to read';
  for (const box of [tape, chart]) if (box.height > 0 && box.height < 4) return 'a low extra pane';
  if (orders.width !== ticket.width || chart.width !== ticket.width) return 'side widths';
  const side = ticket.height + orders.height + chart.height;
  switch (layout.kind) {
    case 'toggled':
      return ladder.height + ticket.height === body.height && orders === ticket
        ? undefined
        : 'rows';
    case 'stacked':
      return ladder.height + side === body.height ? undefined : 'rows';
    case 'beside': {
      const fits = ladder.width + 1 + ticket.width === columns && ladder.height === body.height;
      return fits && side + tape.height === body.height ? undefined : 'beside';
    }
    case 'three': {
      const width = ladder.width + 1 + ticket.width + 1 + tape.width;
      const fits = width === columns && tape.height === body.height;
      return fits && side === body.height ? undefined : 'three';
    }
  }
}

test('panes fill the window exactly and can be read, at every size there is', () => {
  const faults: string[] = [];
  for (let columns = 1; columns <= columnsMax; columns += 1) {
    for (let rows = 1; rows <= rowsMax; rows += 1) {
      const fault = faultOf(columns, rows, layoutOf(columns, rows));
      if (fault !== undefined) faults.push(`${columns} x ${rows}: ${fault}`);
    }
  }
  expect(faults).toEqual([]);
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

test('no wider window has a narrower ladder that would lose columns', () => {
  const widths = Array.from({ length: 400 }, (_, index) => {
    const layout = layoutOf(100 + index, 40);
    return layout.kind === 'compact' ? 0 : layout.ladder.width;
  });
  const first = widths.findIndex((width) => width >= 64);
  expect(Math.min(...widths.slice(first))).toBe(64);
});

test('a chart is there when the window has the rows for it', () => {
  const rows = [
    [120, 30],
    [120, 40],
    [160, 45],
  ].map(([columns = 0, height = 0]) => {
    const layout = layoutOf(columns, height);
    return layout.kind === 'compact' ? -1 : layout.chart.height;
  });
  expect(rows).toEqual([0, 9, 13]);
});
