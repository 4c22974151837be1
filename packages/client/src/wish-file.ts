/** The wish book on disk. */
import { constants } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { wishesFileBytesMax, wishesFileCompactBytes } from './limits.ts';
import { WishBook } from './wish-book.ts';
import type { WishStep } from './wish-book.ts';

/** The wishes file cannot be used. `code` tells why; nothing was changed. */
export class WishFileError extends Error {
  readonly code: 'open_to_others' | 'unreadable' | 'too_large';

  constructor(code: WishFileError['code'], message: string) {
    super(message);
    this.name = 'WishFileError';
    this.code = code;
  }
}

/** A wish book whose steps are kept. */
export interface WishFile {
  readonly book: WishBook;
  /** Notes a step: in the book at once, in the file soon. */
  note(step: WishStep): void;
  /** Calls `listener` after each step that is noted. */
  listen(listener: (step: WishStep) => void): void;
  /** Done when all that was noted is on disk. @throws Error when the file could not be written: nothing may be signed then. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const Id = Type.String({ pattern: '^[!-~]{1,36}$' });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const OutputText = Type.String({ pattern: '^[0-9a-f]{64}:[0-9]{1,9}$' });
const OrderIdText = Type.String({ pattern: '^O[1-9][0-9]{0,15}$' });

const TradeIdText = Type.String({ pattern: '^T[1-9][0-9]{0,15}$' });
const AgreedTrades = Type.Optional(Type.Array(Type.Object({ trade: TradeIdText, price: Count })));

/** A line of the file; its texts are what the brands of `WishStep` promise. */
const Line = Type.Union([
  Type.Object({
    step: Type.Literal('wished'),
    wish: Type.Object({
      clientOrderId: Id,
      symbol: Type.String(),
      side: Type.Union([Type.Literal('ask'), Type.Literal('bid')]),
      price: Count,
      volume: Count,
      type: Type.Optional(Type.Union([Type.Literal('limit'), Type.Literal('market')])),
      timeInForce: Type.Union([
        Type.Literal('gtc'),
        Type.Literal('gtd'),
        Type.Literal('ioc'),
        Type.Literal('fok'),
      ]),
      expiresAt: Type.Optional(Count),
      postOnly: Type.Boolean(),
      whole: Type.Optional(Type.Boolean()),
      selfTrade: Type.Optional(
        Type.Union([
          Type.Literal('cancel_incoming'),
          Type.Literal('cancel_resting'),
          Type.Literal('cancel_both'),
        ]),
      ),
    }),
    terms: Type.Object({ energy: Type.String(), ecoin: Type.String(), lot: Count }),
    amended: Type.Optional(Type.Literal(true)),
    adopted: Type.Optional(Type.Literal(true)),
    agreed: AgreedTrades,
  }),
  Type.Object({
    step: Type.Union([
      Type.Literal('amended'),
      Type.Literal('amend_accepted'),
      Type.Literal('amend_refused'),
    ]),
    id: Id,
    price: Count,
    volume: Count,
    agreed: AgreedTrades,
  }),
  Type.Object({ step: Type.Literal('placed'), id: Id, order: OrderIdText }),
  Type.Object({
    step: Type.Literal('offered'),
    id: Id,
    offers: Type.Array(
      Type.Object({ lot: Count, output: OutputText, volume: Type.Optional(Count) }),
    ),
  }),
  Type.Object({ step: Type.Literal('renewed'), id: Id, outputs: Type.Array(OutputText) }),
  Type.Object({
    step: Type.Literal('taken'),
    id: Id,
    lots: Type.Array(
      Type.Object({
        trade: TradeIdText,
        lot: Count,
        output: OutputText,
        volume: Type.Optional(Count),
      }),
    ),
  }),
  Type.Object({ step: Type.Literal('over'), id: Id }),
]);
const line = Compile(Line);

function isStep(value: unknown): value is WishStep {
  return line.Check(value);
}

/** The steps of a file's text. The last line counts only when it is whole: a crash may have cut it. */
function readSteps(path: string, text: string): { book: WishBook; whole: number } {
  const book = new WishBook();
  const end = text.lastIndexOf('\n') + 1;
  const lines = text.slice(0, end).split('\n').slice(0, -1);
  for (const [index, content] of lines.entries()) {
    let value: unknown;
    try {
      value = JSON.parse(content);
    } catch {
      value = undefined;
    }
    if (!isStep(value)) {
      const place = `line ${index + 1} of ${path}`;
      throw new WishFileError('unreadable', `${place} is not a step of a wish; move the file away`);
    }
    book.apply(value);
  }
  return { book, whole: Buffer.byteLength(text.slice(0, end)) };
}

function textOf(book: WishBook): string {
  let text = '';
  for (const step of book.steps()) text += `${JSON.stringify(step)}\n`;
  return text;
}

/** Writes the book beside the file and then puts it in its place: never half a file. */
async function rewrite(path: string, book: WishBook): Promise<{ file: FileHandle; size: number }> {
  const beside = `${path}.new`;
  const text = textOf(book);
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.datasync();
    await rename(beside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await file.close();
    await unlink(beside).catch(() => undefined);
    throw error;
  }
  return { file, size: Buffer.byteLength(text) };
}

/** Makes the new name last: else a power loss may bring the old file back, without the newest steps. Windows has no such call and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

class WishFileOnDisk implements WishFile {
  readonly book: WishBook;
  readonly #path: string;
  #file: FileHandle;
  #size: number;
  /** Rewritten when the file has grown to this. */
  #compactAt: number;
  #waiting = '';
  readonly #listeners: ((step: WishStep) => void)[] = [];
  #writing: Promise<void> | undefined;
  #unsynced = false;
  /** The newest sync, done or not. */
  #syncing: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(path: string, book: WishBook, file: FileHandle, size: number) {
    this.#path = path;
    this.book = book;
    this.#file = file;
    this.#size = size;
    this.#compactAt = Math.max(wishesFileCompactBytes, 2 * size);
  }

  note(step: WishStep): void {
    this.book.apply(step);
    this.#waiting += `${JSON.stringify(step)}\n`;
    this.#start();
    for (const listener of this.#listeners) listener(step);
  }

  listen(listener: (step: WishStep) => void): void {
    this.#listeners.push(listener);
  }

  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#unsynced) {
      this.#unsynced = false;
      this.#syncing = this.#sync();
    }
    // Also one that was begun for somebody else: what was noted here may be in it.
    await this.#syncing;
  }

  async close(): Promise<void> {
    try {
      await this.settled();
    } finally {
      await this.#file.close();
    }
  }

  /** Writes what waits; what is noted meanwhile goes with the next write. After a failure nothing is written any more. */
  #start(): void {
    if (this.#writing !== undefined || this.#failure !== undefined) return;
    this.#writing = this.#write().then(
      () => {
        this.#writing = undefined;
        if (this.#waiting !== '') this.#start();
      },
      (error: unknown) => {
        this.#writing = undefined;
        this.#fail(error);
      },
    );
  }

  async #sync(): Promise<void> {
    try {
      await this.#file.datasync();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  #fail(error: unknown): void {
    this.#failure = error instanceof Error ? error : new Error(String(error));
  }

  async #write(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    if (this.#size + text.length > this.#compactAt) {
      const { file, size } = await rewrite(this.#path, this.book);
      await this.#file.close();
      this.#file = file;
      this.#size = size;
      this.#compactAt = Math.max(wishesFileCompactBytes, 2 * size);
      return;
    }
    await this.#file.appendFile(text);
    this.#unsynced = true;
    this.#size += Buffer.byteLength(text);
  }
}

/**
 * Opens the wishes file at `path`, or makes it (mode 0600). What a crash cut off at its end is dropped.
 * @throws WishFileError `open_to_others`, `unreadable` (says the line) or `too_large`; Error of the file system.
 */
export async function openWishFile(path: string): Promise<WishFile> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
  try {
    const { mode, size } = await file.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const mend = `mend it with: chmod 600 '${path}'`;
      throw new WishFileError('open_to_others', `${path} can be read by others; ${mend}`);
    }
    if (size > wishesFileBytesMax) throw new WishFileError('too_large', `${path} is too large`);
    const { book, whole } = readSteps(path, await file.readFile('utf8'));
    if (whole < size) await file.truncate(whole);
    return new WishFileOnDisk(path, book, file, whole);
  } catch (error) {
    await file.close();
    throw error;
  }
}
