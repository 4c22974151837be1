/** A real terminal without a window: a pty, and the screen that a person would see. */
import { fileURLToPath } from 'node:url';
import { spawn as spawnPty } from '@lydell/node-pty';
import type { IPty } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Milliseconds for which a screen is waited for: not how long it may take, but when to print what is there instead. */
const limitMsUsual = 50_000;

/** A program in a terminal of its own, and the screen it draws. */
export class PtyScreen {
  readonly #pty: IPty;
  readonly #terminal: xterm.Terminal;
  readonly started = performance.now();
  readonly #waiting = new Set<() => void>();
  /** Of DEC's private modes, those that are set. A cursor is shown at first. */
  readonly #modes = new Set([25]);

  #size: Size;
  /** The exit code, once the program has ended. */
  readonly ended: Promise<number>;

  /** `extra` is added to the environment. */
  constructor(
    size: Size,
    file: string,
    args: readonly string[],
    extra: Readonly<Record<string, string>> = {},
  ) {
    const { columns: cols, rows } = size;
    this.#size = size;
    this.#terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true });
    for (const [final, isSet] of [
      ['h', true],
      ['l', false],
    ] as const) {
      this.#terminal.parser.registerCsiHandler({ prefix: '?', final }, (modes) => {
        for (const mode of modes.flat()) {
          if (isSet) this.#modes.add(mode);
          else this.#modes.delete(mode);
        }
        return false;
      });
    }
    const { CI: _, ...inherited } = process.env;
    const env = { ...inherited, TERM: 'xterm-256color', ...extra };
    this.#pty = spawnPty(file, [...args], { cols, rows, cwd: root, env });
    this.ended = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode }) => resolve(exitCode));
    });
    this.#pty.onData((data) => {
      this.#terminal.write(data, () => {
        for (const check of this.#waiting) check();
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  text(): string {
    const buffer = this.#terminal.buffer.active;
    return Array.from(
      { length: this.#size.rows },
      (_, row) => buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? '',
    ).join('\n');
  }

  /** Milliseconds from now (or from the start) until the screen satisfies `wanted`. */
  until(wanted: (text: string) => boolean, since: number, limitMs = limitMsUsual): Promise<number> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!wanted(this.text())) return;
        clearTimeout(limit);
        this.#waiting.delete(check);
        resolve(performance.now() - since);
      };
      const limit = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`not seen within ${limitMs} ms on:\n${this.text()}`));
      }, limitMs);
      this.#waiting.add(check);
      check();
    });
  }

  press(keys: string): number {
    const at = performance.now();
    this.#pty.write(keys);
    return at;
  }

  /** Whether the program has the other screen, the one without scrollback. */
  get isFullScreen(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  get isCursorShown(): boolean {
    return this.#modes.has(25);
  }

  /** Whether a paste is marked as one, which a program asks for and takes back. */
  get arePastesMarked(): boolean {
    return this.#modes.has(2004);
  }

  resize(size: Size): void {
    this.#size = size;
    this.#terminal.resize(size.columns, size.rows);
    this.#pty.resize(size.columns, size.rows);
  }

  /** Closes the window, as a person does: nobody reads any more, and the program is told by SIGHUP. */
  close(): void {
    // Its types leave it out.
    (this.#pty as IPty & { destroy(): void }).destroy();
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    this.#pty.kill(signal);
    return this.ended;
  }
}
