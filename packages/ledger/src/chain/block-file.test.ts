import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBlockFile } from './block-file.ts';
import { openFileStorage } from './block-storage.ts';

const BLOCKS = [7, 300, 1, 64].map((length, i) => new Uint8Array(length).fill(i + 1));

let folder: string;
let whole: Buffer;
/** Where each record, with its mark, ends. */
const ends: number[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-blocks-'));
  const path = join(folder, 'whole');
  const file = await openBlockFile(await openFileStorage(path), () => undefined);
  for (const block of BLOCKS) {
    await file.append(block);
    ends.push(readFileSync(path).length);
  }
  await file.close();
  whole = readFileSync(path);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function read(bytes: Uint8Array): Promise<{ blocks: Uint8Array[]; dropped: number }> {
  const path = join(folder, 'copy');
  writeFileSync(path, bytes);
  const blocks: Uint8Array[] = [];
  const file = await openBlockFile(await openFileStorage(path), (block) => blocks.push(block));
  await file.close();
  expect(readFileSync(path).equals(bytes)).toBe(true);
  return { blocks, dropped: file.droppedBytes };
}

test('what was appended is read again', async () => {
  expect(await read(whole)).toEqual({ blocks: BLOCKS, dropped: 0 });
});

test('blocks larger than what is read at a time are read whole, wherever they begin', async () => {
  const large = join(folder, 'large');
  const lengths = [700_000, 1, 700_000, 1_000_000, 5, 48_576, 300];
  const blocks = lengths.map((length, index) => new Uint8Array(length).fill(index + 1));
  const file = await openBlockFile(await openFileStorage(large), () => undefined);
  for (const block of blocks) await file.append(block);
  await file.close();
  const found: Uint8Array[] = [];
  const again = await openBlockFile(await openFileStorage(large), (block) => found.push(block));
  await again.close();
  expect(found.map(({ length }) => length)).toEqual(lengths);
  expect(found.every((block, index) => block.every((byte) => byte === index + 1))).toBe(true);
});

test('an append cut short anywhere is dropped, and nothing before it', async () => {
  const last = ends.at(-2) ?? 0;
  for (let cut = last; cut < whole.length; cut++) {
    const { blocks } = await read(whole.subarray(0, cut));
    const isWhole = cut >= whole.length - 8;
    expect(blocks).toEqual(isWhole ? BLOCKS : BLOCKS.slice(0, -1));
  }
});

test('a cut at the end of the file that leaves rubbish is dropped, for example zeros that were never written', async () => {
  const rubbish = Buffer.concat([whole, Buffer.alloc(500)]);
  expect(await read(rubbish)).toEqual({ blocks: BLOCKS, dropped: 500 });
});

test('any damage to what was promised refuses, says where, and touches nothing', async () => {
  const promised = (ends.at(-1) ?? 0) - 8;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: promised - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, flip) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        const error = await read(bytes).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toMatchObject({ code: 'corrupt', message: expect.stringContaining('copy') });
        expect(readFileSync(join(folder, 'copy')).equals(bytes)).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});

test('after a crash the file goes on where it was whole', async () => {
  const path = join(folder, 'torn');
  writeFileSync(path, whole.subarray(0, whole.length - 20));
  const file = await openBlockFile(await openFileStorage(path), () => undefined);
  const more = new Uint8Array(50).fill(9);
  const offset = file.nextOffset;
  await file.append(more);
  expect(file.read(offset, 50)).toEqual(more);
  await file.close();
  expect((await read(readFileSync(path))).blocks).toEqual([...BLOCKS.slice(0, -1), more]);
});

test('a whole block that a crash kept from its mark is kept and gets it', async () => {
  const path = join(folder, 'unmarked');
  writeFileSync(path, whole.subarray(0, whole.length - 8));
  const file = await openBlockFile(await openFileStorage(path), () => undefined);
  const more = new Uint8Array(50).fill(9);
  await file.append(more);
  await file.close();
  expect((await read(readFileSync(path))).blocks).toEqual([...BLOCKS, more]);
});

test('another file is not taken for one', async () => {
  await expect(read(Buffer.from('something else entirely'))).rejects.toMatchObject({
    code: 'corrupt',
  });
});
