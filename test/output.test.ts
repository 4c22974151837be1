/** Standard output of a busy exchange: lines together, and a bound on what waits for a reader. */
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { printer } from '../bin/output.ts';

/** A reader that takes one write at a time, when it is told to. */
class Reader extends Writable {
  readonly writes: string[] = [];
  #next: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.writes.push(chunk.toString());
    this.#next = done;
  }

  read(): void {
    const next = this.#next;
    this.#next = undefined;
    next?.();
  }
}

function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

test('lines of one turn are one write', async () => {
  const reader = new Reader();
  const print = printer(true, () => undefined, reader);
  print({ event: 'note', text: 'a' });
  print({ event: 'note', text: 'b' });
  await turn();
  expect(reader.writes).toEqual(['{"event":"note","text":"a"}\n{"event":"note","text":"b"}\n']);
});

test('a reader that stops takes no memory without end, and reads how much it missed', async () => {
  const reader = new Reader();
  const print = printer(true, () => undefined, reader);
  const text = 'x'.repeat(1024 * 1024);
  for (let line = 0; line < 40; line += 1) {
    print({ event: 'note', text });
    await turn();
  }
  expect(reader.writableLength).toBeLessThan(18 * 1024 * 1024);
  const kept = Math.ceil(reader.writableLength / text.length) - 1;
  while (reader.writableLength > 0) {
    reader.read();
    await turn();
  }
  print({ event: 'note', text: 'again' });
  await turn();
  expect(reader.writes.at(-1)).toBe(
    `{"event":"note","text":"${40 - kept} lines were left out: they are read too slowly"}\n{"event":"note","text":"again"}\n`,
  );
});
