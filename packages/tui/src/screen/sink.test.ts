import { expect, test } from 'vitest';
import { stillClock } from '../testing/clock.ts';
import { Sink } from './sink.ts';
import type { Canvas } from './sink.ts';

function canvasOf(
  columns: number,
  rows: number,
): {
  canvas: Canvas;
  writes: string[];
  emit: (event: 'drain' | 'resize') => void;
  answer: (ready: boolean) => void;
} {
  const writes: string[] = [];
  const set = (): Set<() => void> => new Set();
  const listeners = { drain: set(), resize: set(), error: set() };
  let isReady = true;
  return {
    writes,
    emit: (event) => {
      for (const listener of listeners[event]) listener();
    },
    answer: (ready) => {
      isReady = ready;
    },
    canvas: {
      columns,
      rows,
      write: (bytes) => {
        writes.push(bytes);
        return isReady;
      },
      on: (event, listener) => listeners[event].add(listener),
      off: (event, listener) => listeners[event].delete(listener),
    },
  };
}

test('the first frame is painted at once, and of a burst only the newest when its time has come', () => {
  const clock = stillClock(1000);
  const { canvas, writes } = canvasOf(10, 1);
  const sink = new Sink(canvas, clock);
  sink.write('one');
  expect(writes).toHaveLength(1);
  for (const frame of ['two', 'three', 'four']) sink.write(frame);
  expect(writes).toHaveLength(1);
  clock.pass(17);
  expect(writes).toHaveLength(2);
  expect(writes[1]).toContain('four');
  clock.pass(1000);
  sink.write('five');
  expect(writes).toHaveLength(3);
});

test('frames are dropped, not queued, while the terminal takes no more', () => {
  const clock = stillClock(1000);
  const { canvas, writes, emit, answer } = canvasOf(10, 1);
  const sink = new Sink(canvas, clock);
  answer(false);
  sink.write('one');
  for (let number = 0; number < 50; number += 1) {
    sink.write(`frame ${number}`);
    clock.pass(100);
  }
  expect(writes).toHaveLength(1);
  answer(true);
  emit('drain');
  expect(writes).toHaveLength(2);
  expect(writes[1]).toContain('49');
});

test('after a resize everything is painted anew, with the frame that fits', () => {
  const clock = stillClock(1000);
  const { canvas, writes, emit } = canvasOf(10, 1);
  const sink = new Sink(canvas, clock);
  sink.write('one');
  clock.pass(100);
  let sizes = 0;
  sink.on('size', () => {
    sizes += 1;
    sink.write('anew');
  });
  emit('resize');
  expect(sizes).toBe(1);
  expect(writes).toHaveLength(2);
  expect(writes[1]).toContain('\u001b[2J');
  expect(writes[1]).toContain('anew');
});

test('what Ink says to the cursor is not a frame, and a closed sink paints nothing', () => {
  const { canvas, writes } = canvasOf(10, 1);
  const sink = new Sink(canvas, stillClock(1000));
  sink.write('\u001b[?25h');
  expect(writes).toHaveLength(0);
  sink.close();
  sink.write('late');
  sink.repaint();
  expect(writes).toHaveLength(0);
});
