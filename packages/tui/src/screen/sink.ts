/**
 * Stands where Ink expects a terminal, takes one whole frame a commit and paints the newest of them: at once when the last paint is long enough ago,
 * else when its time has come. While the terminal is not ready for more, frames are dropped, never queued. Emits `size` when the window has changed.
 */
import { EventEmitter } from 'node:events';
import type { Clock } from '../shell/clock.ts';
import { columnsMax, paintsPerSecondMax, rowsMax } from '../limits.ts';
import { paintFrame } from './diff.ts';
import type { Screen } from './diff.ts';

/** The part of a terminal stream that painting needs. */
export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  /** @returns false when `drain` must come first. */
  write(bytes: string): boolean;
  on(event: 'drain' | 'resize' | 'error', listener: () => void): unknown;
  off(event: 'drain' | 'resize', listener: () => void): unknown;
}

/** What Ink itself writes beside frames: it shows the cursor when it ends. The terminal's owner does that. */
const modeSwitch = /^(?:\u001b\[\?\d+[hl])+$/;

const paintIntervalMs = 1000 / paintsPerSecondMax;

export class Sink extends EventEmitter {
  readonly isTTY = true;
  readonly #canvas: Canvas;
  readonly #clock: Clock;
  #screen: Screen | undefined;
  #frame: string | undefined;
  #paintedAt = -Infinity;
  #callOff: (() => void) | undefined;
  #blocked = false;
  #closed = false;

  constructor(canvas: Canvas, clock: Clock) {
    super();
    this.#canvas = canvas;
    this.#clock = clock;
    canvas.on('drain', this.#drained);
    canvas.on('resize', this.#resized);
  }

  get columns(): number {
    return Math.max(1, Math.min(this.#canvas.columns, columnsMax));
  }

  get rows(): number {
    return Math.max(1, Math.min(this.#canvas.rows, rowsMax));
  }

  /** Takes a frame of Ink's; it becomes the one to paint. */
  write(frame: string): boolean {
    if (this.#closed || modeSwitch.test(frame)) return true;
    this.#frame = frame;
    this.#schedule();
    return true;
  }

  /** The next paint writes every cell: for after something else wrote to the terminal. */
  repaint(): void {
    this.#screen = undefined;
    this.#schedule();
  }

  /** Paints nothing any more. */
  close(): void {
    this.#closed = true;
    this.#callOff?.();
    this.#canvas.off('drain', this.#drained);
    this.#canvas.off('resize', this.#resized);
  }

  readonly #drained = (): void => {
    this.#blocked = false;
    this.#schedule();
  };

  readonly #resized = (): void => {
    // The terminal has moved its lines on its own: nothing on it is known any more.
    this.#screen = undefined;
    // Not Ink's own `resize`: it would lay the old rows out in the new width before the state knows the size.
    this.emit('size');
    this.#schedule();
  };

  #schedule(): void {
    if (this.#closed || this.#blocked || this.#callOff !== undefined) return;
    const waitMs = this.#paintedAt + paintIntervalMs - this.#clock.now();
    if (waitMs <= 0) {
      this.#paint();
      return;
    }
    this.#callOff = this.#clock.later(waitMs, () => {
      this.#callOff = undefined;
      this.#paint();
    });
  }

  #paint(): void {
    if (this.#closed || this.#blocked || this.#frame === undefined) return;
    const size = { columns: this.columns, rows: this.rows };
    const { screen, bytes } = paintFrame(this.#screen, this.#frame, size);
    this.#screen = screen;
    if (bytes === '') return;
    this.#paintedAt = this.#clock.now();
    this.#blocked = !this.#canvas.write(bytes);
  }
}
