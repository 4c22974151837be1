/** One program in a pty of 120×50, measured from outside: its processor time and memory as the system counts them, its bytes and its screen as they come out. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import type { IPty } from '@lydell/node-pty';
import xterm from '@xterm/headless';

export const size = { columns: 120, rows: 50 };

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Of Linux: what the system counts processor time in. */
const ticksPerSecond = 100;
const cursorGlyph = '›';
const clears = /\u001b\[[23]J/g;

/** A program that draws, and what came out of it so far. */
export class Watched {
  readonly started = performance.now();
  /** When the first row of the screen was drawn, in milliseconds from the start. */
  readonly firstFrame: Promise<number>;
  /** Bytes written, and full-screen clears among them. */
  bytes = 0;
  clears = 0;
  readonly #pty: IPty;
  readonly #terminal: xterm.Terminal;
  readonly #waiting = new Set<() => void>();
  readonly #ended: Promise<void>;
  #recording: { readonly atMs: number; readonly text: string }[] | undefined;

  constructor(args: readonly string[]) {
    const { columns: cols, rows } = size;
    this.#terminal = new xterm.Terminal({ cols, rows, scrollback: 0, allowProposedApi: true });
    const env: NodeJS.ProcessEnv = { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8' };
    for (const name of ['CI', 'NO_COLOR', 'FORCE_COLOR', 'NODE_OPTIONS']) {
      Reflect.deleteProperty(env, name);
    }
    this.#pty = spawn(process.execPath, [...args], { cols, rows, cwd: root, env });
    this.#ended = new Promise((resolve) => {
      this.#pty.onExit(() => {
        resolve();
      });
    });
    this.#pty.onData((text) => {
      this.bytes += Buffer.byteLength(text);
      this.clears += text.match(clears)?.length ?? 0;
      this.#recording?.push({ atMs: performance.now(), text });
      this.#terminal.write(text, () => {
        for (const check of this.#waiting) check();
      });
    });
    this.firstFrame = this.until(() => this.row(0).trim() !== '');
  }

  /** Milliseconds from `since` (or from the start) until the screen is so. */
  until(holds: () => boolean, since: number = this.started, limitMs = 60_000): Promise<number> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`not seen within ${limitMs} ms on:\n${this.text()}`));
      }, limitMs);
      const check = (): void => {
        if (!holds()) return;
        clearTimeout(limit);
        this.#waiting.delete(check);
        resolve(performance.now() - since);
      };
      this.#waiting.add(check);
      check();
    });
  }

  row(row: number): string {
    return this.#terminal.buffer.active.getLine(row)?.translateToString(true) ?? '';
  }

  text(): string {
    return Array.from({ length: size.rows }, (_, row) => this.row(row)).join('\n');
  }

  /** The row of the ladder's cursor; -1 while there is none. */
  cursorRow(): number {
    const { active } = this.#terminal.buffer;
    for (let row = 0; row < size.rows; row += 1) {
      if (active.getLine(row)?.getCell(0)?.getChars() === cursorGlyph) return row;
    }
    return -1;
  }

  /** Presses a key that moves the ladder's cursor. @returns milliseconds until the changed cell was read. */
  async moveCursor(key: 'j' | 'k'): Promise<number> {
    const before = this.cursorRow();
    const since = performance.now();
    this.#pty.write(key);
    return this.until(() => ![before, -1].includes(this.cursorRow()), since);
  }

  /** Processor time so far, all threads, in milliseconds. */
  cpuMs(): number {
    const stat = readFileSync(`/proc/${this.#pty.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
  }

  /** Resident memory in megabytes. */
  memoryMb(): number {
    const status = readFileSync(`/proc/${this.#pty.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? NaN) / 1024;
  }

  /** Begins to keep what is written. @returns a function that ends it: each piece with its instant. */
  record(): () => readonly { readonly atMs: number; readonly text: string }[] {
    const recording: { readonly atMs: number; readonly text: string }[] = [];
    this.#recording = recording;
    return () => {
      this.#recording = undefined;
      return recording;
    };
  }

  async end(): Promise<void> {
    this.#pty.kill('SIGTERM');
    await this.#ended;
  }
}
